"""/status/: whether it works, and what to do if not; for owners and managers, of their own business alone."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings

from leads.enums import Role
from leads.models import CrmConnection, CrmSync, WebhookEndpoint
from messaging import beats, silence
from messaging.alerts import MAIL_FAILED, MAIL_SENT
from messaging.enums import MessageStatus
from messaging.models import CarrierAccount, InboundHook, ModelOutage, PhoneNumber
from recoverline.lib import clock
from scheduling.models import BusyCalendar
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    make_agent_settings,
    make_conversation,
    make_lead,
    make_member,
    make_message,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    now = clock.now()
    for name in beats.PROCESSES:
        beats.beat(name, now=now)
    beats.note(MAIL_SENT, now=now)
    made = make_cast()
    CarrierAccount.objects.update(reconciled_at=now)
    PhoneNumber.objects.update(last_call_at=now)
    return made


def page(cast: Cast) -> str:
    answer = sign_in(cast.ana).get("/status/")
    assert answer.status_code == 200
    return answer.content.decode()


def said(cast: Cast) -> list[tuple[str, str, str]]:
    """(state, label, sentences) of each line."""
    found = re.findall(r'<li class="start-step (\w+)">(.*?)</li>', page(cast), re.DOTALL)
    texts = [(state, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()) for state, html in found]
    return [(state, *re.split(r" {1,}", text, maxsplit=1)) for state, text in texts]  # type: ignore[misc]


def broken(cast: Cast) -> str:
    return " | ".join(rest for state, _, rest in said(cast) if state == "broken")


def test_all_is_well(cast: Cast) -> None:
    assert broken(cast) == ""
    assert page(cast).count("All is well.") == 2
    words = " ".join(rest for _, _, rest in said(cast))
    for part in (
        "The sender showed itself",
        "None waits.",
        "Nothing is late.",
        "Last sent",
        "Last compared",
        "Last call",
    ):
        assert part in words


@pytest.mark.parametrize("name", ["sender", "worker"])
def test_a_process_that_is_silent(cast: Cast, name: str) -> None:
    beats.beat(name, now=clock.now() - timedelta(minutes=5))
    assert f"The {name} showed itself last 5 min ago." in broken(cast)
    assert f"has to start the {name} again" in broken(cast)


@pytest.mark.parametrize("name", ["sender", "worker"])
def test_a_process_that_is_silent_on_one_host_of_several(cast: Cast, name: str) -> None:
    beats.beat(name, host="east", now=clock.now())
    assert broken(cast) == ""
    beats.beat(name, host="east", now=clock.now() - timedelta(minutes=5))
    assert f"The {name} works, but on east it showed itself last 5 min ago. Other hosts do its work." in broken(cast)


def test_each_trouble_is_said_with_what_to_do(cast: Cast, settings: LazySettings) -> None:
    now, a = clock.now(), cast.a
    settings.ANTHROPIC_API_KEY = "a key"
    hour = timedelta(hours=1)
    CarrierAccount.objects.filter(business=a).update(
        stopped_at=now - hour, problem="Twilio suspended it", reconciled_at=now - 2 * hour
    )
    thread = make_conversation(make_lead(a), cast.a_number)
    make_message(
        thread, status=MessageStatus.UNDELIVERED, error_code="30007", error_text="Filtered: +16025550142",
        created_at=now - hour,
    )  # fmt: skip
    make_message(thread, status=MessageStatus.QUEUED, next_at=now - hour, created_at=now - hour)
    InboundHook.objects.create(
        account=cast.a_account, event="voice", natural_key="1", payload={}, received_at=now - 3 * hour, processed_at=now
    )
    make_agent_settings(a, mode="auto", driver="model", model="claude-x")
    ModelOutage.objects.create(model="claude-x", reason="overloaded", since=now, until=now + hour)
    BusyCalendar.objects.create(
        business=a, location=cast.a_location, name="Shop", url="https://c.example.com/x", created_at=now - 5 * hour,
        ok_at=now - 3 * hour, problem="It answered 404.",
    )  # fmt: skip
    WebhookEndpoint.objects.create(
        business=a,
        name="CRM",
        url="https://crm.example.com/",
        secret="whsec_x",
        created_at=now,
        failing_since=now - hour,
    )
    beats.note(MAIL_FAILED, now=now + timedelta(seconds=1))

    words = broken(cast)

    for part in (
        "Stopped 1 h ago, and no text leaves: Twilio suspended it. It last told us something 3 h ago.",
        "choose Resume texting",
        "Last compared with ours 2 h ago", "Check account id and token",
        "claude-x is out (overloaded)", "Last read 3 h ago. It answered 404.", "Check its address and password",
        "Failing for", "send a test event", "Late by more than two minutes: 1 texts.", "The mail server took nothing",
    ):  # fmt: skip
        assert part in words
    CarrierAccount.objects.update(stopped_at=None)
    assert "Last error 1 h ago: Filtered: ***0142 (30007)." in " ".join(rest for _, _, rest in said(cast))


def test_a_silent_line(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = silence.Quiet(cast.a_number, datetime(2026, 11, 16, 16, 10, tzinfo=UTC), has_rung_today=True, usual=6)
    monkeypatch.setattr(silence, "quiet_on", lambda number, now: quiet)
    assert "usually 6 by now: is " in broken(cast) or "usually 6 by now: does " in broken(cast)


def test_it_is_for_owners_and_managers_of_that_business(cast: Cast) -> None:
    CarrierAccount.objects.filter(business=cast.b).update(problem="Birch trouble", stopped_at=clock.now())
    assert "Birch" not in page(cast)
    manager, reader = make_user("mia"), make_user("rita")
    make_member(cast.a, manager, Role.MANAGER)
    make_member(cast.a, reader, Role.READ_ONLY)
    assert b"Alder carrier" in sign_in(manager).get("/status/").content
    for user in (reader, cast.ben):
        shown = sign_in(user).get("/status/").content
        assert b"Alder carrier" not in shown
        assert b"The sender" not in shown
    both = sign_in(cast.root).get("/status/").content
    assert b"Alder carrier" in both
    assert b"Birch trouble" in both


def test_a_crm_says_when_it_was_last_written_what_waits_and_what_needs_a_look(cast: Cast) -> None:
    now = clock.now()
    crm = CrmConnection.objects.create(business=cast.a, name="Hub", kind="hubspot", token="t", created_at=now)
    assert "Nothing was written there yet." in " ".join(rest for _, _, rest in said(cast))
    assert broken(cast) == ""
    for status, done_at in (("done", now - timedelta(hours=2)), ("waiting", None), ("conflict", None)):
        CrmSync.objects.create(
            business=cast.a, connection=crm, lead=make_lead(cast.a), status=status, done_at=done_at, created_at=now
        )
    CrmConnection.objects.update(
        written_at=now - timedelta(hours=2), failures=3, last_error="HubSpot answered 502.", failing_since=now
    )
    wanted = "Fails. HubSpot answered 502. Last written 2 h ago. 1 lead waits. 1 needs somebody to look."
    assert wanted in broken(cast)
