"""What is put away has been read, and whoever had waited waits again when it is taken out."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from leads import outcomes
from leads.enums import RequestStatus
from leads.models import CallbackTask, JobRequest, LeadEvent
from leads.outcomes import Outcome
from messaging import blocking, conversations
from messaging.enums import ConversationStatus, Direction, Handler, Happening, MessageKind, MessageStatus
from messaging.inbox import acts
from messaging.models import Conversation, Message
from tests import factories
from tests.base import Cast, make_cast
from tests.factories import NOON
from tests.messaging.desk import as_user, converse, kinds_of_events, url
from tests.messaging.inbox.test_acts import said, state_of
from tests.messaging.inbox.test_bulk import act

pytestmark = pytest.mark.django_db

OPEN, DONE, SNOOZED = ConversationStatus.OPEN, ConversationStatus.DONE, ConversationStatus.SNOOZED
READ_FIRST = "They have written since. Read it first."
PUTTING_AWAY = {
    "close": ({}, DONE),
    "end": ({"outcome": "won"}, DONE),
    "snooze": ({"when": "tomorrow"}, SNOOZED),
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def write(conversation: Conversation, body: str = "My basement is flooding", at: datetime = NOON) -> Message:
    return factories.make_message(
        conversation, body, direction=Direction.IN, kind=MessageKind.INBOUND, status=MessageStatus.RECEIVED,
        created_at=at,
    )  # fmt: skip


# ---------------------------------------------------------------- what nobody has read
@pytest.mark.parametrize("name", PUTTING_AWAY)
def test_a_text_that_came_since_is_read_first(cast: Cast, name: str) -> None:
    data, after = PUTTING_AWAY[name]
    conversation, ben = converse(cast), as_user(cast.ben)
    seen, newer = write(conversation), write(conversation)
    for shown in ({"last_seen": seen.pk}, {"last_seen": "²"}, {}):
        answer = ben.post(url(name, conversation), {**data, **shown})
        assert (answer["Location"], said(answer)[-1:]) == (url("show", conversation), [READ_FIRST])
    assert (state_of(conversation, "status", "request"), kinds_of_events(conversation)) == ((OPEN, None), [])
    ben.post(url(name, conversation), {**data, "last_seen": newer.pk})
    assert state_of(conversation, "status") == (after,)


def test_what_is_done_needs_no_reading_to_change_its_outcome(cast: Cast) -> None:
    conversation = converse(cast, status=DONE)
    write(conversation)
    assert said(as_user(cast.ben).post(url("end", conversation), {"outcome": "won"})) == ["Written down: Won."]


@pytest.mark.parametrize(("name", "after"), [("done", DONE), ("snooze", SNOOZED)])
def test_of_many_those_stay_that_were_not_read(cast: Cast, name: str, after: ConversationStatus) -> None:
    read, unread, unsaid = (converse(cast, last_at=NOON) for _ in range(3))
    for row in (read, unread, unsaid):
        write(row)
    write(unread, at=NOON + timedelta(seconds=1))
    shown = {f"seen-{row.key}": NOON.isoformat() for row in (read, unread)}
    (words,) = said(act(cast.ben, name, read, unread, unsaid, **shown, **{f"seen-{unsaid.key}": "9999-12-31"}))
    assert words.endswith(" 2 left as they were: they have written since. Read it first.")
    assert [state_of(row, "status") for row in (read, unread, unsaid)] == [(after,), (OPEN,), (OPEN,)]


def test_pages_say_what_they_show(cast: Cast) -> None:
    conversation, ben = converse(cast, last_at=NOON), as_user(cast.ben)
    newest = write(conversation)
    page = ben.get(url("show", conversation) + "?queue=open").content.decode()
    assert f'name="seen-{conversation.key}" value="{NOON.isoformat()}"' in page
    assert f'data-newest="{newest.pk}"' in page
    acts_link = f"{url('acts', conversation)}?queue=open&amp;seen={newest.pk}#snooze"
    assert acts_link in page
    fields = f'name="last_seen" value="{newest.pk}"'
    assert page.count(fields) == 2  # of the reply, and of the buttons above
    assert ben.get(acts_link.partition("#")[0].replace("&amp;", "&")).content.decode().count(fields) == 3


# ---------------------------------------------------------------- open again
def test_undo_gives_the_waiting_back(cast: Cast) -> None:
    conversation, ben = converse(cast, needs_reply=True, waiting_since=NOON, reply_due_at=NOON), as_user(cast.ben)
    for _ in range(2):
        ben.post(url("close", conversation))
        ben.post(url("reopen", conversation))
    assert state_of(conversation, "status", "needs_reply", "waiting_since") == (OPEN, True, NOON)
    assert conversation.reply_due_at > NOON


@pytest.mark.parametrize(("words", "waits"), [(["STOP", "Hello?"], True), (["HELP"], False), ([], False)])
def test_of_what_was_closed_otherwise_the_texts_say_who_waits(cast: Cast, words: list[str], waits: bool) -> None:
    conversation = converse(cast, status=DONE, closed_at=NOON)
    for body in words:
        write(conversation, body)
    assert acts.reopen(conversation, by=cast.ben, now=NOON)
    assert state_of(conversation, "needs_reply", "waiting_since") == (waits, NOON if waits else None)


def test_nobody_waits_where_nobody_had(cast: Cast) -> None:
    conversation = converse(cast)
    theirs = write(conversation, "Thanks")
    ben = as_user(cast.ben)
    ben.post(url("close", conversation), {"last_seen": theirs.pk})
    ben.post(url("reopen", conversation))
    assert state_of(conversation, "status", "needs_reply") == (OPEN, False)


def test_a_word_is_noted_in_the_conversation_that_runs(cast: Cast) -> None:
    lead = factories.make_lead(cast.a)
    old = factories.make_conversation(lead, cast.a_number, status=DONE)
    new = factories.make_conversation(lead, cast.a_number)
    conversations.note_said(old, text="Hello?", now=NOON, by_customer=True, happening=Happening.TEXT_IN)
    assert (state_of(old, "status", "needs_reply"), state_of(new, "needs_reply", "last_preview")) == (
        (DONE, False),
        (True, "Hello?"),
    )


def test_the_robot_hands_nothing_over_that_is_done(cast: Cast) -> None:
    conversation = converse(cast, status=DONE, closed_at=NOON)
    assert not conversations.hand_off(conversation, reason="Unsure", summary="", now=NOON)
    assert (state_of(conversation, "status", "handler"), kinds_of_events(conversation)) == ((DONE, Handler.ROBOT), [])


def test_who_takes_over_what_a_person_has_gets_nothing(cast: Cast) -> None:
    conversation = converse(cast, handler=Handler.PERSON)
    assert not acts.take_over(conversation, by=cast.ben, now=NOON)
    assert state_of(conversation, "assignee") == (None,)


# ---------------------------------------------------------------- outcomes
WON, LOST = Outcome(RequestStatus.WON, 100), Outcome(RequestStatus.LOST, None, "price")


def test_who_comes_second_with_an_outcome_is_told_whose_stands(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = converse(cast, status=DONE)
    conversation.request = factories.make_request(conversation.lead, cast.a_location)
    conversation.save()
    stale, write_down = Conversation.objects.select_related("request").get(pk=conversation.pk), outcomes.end

    def come_second(request: JobRequest, outcome: Outcome, **more: object) -> bool:
        monkeypatch.undo()
        acts.end_request(stale, LOST, by=cast.ana, now=NOON)
        return write_down(request, outcome, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(outcomes, "end", come_second)
    answer = as_user(cast.ben).post(url("end", conversation), {"outcome": "won", "value": "1"})
    assert said(answer) == ["ana was faster: Lost, too expensive. Yours was not written down."]
    assert kinds_of_events(conversation) == ["request.lost"]


def test_two_outcomes_without_a_request_make_one(cast: Cast) -> None:
    conversation = converse(cast)
    first, second = (Conversation.objects.select_related("request").get(pk=conversation.pk) for _ in range(2))
    assert acts.end_request(first, WON, by=cast.ana, now=NOON)
    assert not acts.end_request(second, LOST, by=cast.ben, now=NOON)
    assert (JobRequest.objects.get(), second.request) == (first.request, first.request)


@pytest.mark.parametrize(("by_hand", "is_paused"), [(False, False), (True, True)])
def test_an_outcome_that_was_none_lifts_its_own_pause_alone(cast: Cast, by_hand: bool, is_paused: bool) -> None:
    conversation = converse(cast)
    if by_hand:
        conversations.pause(conversation, reason="Please look")
    for outcome in (Outcome(RequestStatus.SPAM, note="Windows"), WON):
        acts.close(conversation, by=cast.ben, now=NOON, outcome=outcome)
        conversation.refresh_from_db()
    assert state_of(conversation, "automation_paused") == (is_paused,)


# ---------------------------------------------------------------- call-backs, blocking
def test_one_page_plans_one_call_back_in_each_conversation(cast: Cast) -> None:
    rows, page = [converse(cast), converse(cast)], {"when": "hour", "client_id": str(uuid.uuid4())}
    for row in [*rows, *rows]:
        as_user(cast.ben).post(f"/inbox/{row.key}/callbacks/", page)
    assert list(CallbackTask.objects.order_by("id").values_list("lead", flat=True)) == [row.lead_id for row in rows]


def test_a_way_back_is_a_key_however_it_is_written(cast: Cast) -> None:
    conversation = converse(cast)
    task = factories.make_task(cast.a_location, lead=conversation.lead)
    answer = as_user(cast.ben).post(f"/inbox/callbacks/{task.key}/done/", {"conversation": conversation.key.hex})
    assert answer["Location"] == url("show", conversation)


def test_a_block_leaves_what_cannot_be_left_and_promises_no_undo(cast: Cast) -> None:
    conversation = converse(cast)
    tasks = [factories.make_task(cast.a_location, lead=conversation.lead, reason=why) for why in ("urgent", "rule")]
    answer = as_user(cast.ben).post(url("block", conversation))
    assert said(answer) == ["Blocked: Dana. Texts and calls are kept, and nobody is told of them. Unblock"]
    assert [state_of(task, "done_by") for task in tasks] == [(None,), (cast.ben,)]  # type: ignore[arg-type]


@pytest.mark.parametrize("elsewhere", ["conversation", "task", ""])
def test_who_works_at_one_place_ends_nothing_at_another(cast: Cast, elsewhere: str) -> None:
    east, conversation, desk = factories.make_location(cast.a, "East"), converse(cast), factories.make_user("desk")
    factories.make_member(cast.a, desk).locations.set([cast.a_location])
    if elsewhere == "conversation":
        factories.make_conversation(conversation.lead, factories.make_number(east, cast.a_account))
    elif elsewhere:
        factories.make_task(east, lead=conversation.lead)
    answer = as_user(desk).post(url("block", conversation))
    assert blocking.is_blocked(cast.a.pk, conversation.lead.phone) is not bool(elsewhere)
    assert ("where you do not work" in said(answer)[0]) is bool(elsewhere)
    assert LeadEvent.objects.filter(kind="lead.blocked").exists() is not bool(elsewhere)


# ---------------------------------------------------------------- positions
@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_beyond_the_calendar_is_no_position(cast: Cast, at: str) -> None:
    conversation, ben = converse(cast), as_user(cast.ben)
    for queue in ("reply", "open", "snoozed"):
        assert ben.get("/inbox/", {"queue": queue, "before": f"0,{at},5"}).status_code == 200
    assert ben.get(url("earlier", conversation), {"at": f"{at},1,5"}).status_code == 302
    known = datetime(2026, 6, 17, 12, tzinfo=UTC).isoformat()
    assert ben.get(url("earlier", conversation), {"at": f"{known},1,5"}).status_code == 200
