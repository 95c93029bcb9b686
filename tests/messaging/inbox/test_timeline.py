"""One conversation from its first call to its last note: in order, page by page, whatever people write."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads import events
from leads.models import Location
from messaging.enums import Direction, MessageKind
from messaging.inbox import timeline
from messaging.inbox.timeline import Position, position_of, timeline_of
from messaging.models import Call, Conversation, MessageMedia, Note
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment
from tests import factories
from tests.base import Cast, make_cast
from tests.factories import NOON
from tests.messaging.desk import add_reader, as_user, converse, url

pytestmark = pytest.mark.django_db

MP3 = bytes(range(200))


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def note(conversation: Conversation, body: str, **values: Any) -> Note:
    return Note.objects.create(
        **{"business": conversation.business, "conversation": conversation, "body": body, "created_at": NOON, **values}
    )


def page_of(conversation: Conversation, cast: Cast) -> str:
    return " ".join(as_user(cast.ana).get(url("show", conversation)).content.decode().split())


def make_visit(conversation: Conversation, location: Location | None = None, **values: Any) -> Appointment:
    service = factories.make_service(conversation.business)
    return factories.make_appointment(service, location or conversation.location, lead=conversation.lead, **values)


# ---------------------------------------------------------------- order
def test_everything_stands_in_the_order_in_which_it_happened(cast: Cast) -> None:
    conversation = converse(cast)
    key, record = str(conversation.key), {"business": cast.a, "lead": conversation.lead}
    factories.make_message(conversation, created_at=at(1))
    factories.make_call(cast.a_number, conversation=conversation, started_at=at(0))
    note(conversation, "Known", created_at=at(3))
    factories.make_task(cast.a_location, lead=conversation.lead, created_at=at(5))
    events.record("conversation.urgent", at=at(2), text="Urgent", conversation=key, **record)
    events.record("lead.opted_out", at=at(4), text="Opted out", **record)
    # Told by the rows above, said elsewhere, or without words.
    for kind in ("call.missed", "text.blocked", "task.created", "lead.noted"):
        events.record(kind, at=at(0), text="Told already", **record)
    events.record("conversation.urgent", at=at(2), text="Elsewhere", conversation=str(uuid.uuid4()), **record)
    events.record("lead.changed", at=at(2), **record)
    found = timeline_of(conversation)
    assert [(entry.kind, entry.at) for entry in found.entries] == [
        ("call", at(0)), ("text", at(1)), ("event", at(2)), ("note", at(3)), ("event", at(4)), ("task", at(5)),
    ]  # fmt: skip
    assert found.earlier == ""


def test_what_has_the_same_instant_keeps_a_sensible_order(cast: Cast) -> None:
    conversation = converse(cast)
    events.record("lead.opted_out", business=cast.a, lead=conversation.lead, at=NOON, text="Opted out")
    note(conversation, "Known")
    factories.make_task(cast.a_location, lead=conversation.lead)
    asks = factories.make_message(conversation, "STOP", direction=Direction.IN, kind=MessageKind.INBOUND)
    answers = factories.make_message(conversation, "You are out.")
    factories.make_turn(asks, status="silent")
    factories.make_call(cast.a_number, conversation=conversation)
    entries = timeline_of(conversation).entries
    assert [entry.kind for entry in entries] == ["call", "text", "text", "turn", "task", "note", "event"]
    assert [entry.row for entry in entries[1:3]] == [asks, answers]


def test_only_what_the_location_may_know_is_told(cast: Cast) -> None:
    """A task and a visit of the same person somewhere else are somebody else's."""
    conversation, far = converse(cast), factories.make_location(cast.a, "Far")
    factories.make_task(far, lead=conversation.lead)
    visit = make_visit(conversation, location=far)
    for kind in ("appointment.booked", "calendar.conflict"):
        events.record(
            kind, business=cast.a, lead=conversation.lead, at=NOON, text="Told there", appointment=str(visit.key)
        )
    assert timeline_of(conversation, visits={}).entries == []


