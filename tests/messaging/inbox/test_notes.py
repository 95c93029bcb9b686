"""Notes of the team: plain text, and who is named in them hears of it."""

from datetime import timedelta

import pytest

from leads.enums import Role
from leads.models import LeadEvent
from messaging.inbox import notes
from messaging.models import Conversation, Mention, Note
from tests.base import Cast, make_cast
from tests.factories import NOON, make_location, make_member, make_user
from tests.messaging.desk import as_user, converse, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    return converse(cast)


def path_of(conversation: Conversation) -> str:
    return f"/inbox/{conversation.key}/notes/"


def test_whoever_is_named_hears_of_it(cast: Cast, conversation: Conversation) -> None:
    cast.ana.first_name, cast.ana.last_name = "Ana", "Alder"
    cast.ana.save()
    response = as_user(cast.ben).post(path_of(conversation) + "?queue=mine", {"body": " @ana alder, gate code 12?\n"})
    assert (response.status_code, response["Location"]) == (302, url("show", conversation) + "?queue=mine")
    note = Note.objects.get()
    assert (note.body, note.author, note.business) == ("@ana alder, gate code 12?", cast.ben, cast.a)
    assert [(row.note, row.user, row.seen_at) for row in Mention.objects.all()] == [(note, cast.ana, None)]
    event = LeadEvent.objects.get()
    assert (event.kind, event.actor, event.data) == (
        "person.mentioned",
        cast.ben,
        {"conversation": str(conversation.key), "user": cast.ana.pk, "note": note.pk},
    )


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("@ben and @ANA", ["ana", "ben"]),
        ("ben@example.com, @bens @ ana", []),
        ("(@ben)", ["ben"]),
        ("@ben.", ["ben"]),
        ("@ben@ben @ben", ["ben"]),
        ("@cleo @nobody", []),
    ],
)
def test_names_begin_with_an_at_and_end_with_the_word(
    cast: Cast, conversation: Conversation, body: str, named: list[str]
) -> None:
    writer = make_user("writer")
    make_member(cast.a, writer, Role.FRONT_DESK)
    notes.add(conversation, by=writer, body=body, now=NOON)
    assert sorted(Mention.objects.values_list("user__username", flat=True)) == named


def test_the_longer_of_two_names_is_meant(cast: Cast, conversation: Conversation) -> None:
    longer = make_user("ben.smith")
    make_member(cast.a, longer)
    notes.add(conversation, by=cast.ana, body="@ben.smith", now=NOON)
    assert [mention.user for mention in Mention.objects.all()] == [longer]


def test_a_colleague_who_cannot_see_it_is_refused_in_words(cast: Cast, conversation: Conversation) -> None:
    dee = make_user("dee")
    make_member(cast.a, dee).locations.add(make_location(cast.a, "Far"))
    response = as_user(cast.ben).post(path_of(conversation), {"body": "@dee please call"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "dee cannot see this conversation, so the note would not reach them." in page
    assert "@dee please call</textarea>" in page
    assert (Note.objects.count(), Mention.objects.count(), LeadEvent.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("body", ["", " \n", "\u200b\u202e", "x" * 2001])
def test_nothing_and_too_much_are_refused(cast: Cast, conversation: Conversation, body: str) -> None:
    assert as_user(cast.ben).post(path_of(conversation), {"body": body}).status_code == 422
    assert Note.objects.count() == 0


def test_the_same_words_at_once_are_one_note(cast: Cast, conversation: Conversation) -> None:
    for seconds in (0, 5, 15):
        notes.add(conversation, by=cast.ben, body="Twice", now=NOON + timedelta(seconds=seconds))
    assert Note.objects.count() == 2


def test_hostile_words_stay_words(cast: Cast, conversation: Conversation) -> None:
    body = "<script>alert(1)</script> " + "😀" * 900
    as_user(cast.ben).post(path_of(conversation), {"body": body})
    assert Note.objects.get().body == body
    page = as_user(cast.ben).get(url("show", conversation)).content.decode()
    assert ("<script>alert(1)" in page, "&lt;script&gt;alert(1)" in page) == (False, True)


def test_the_list_at_an_at_holds_who_may_read_here(cast: Cast, conversation: Conversation) -> None:
    make_member(cast.a, make_user("dee")).locations.add(make_location(cast.a, "Far"))
    make_member(cast.a, make_user("gone", is_active=False))
    make_member(cast.a, make_user("rita", first_name="Rita", last_name="Reed"), Role.READ_ONLY)
    answer = as_user(cast.ben).get(f"/inbox/{conversation.key}/members/")
    assert answer.json() == {
        "members": [
            {"name": "ana", "user": "ana"},
            {"name": "ben", "user": "ben"},
            {"name": "Rita Reed", "user": "rita"},
        ]
    }
    assert as_user(cast.cleo).get(f"/inbox/{conversation.key}/members/").status_code == 404
