"""The benchmark of the inbox in a tiny world: it can still be made, and every page it asks for answers."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db.models import Q
from django.test import Client

from bench.business import main as make_big_business
from bench.inbox.browser import Answer
from bench.inbox.facts import Facts
from bench.inbox.pages import questions
from bench.inbox.words import RARE, RARE_TEXTS
from bench.inbox.world import make_world
from leads.models import Business
from messaging.enums import ConversationStatus
from messaging.models import Conversation, Message
from recoverline.lib import clock

pytestmark = pytest.mark.django_db
CONVERSATIONS = 400


@pytest.fixture
def facts() -> Facts:
    make_big_business()
    return make_world(Business.objects.get(), conversations=CONVERSATIONS, now=clock.now())


def tab(cookie: str) -> Callable[[str], Answer]:
    client = Client()
    client.cookies["sessionid"] = cookie

    def get(path: str) -> Answer:
        answer = client.get(path)
        return Answer(answer.status_code, answer.content.decode(), 0, 0, 0, 0)

    return get


def test_the_world_is_right_by_making(facts: Facts) -> None:
    assert (facts.conversations, facts.messages) == (CONVERSATIONS, Message.objects.count())
    assert 0.3 < facts.of_big / facts.conversations < 0.5
    assert {row.status for row in Conversation.objects.all()} == set(ConversationStatus)
    waits = Q(waiting_since__isnull=False, reply_due_at__isnull=False)
    assert Conversation.objects.filter(needs_reply=True).exists()
    assert not Conversation.objects.filter(Q(needs_reply=True) & ~waits | Q(needs_reply=False) & waits).exists()
    assert Message.objects.filter(body__contains=RARE).count() == RARE_TEXTS
    assert Message.objects.filter(conversation__key=facts.longest).count() == facts.longest_texts


def test_every_page_that_is_measured_answers(facts: Facts) -> None:
    get = tab(facts.cookies[0])
    answers = {}
    for question in questions(facts):
        path = question.prepare(get) if question.prepare else question.path
        answers[question.name] = get(path(0)).status
    assert answers == {question.name: question.status for question in questions(facts)}
    assert tab(facts.narrow)("/inbox/?queue=done").status == 200
    assert User.objects.count() == 50
