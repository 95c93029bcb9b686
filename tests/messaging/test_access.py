"""Who sees and may do what in the inbox."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from leads.enums import Role
from messaging import access
from messaging.models import Conversation, Message
from tests import factories
from tests.base import Cast, make_cast
from tests.messaging.desk import add_reader, as_user, converse, draft, listed, url

pytestmark = pytest.mark.django_db

ACTS = ("reply", "take-over", "resume", "not-urgent", "close", "reopen")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def rita(cast: Cast) -> User:
    return add_reader(cast)


@pytest.mark.parametrize("which", ["show", "acts"])
def test_strangers_learn_nothing(cast: Cast, which: str) -> None:
    conversation = converse(cast)
    assert as_user(cast.cleo).get(url(which, conversation)).status_code == 404
    assert as_user(cast.ben).get(url(which, conversation)).status_code == 200


@pytest.mark.parametrize("act", ACTS)
def test_strangers_change_nothing(cast: Cast, act: str) -> None:
    conversation = converse(cast, is_urgent=True, needs_reply=True)
    before = Conversation.objects.filter(pk=conversation.pk).values().get()
    assert as_user(cast.cleo).post(url(act, conversation), draft()).status_code == 404
    assert Conversation.objects.filter(pk=conversation.pk).values().get() == before
    assert Message.objects.count() == 0


@pytest.mark.parametrize("act", ACTS)
def test_readers_change_nothing(cast: Cast, rita: User, act: str) -> None:
    conversation = converse(cast, is_urgent=True, needs_reply=True)
    before = Conversation.objects.filter(pk=conversation.pk).values().get()
    assert as_user(rita).post(url(act, conversation), draft()).status_code == 403
    assert Conversation.objects.filter(pk=conversation.pk).values().get() == before
    assert Message.objects.count() == 0


@pytest.mark.parametrize("act", ACTS)
def test_nothing_changes_by_following_a_link(cast: Cast, act: str) -> None:
    assert as_user(cast.ana).get(url(act, converse(cast))).status_code == 405


def test_readers_read_but_get_no_buttons(cast: Cast, rita: User) -> None:
    conversation = converse(cast, unread_count=2)
    page = as_user(rita).get(url("show", conversation)).content.decode()
    assert (page.count("<textarea"), page.count('id="acts"')) == (0, 0)
    assert "your role cannot reply" in page
    conversation.refresh_from_db()
    assert conversation.unread_count == 2


def test_lists_hold_only_what_one_may_see(cast: Cast) -> None:
    converse(cast, needs_reply=True)
    factories.make_task(cast.a_location)
    assert listed(as_user(cast.ben).get("/inbox/")) == ["Dana"]
    response = as_user(cast.cleo).get("/inbox/")
    assert listed(response) == []
    assert response.context["counts"] == dict.fromkeys(response.context["counts"], "")
    assert as_user(cast.cleo).get(reverse("inbox:callback-list")).context["task_groups"] == []


def test_a_member_of_one_location_sees_only_that(cast: Cast) -> None:
    here = converse(cast)
    other = factories.make_number(factories.make_location(cast.a, "Elsewhere"), cast.a_account)
    there = factories.make_conversation(factories.make_lead(cast.a), other)
    member = factories.make_member(cast.a, factories.make_user("lou"), Role.FRONT_DESK)
    member.locations.add(cast.a_location)
    call = factories.make_call(other, conversation=there)
    text = factories.make_message(there)
    assert list(access.conversations_for(member.user)) == [here]
    assert call not in access.calls_for(member.user)
    assert text not in access.messages_for(member.user)
    assert as_user(member.user).get(url("show", there)).status_code == 404


def test_whoever_is_deactivated_sees_nothing(cast: Cast) -> None:
    converse(cast)
    cast.ana.is_active = False
    cast.ana.save()
    assert list(access.conversations_for(cast.ana)) == []


def test_signed_out_people_are_asked_to_sign_in(cast: Cast) -> None:
    conversation = converse(cast)
    for path in ("/inbox/", url("show", conversation), url("acts", conversation)):
        response = Client().get(path)
        assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={path}")