# ---------------------------------------------------------------- pages
def test_pages_show_every_entry_once_even_at_one_instant(cast: Cast) -> None:
    conversation = converse(cast)
    for index in range(5):
        factories.make_message(conversation, f"text {index}", created_at=at(index // 3))
        note(conversation, f"note {index}", created_at=at(index // 3))
        factories.make_call(cast.a_number, conversation=conversation, started_at=at(index // 3))
    whole = [entry.row for entry in timeline_of(conversation, size=None).entries]
    for size in (1, 2, 4, 7):
        shown: list[Any] = []
        before: Position | None = None
        for _ in range(20):
            page = timeline_of(conversation, size=size, before=before)
            shown = [*(entry.row for entry in page.entries), *shown]
            before = position_of(page.earlier)
            if before is None:
                break
        assert shown == whole


def test_earlier_ones_are_a_page_of_their_own(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "TIMELINE_SIZE", 2)
    monkeypatch.setitem(timeline.timeline_of.__kwdefaults__, "size", 2)
    conversation = converse(cast)
    texts = [factories.make_message(conversation, f"text {n}", created_at=at(n)) for n in range(3)]
    client = as_user(cast.ana)
    first = client.get(url("show", conversation) + "?queue=open")
    link = f"{url('earlier', conversation)}?at={quote(str(Position(at(1), 1, texts[1].pk)), safe='')}"
    assert f'href="{link}&amp;' in first.content.decode()
    earlier = client.get(link)
    assert [entry.row for entry in earlier.context["timeline"].entries] == texts[:1]
    page = earlier.content.decode()
    assert ("Show the whole conversation" in page, "Back to the newest" in page) == (False, True)
    part = client.get(link, headers={"X-Requested-With": "fetch"}).content.decode()
    assert ("text 0" in part, "<html" in part) == (True, False)


@pytest.mark.parametrize(
    "position",
    ["", "x", "2026-06-17T18:00:00,1,1", f"{NOON.isoformat()},1,{'9' * 40}", f"{NOON.isoformat()},1", "," * 9],
)
def test_an_unreadable_position_leads_to_the_newest(cast: Cast, position: str) -> None:
    conversation = converse(cast)
    answer = as_user(cast.ana).get(url("earlier", conversation), {"at": position})
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, url("show", conversation))


def test_a_long_conversation_asks_no_more(cast: Cast) -> None:
    conversation = converse(cast)
    counts, client = [], as_user(cast.ana)
    factories.make_message(conversation)
    with CaptureQueriesContext(connection) as asked:
        client.get(url("show", conversation))
    plain = len(asked)
    for many in (1, 10):
        for _ in range(many):
            text = factories.make_message(conversation, author=cast.ana)
            MessageMedia.objects.create(message=text, position=0, url="https://example.com/1")
            factories.make_call(cast.a_number, conversation=conversation, rule=factories.make_rule(cast.a))
            note(conversation, "Known", author=cast.ben)
            factories.make_task(cast.a_location, lead=conversation.lead, done_at=NOON, done_by=cast.ben)
            visit = make_visit(conversation)
            events.record(
                "appointment.booked", business=cast.a, lead=conversation.lead, at=NOON, text="Booked", actor=cast.ana,
                appointment=str(visit.key), version=1,
            )  # fmt: skip
            factories.make_request(conversation.lead, cast.a_location, service=visit.service)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url("show", conversation)).status_code == 200
        counts.append(len(asked))
    assert (counts, plain) == ([21, 21], 14)


def test_looking_changes_nothing(cast: Cast) -> None:
    conversation = converse(cast, unread_count=3, needs_reply=True)
    for path in (url("show", conversation), url("earlier", conversation) + "?at=" + quote(str(Position(NOON, 1, 1)))):
        assert as_user(cast.ben).get(path).status_code == 200
    conversation.refresh_from_db()
    assert (conversation.unread_count, conversation.needs_reply) == (3, True)


# ---------------------------------------------------------------- cards
def test_a_booking_is_a_card_of_its_present_state_and_a_line_for_what_it_was(cast: Cast) -> None:
    conversation = converse(cast)
    visit = make_visit(conversation, status=AppointmentStatus.CANCELED, version=2, cancel_reason="Found a key")
    for version, text in ((1, "Booked: Drain cleaning"), (2, "Canceled: Drain cleaning")):
        events.record(
            "appointment.moved", business=cast.a, lead=conversation.lead, at=at(version), text=text,
            appointment=str(visit.key), version=version,
        )  # fmt: skip
    found = timeline_of(conversation, visits={str(visit.key): visit})
    assert [(entry.kind, entry.visit) for entry in found.entries] == [("event", visit), ("booking", visit)]
    page = page_of(conversation, cast)
    assert '<article class="entry booking bad"' in page
    assert f'<a href="{reverse("appointments:appointment-show", args=[visit.key])}">Open the appointment' in page
    assert "Found a key" in page


def test_an_open_call_back_can_be_done_here_and_a_done_one_is_a_line(cast: Cast) -> None:
    conversation = converse(cast)
    task = factories.make_task(cast.a_location, lead=conversation.lead, detail="About the boiler")
    action = f'action="{reverse("inbox:callback-finish", args=[task.key])}'
    assert action in page_of(conversation, cast)
    assert action not in " ".join(as_user(add_reader(cast)).get(url("show", conversation)).content.decode().split())
    task.done_at, task.done_by = NOON, cast.ben
    task.save()
    page = page_of(conversation, cast)
    assert (action in page, "Call-back done by <bdi>ben</bdi>" in page) == (False, True)


def test_a_note_names_whom_it_mentions(cast: Cast) -> None:
    conversation = converse(cast)
    note(conversation, "@ben: see https://example.com, mail x@ben.com", author=cast.ana)
    page = page_of(conversation, cast)
    assert '<b class="mention">@ben</b>: see <a href="https://example.com"' in page
    assert page.count('class="mention"') == 1


def test_texts_say_who_wrote_them(cast: Cast) -> None:
    conversation = converse(cast)
    factories.make_message(conversation, "theirs", direction=Direction.IN, kind=MessageKind.INBOUND)
    factories.make_message(conversation, "robot's", kind=MessageKind.ROBOT)
    factories.make_message(conversation, "ours", kind=MessageKind.STAFF, author=cast.ben)
    page = page_of(conversation, cast)
    classes = [part.split('"')[0] for part in page.split('<article class="entry text ')[1:]]
    assert (classes, page.count('class="assistant"')) == (["from-them", "from-us from-robot", "from-us"], 1)


# ---------------------------------------------------------------- voicemail
@pytest.fixture
def voicemail(cast: Cast, settings: Any, tmp_path: Path) -> Call:
    settings.MEDIA_ROOT = tmp_path
    call = factories.make_call(
        cast.a_number, conversation=converse(cast), voicemail_seconds=14, transcript="Water everywhere",
        voicemail_status="stored",
    )  # fmt: skip
    call.voicemail_file.save("x.mp3", ContentFile(MP3))
    call.save()
    return call


def path_of(call: Call) -> str:
    return reverse("inbox:voicemail-show", args=[call.key])


@pytest.mark.parametrize(
    ("asked", "status", "content", "told"),
    [
        ("", 200, MP3, None),
        ("bytes=0-", 206, MP3, "bytes 0-199/200"),
        ("bytes=10-19", 206, MP3[10:20], "bytes 10-19/200"),
        ("bytes=190-999", 206, MP3[190:], "bytes 190-199/200"),
        ("bytes=-5", 206, MP3[-5:], "bytes 195-199/200"),
        ("bytes=200-", 416, b"", "bytes */200"),
        ("bytes=9-3", 416, b"", "bytes */200"),
        ("bytes=1-2,4-5", 200, MP3, None),
        ("bytes=-", 200, MP3, None),
        ("lines=1-2", 200, MP3, None),
    ],
)
def test_a_recording_is_played_from_anywhere(
    cast: Cast, voicemail: Call, asked: str, status: int, content: bytes, told: str | None
) -> None:
    answer = as_user(cast.ben).get(path_of(voicemail), headers={"Range": asked} if asked else {})
    assert (answer.status_code, answer.getvalue(), answer.get("Content-Range")) == (status, content, told)
    assert [answer[name] for name in ("Accept-Ranges", "X-Content-Type-Options", "Content-Security-Policy")] == [
        "bytes", "nosniff", "default-src 'none'; sandbox",
    ]  # fmt: skip
    if status != 416:
        assert answer["Content-Type"] == "audio/mpeg"


def test_recordings_are_private_and_may_be_gone(cast: Cast, voicemail: Call, tmp_path: Path) -> None:
    assert (as_user(cast.cleo).get(path_of(voicemail)).status_code, Client().get(path_of(voicemail)).status_code) == (
        404, 302,
    )  # fmt: skip
    (tmp_path / voicemail.voicemail_file.name).unlink()
    assert as_user(cast.ana).get(path_of(voicemail)).status_code == 404


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "<audio controls preload="),
        ({"voicemail_status": "pending"}, "The recording is being fetched."),
        ({"voicemail_status": "failed", "voicemail_problem": "Gone."}, "The recording is missing: Gone."),
        ({"voicemail_status": "", "is_simulated": True}, "No recording: the simulator has no sound."),
        ({"voicemail_status": ""}, "There is no recording here."),
    ],
)
def test_a_voicemail_can_be_heard_or_says_why_not(
    cast: Cast, voicemail: Call, values: dict[str, Any], words: str
) -> None:
    Call.objects.filter(pk=voicemail.pk).update(**values)
    assert voicemail.conversation is not None
    page = page_of(voicemail.conversation, cast)
    assert (words in page, "Water everywhere" in page, page.count("<audio")) == (True, True, int(not values))


# ---------------------------------------------------------------- hostile
EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'
TURNED = "invoice\u202egpj.exe\u2066\u200b"


def test_nothing_that_strangers_write_runs_or_turns_its_neighbors(cast: Cast) -> None:
    text = EVIL + TURNED + "\U0001f6b0" * 20
    conversation = converse(cast, lead={"name": (EVIL + TURNED)[:120], "notes": text}, last_preview=EVIL)
    conversation.request = factories.make_request(conversation.lead, cast.a_location, need=text[:200], place=TURNED)
    conversation.save()
    said = factories.make_message(conversation, text, direction=Direction.IN, kind=MessageKind.INBOUND)
    MessageMedia.objects.create(
        message=said, position=0, url="https://example.com/1", status="stored", content_type=f"x/{EVIL[:60]}"
    )
    factories.make_turn(said, status="silent", summary=text[:300])
    factories.make_call(cast.a_number, conversation=conversation, transcript=text)
    factories.make_task(cast.a_location, lead=conversation.lead, detail=text[:300])
    note(conversation, text + " @" + "x" * 200, author=cast.ana)
    events.record("lead.opted_out", business=cast.a, lead=conversation.lead, at=NOON, text=text)
    whole = as_user(cast.ana).get(url("show", conversation)).content.decode()
    page = whole[whole.index('id="region-head"') : whole.index('id="composer"')]
    assert (page.count("<script"), page.count("<img src=x"), page.count("&lt;script&gt;") > 6) == (0, 0, True)
    assert {c for c in page if c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b"} == set()
