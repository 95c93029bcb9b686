"""Who is here: marks that hold for a moment, and what looking at a conversation means."""

from datetime import timedelta

import pytest
from django.test import Client

from messaging.enums import ConversationStatus, Handler, Presence
from messaging.inbox import presence
from messaging.models import Conversation, Mention, Note, PresenceMark
from recoverline.lib import clock
from tests.base import Cast, make_cast
from tests.factories import NOON
from tests.messaging.desk import add_reader, as_user, converse, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def here(conversation: Conversation, me: int | None, seconds: int = 0) -> list[tuple[str, str]]:
    found = presence.visitors(conversation, apart_from=me, now=NOON + timedelta(seconds=seconds))
    return [(visitor.user.get_username(), visitor.state) for visitor in found]


def test_a_mark_is_one_a_person_and_holds_for_25_seconds(cast: Cast) -> None:
    conversation = converse(cast)
    presence.mark(conversation, cast.ana, Presence.VIEWING, now=NOON)
    presence.mark(conversation, cast.ben, Presence.VIEWING, now=NOON)
    presence.mark(conversation, cast.ben, Presence.COMPOSING, now=NOON + timedelta(seconds=5))
    assert PresenceMark.objects.count() == 2
    assert here(conversation, None, 6) == [("ben", "composing"), ("ana", "viewing")]
    assert here(conversation, cast.ana.pk, 6) == [("ben", "composing")]
    assert here(conversation, cast.ana.pk, 29) == [("ben", "composing")]
    assert here(conversation, cast.ana.pk, 30) == []
    presence.leave(conversation, cast.ben)
    assert here(conversation, None, 6) == [("ana", "viewing")]


def test_somebodys_old_marks_go_with_their_next_beat(cast: Cast) -> None:
    old, new = converse(cast), converse(cast, lead={"name": "Nina"})
    for user in (cast.ana, cast.ben):
        presence.mark(old, user, Presence.VIEWING, now=NOON - timedelta(hours=1))
    presence.mark(new, cast.ana, Presence.VIEWING, now=NOON)
    assert set(PresenceMark.objects.values_list("conversation", "user")) == {
        (new.pk, cast.ana.pk),
        (old.pk, cast.ben.pk),
    }


@pytest.mark.parametrize(
    ("values", "robot"),
    [
        ({}, (False, True)),
        ({"turn_due_at": NOON, "needs_reply": True}, (True, True)),
        ({"turn_lease_until": NOON + timedelta(seconds=9)}, (True, True)),
        ({"turn_lease_until": NOON - timedelta(seconds=9)}, (False, True)),
        ({"needs_reply": True}, (False, False)),
        ({"status": ConversationStatus.DONE}, (False, False)),
        ({"handler": Handler.PERSON, "turn_due_at": NOON}, (False, False)),
        ({"automation_paused": True, "turn_due_at": NOON}, (False, False)),
    ],
)
def test_the_robot_is_one_of_them(cast: Cast, values: dict[str, object], robot: tuple[bool, bool]) -> None:
    found = presence.robot_in(converse(cast, **values), now=NOON)
    assert (found.answers, found.has_it) == robot


def test_looking_reads_and_sees_what_names_me(cast: Cast) -> None:
    conversation = converse(cast, unread_count=3)
    note = Note.objects.create(business=cast.a, conversation=conversation, author=cast.ana, body="@", created_at=NOON)
    for user in (cast.ana, cast.ben):
        Mention.objects.create(note=note, user=user)
    ben = as_user(cast.ben)
    assert ben.post(url("presence", conversation), {"state": "composing"}).status_code == 204
    conversation.refresh_from_db()
    assert conversation.unread_count == 0
    assert list(Mention.objects.filter(seen_at=None).values_list("user", flat=True)) == [cast.ana.pk]
    assert list(PresenceMark.objects.values_list("user", "state")) == [(cast.ben.pk, "composing")]
    page = as_user(cast.ana).get(url("show", conversation)).content.decode()
    assert "is writing…" in page
    ben.post(url("presence", conversation), {"state": "nonsense"})
    assert PresenceMark.objects.get().state == Presence.VIEWING
    ben.post(url("presence", conversation), {"state": "left"})
    assert not PresenceMark.objects.exists()


def test_whoever_only_reads_leaves_no_trace(cast: Cast) -> None:
    conversation, rita = converse(cast, unread_count=3), add_reader(cast)
    assert as_user(rita).post(url("presence", conversation), {"state": "viewing"}).status_code == 204
    conversation.refresh_from_db()
    assert (conversation.unread_count, PresenceMark.objects.count()) == (3, 0)


def test_strangers_and_whoever_is_signed_out_do_nothing(cast: Cast) -> None:
    conversation = converse(cast, unread_count=3, last_at=clock.now())
    assert as_user(cast.cleo).post(url("presence", conversation)).status_code == 404
    assert Client().post(url("presence", conversation)).status_code == 401
    assert as_user(cast.ana).get(url("presence", conversation)).status_code == 405
    conversation.refresh_from_db()
    assert (conversation.unread_count, PresenceMark.objects.count()) == (3, 0)
