"""What is left to set up: each step from real rows, to do, done and broken; the page, and the line above the inbox."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from leads.enums import Role
from leads.models import Business, Invitation, Location, Membership
from messaging import beats
from messaging.alerts import MAIL_FAILED, MAIL_SENT
from messaging.models import CarrierAccount, Escalation, Heartbeat, Message, PhoneNumber
from recoverline.getting_started.line import line_for
from recoverline.getting_started.steps import Progress, Step, progress_of, steps_of
from recoverline.lib import clock
from scheduling.models import OnCallShift
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    NOON,
    make_agent_settings,
    make_business,
    make_call,
    make_conversation,
    make_faq,
    make_hours,
    make_lead,
    make_member,
    make_message,
    make_publication,
    make_rules,
    make_script,
    make_service,
    make_user,
)
from tests.messaging.alarms import make_escalation, make_policy

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def step(business: Business, label: str, *, now: Any = NOON) -> Step:
    business.refresh_from_db()
    return next(row for row in steps_of(business, now=now) if row.label == label)


def said(business: Business, label: str, *, now: Any = NOON) -> tuple[str, str]:
    row = step(business, label, now=now)
    return row.state.value, row.evidence


def test_the_number(cast: Cast) -> None:
    empty = make_business("Elm")
    assert said(empty, "Connect your number") == ("todo", "There is no carrier account yet")
    PhoneNumber.objects.filter(pk=cast.a_number.pk).update(number="+12125550100")
    assert said(cast.a, "Connect your number") == ("done", "(212) 555-0100")
    CarrierAccount.objects.filter(pk=cast.a_account.pk).update(stopped_at=NOON - 2 * HOUR, problem="Suspended")
    broken = step(cast.a, "Connect your number")
    assert (broken.state, broken.evidence, broken.since) == ("broken", "Stopped 2 h ago: Suspended", NOON - 2 * HOUR)
    PhoneNumber.objects.filter(pk=cast.a_number.pk).update(is_active=False)
    CarrierAccount.objects.update(stopped_at=None)
    assert said(cast.a, "Connect your number") == ("todo", "There is no number yet")


def test_a_call_that_arrived_and_silence_where_there_used_to_be_many(cast: Cast) -> None:
    assert said(cast.a, "Receive a call") == ("todo", "No call has arrived yet")
    PhoneNumber.objects.filter(pk=cast.a_number.pk).update(last_call_at=NOON - 2 * HOUR)
    assert said(cast.a, "Receive a call") == ("done", "Last call 2 h ago")
    for day in range(10):
        make_call(cast.a_number, started_at=NOON - timedelta(days=day) - 2 * HOUR)
    assert said(cast.a, "Receive a call", now=NOON + timedelta(days=5)) == ("done", "Last call 5 d ago")
    broken = step(cast.a, "Receive a call", now=NOON + timedelta(days=6))
    assert (broken.state, broken.since) == ("broken", NOON - 2 * HOUR + timedelta(days=6))
    assert broken.evidence == "No call since 6 d ago, which is unusual here: forwarding may be off"


def test_each_kind_of_line_has_its_own_proof(cast: Cast) -> None:
    PhoneNumber.objects.filter(pk=cast.a_number.pk).update(mode="forwarded", number="+12125550100")
    assert said(cast.a, "Forward your line") == ("todo", "Nothing has proven it yet for (212) 555-0100")
    make_call(cast.a_number, started_at=NOON - HOUR, forwarded_from="+12125550111")
    assert said(cast.a, "Forward your line") == ("done", "Proven 1 h ago, forwarded by (212) 555-0111")

    PhoneNumber.objects.filter(pk=cast.b_number.pk).update(mode="hosted")
    make_call(cast.b_number, started_at=NOON - HOUR, rang_seconds=0)
    assert step(cast.b, "Ring your team").state == "todo"
    make_call(cast.b_number, started_at=NOON - 3 * HOUR, rang_seconds=15)
    assert said(cast.b, "Ring your team") == ("done", "Proven 3 h ago")
    PhoneNumber.objects.filter(pk=cast.b_number.pk).update(mode="external", last_call_at=NOON)
    assert said(cast.b, "Report missed calls") == ("done", "Proven 1 h ago")


def test_hours_and_the_first_text(cast: Cast) -> None:
    assert step(cast.a, "Set opening hours").state == "todo"
    make_hours(cast.a)
    assert step(cast.a, "Set opening hours").state == "done"

    assert step(cast.a, "Read your first text").evidence == "There is none yet: callers get built-in words"
    script = make_script(cast.a)
    assert said(cast.a, "Read your first text") == ("todo", "Nobody has read and saved it yet")
    script._history_user = cast.ana
    script.save()
    assert said(cast.a, "Read your first text") == ("done", "Saved just now")


def test_knowledge(cast: Cast) -> None:
    assert said(cast.a, "Say what you do") == (
        "todo", "Missing: a service with its price, the areas you serve, 3 more answers to frequent questions",
    )  # fmt: skip
    service = make_service(cast.a, price_from_cents=9900)
    for _ in range(3):
        make_faq(cast.a)
    assert said(cast.a, "Say what you do") == ("todo", "Missing: the areas you serve")
    # Whoever comes to the shop lives anywhere.
    make_rules(service)
    assert said(cast.a, "Say what you do") == ("done", "1 service with a price, 3 answers")


def test_the_team_and_who_is_mailed(cast: Cast) -> None:
    assert said(cast.b, "Bring your team") == ("todo", "You are the only one")
    Invitation.objects.create(
        business=cast.b, email="dee@example.com", token_digest="1", created_at=NOON, expires_at=NOON + HOUR
    )
    assert said(cast.b, "Bring your team") == ("done", "1 person, 1 invited; alerts go to 1")
    assert step(cast.b, "Bring your team", now=NOON + HOUR).state == "todo"
    make_member(cast.b, make_user())
    assert said(cast.b, "Bring your team", now=NOON + HOUR) == ("done", "2 people; alerts go to 1")
    Membership.objects.filter(business=cast.b).update(gets_alerts=False)
    assert said(cast.b, "Bring your team") == ("broken", "Nobody is mailed when a customer needs a person")


def test_the_robot_is_decided_about(cast: Cast) -> None:
    assert step(cast.a, "Decide about the robot").state == "todo"
    make_agent_settings(cast.a, mode="off")
    assert said(cast.a, "Decide about the robot") == ("done", "First text only: people answer")
    make_publication(cast.b)
    assert step(cast.b, "Decide about the robot").state == "done"


def test_registration_is_asked_of_real_north_american_numbers(cast: Cast) -> None:
    label = "Register for texting"
    PhoneNumber.objects.filter(pk=cast.a_number.pk).update(number="+18885550100")
    assert said(cast.a, label) == ("todo", "Not looked into yet")
    assert "toll-free verification" in step(cast.a, label).why
    assert "A2P 10DLC" in step(cast.b, label).why
    PhoneNumber.objects.filter(pk=cast.a_number.pk).update(registration="rejected")
    assert said(cast.a, label) == ("broken", "The carrier has rejected it")
    PhoneNumber.objects.filter(pk=cast.a_number.pk).update(registration="approved")
    assert said(cast.a, label) == ("done", "Approved")

    thread = make_conversation(make_lead(cast.a), cast.a_number)
    make_message(thread, status="undelivered", error_code="30032", created_at=NOON - 2 * HOUR)
    assert said(cast.a, label) == ("broken", "A carrier refused a text 2 h ago for want of it (error 30032)")
    assert step(cast.a, label, now=NOON + timedelta(days=7)).state == "done"
    make_message(thread, status="delivered", created_at=NOON - HOUR)
    assert step(cast.a, label).state == "done"

    CarrierAccount.objects.filter(pk=cast.a_account.pk).update(kind="simulator")
    assert label not in [row.label for row in steps_of(cast.a, now=NOON)]
    assert Message.objects.count() == 2


def test_a_pause_is_something_broken(cast: Cast) -> None:
    assert step(cast.a, "Keep texting on").state == "done"
    cast.a.is_texting_paused = True
    cast.a.save()
    broken = step(cast.a, "Keep texting on")
    assert (broken.state, broken.since is not None) == ("broken", True)


def test_the_installation_is_alive_and_can_mail(cast: Cast) -> None:
    now = timezone.now()
    assert said(cast.a, "Keep the processes running") == ("todo", "The sender does not run")
    for name in beats.PROCESSES:
        beats.beat(name, now=now)
    assert step(cast.a, "Keep the processes running").state == "done"
    beats.beat(beats.WORKER, now=now - 2 * HOUR)
    assert said(cast.a, "Keep the processes running") == ("broken", "The worker was last alive 2 h ago")

    assert said(cast.a, "Send e-mail") == ("todo", "Nothing has been mailed yet")
    Heartbeat.objects.create(name=MAIL_SENT, at=now - 2 * HOUR)
    assert said(cast.a, "Send e-mail") == ("done", "Last e-mail 2 h ago")
    Heartbeat.objects.create(name=MAIL_FAILED, at=now - HOUR)
    assert said(cast.a, "Send e-mail") == ("broken", "An e-mail could not be sent 1 h ago")


def test_mail_that_is_only_logged_does_not_count(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    Heartbeat.objects.create(name=MAIL_SENT, at=timezone.now())
    assert said(cast.a, "Send e-mail") == ("todo", "E-mail is only written to the log")


# ---------------------------------------------------------------- the page and the line
def progress(user: User) -> Progress | None:
    line = line_for(user)
    return line.progress if line else None


def test_what_is_broken_comes_first(cast: Cast) -> None:
    steps = steps_of(cast.a, now=NOON)
    found = progress_of(steps)
    assert (found.done, found.count, found.next) == (3, 13, steps[1])
    CarrierAccount.objects.filter(pk=cast.a_account.pk).update(stopped_at=NOON)
    found = progress_of(steps_of(cast.a, now=NOON))
    assert found.next is not None
    assert (found.done, found.next.label, found.broken_since) == (2, "Connect your number", NOON)


def test_the_line_is_for_who_can_set_up_and_can_be_folded_until_something_breaks(cast: Cast) -> None:
    assert (progress(cast.ben), progress(cast.root)) == (None, None)
    assert progress(cast.ana) is not None
    browser, page = sign_in(cast.ana), reverse("getting-started-fold", args=[cast.a.key])
    assert browser.post(page, {"fold": "1"}).status_code == 302
    assert progress(cast.ana) is None
    CarrierAccount.objects.filter(pk=cast.a_account.pk).update(stopped_at=clock.now() - HOUR)
    assert progress(cast.ana) is None
    CarrierAccount.objects.filter(pk=cast.a_account.pk).update(stopped_at=clock.now() + HOUR)
    assert progress(cast.ana) is not None
    CarrierAccount.objects.filter(pk=cast.a_account.pk).update(stopped_at=None)
    browser.post(page, {"fold": "0"})
    assert Membership.objects.get(user=cast.ana).setup_folded_at is None


def test_the_rest_of_the_team_costs_nothing(cast: Cast, django_assert_num_queries: Any) -> None:
    place = Location.objects.get(pk=cast.a_location.pk)
    place.role = Role.FRONT_DESK.value  # type: ignore[attr-defined]  # as messaging.access.locations_for leaves it
    with django_assert_num_queries(0):
        assert line_for(cast.ben, [place]) is None
    place.role = Role.OWNER.value  # type: ignore[attr-defined]
    assert line_for(cast.ana, [place]) is not None


def test_the_line_says_how_far_it_is(cast: Cast) -> None:
    request = RequestFactory().get("/")
    html = " ".join(render_to_string("start/_line.html", {"line": line_for(cast.ana)}, request).split())
    assert "3 of 13 set up: next, receive a call" in html
    assert "Alder" not in html


def test_the_page_is_of_ones_own_businesses(cast: Cast) -> None:
    page = sign_in(cast.ana).get(reverse("getting-started"))
    assert [row["business"] for row in page.context["lists"]] == [cast.a]
    assert "Call your number from a mobile and let it ring." in page.content.decode()
    nothing = sign_in(cast.ben).get(reverse("getting-started"))
    assert (nothing.context["lists"], "nothing for you to set up" in nothing.content.decode()) == ([], True)


def test_somebody_with_a_phone_is_on_call_at_every_hour_and_has_answered_once(cast: Cast) -> None:
    label = "Be on call"
    assert said(cast.a, label) == ("todo", "Nobody is asked yet: there is no policy")
    make_policy(cast.a, ("text", "first", 3))
    assert said(cast.a, label) == ("todo", "Nobody is on call: the owners are asked")
    ben = Membership.objects.get(user=cast.ben)
    shifts = [
        OnCallShift.objects.create(
            business=cast.a, member=ben, weekday=day, starts=time(0), ends=time(0), next_day=True
        )
        for day in range(7)
    ]  # fmt: skip
    assert said(cast.a, label) == ("todo", "Nobody with a phone is on call from now to Wed 2 PM")
    Membership.objects.filter(pk=ben.pk).update(phone="+12125550144")
    assert said(cast.a, label) == ("todo", "No alert has been answered yet")
    row = make_escalation(
        make_conversation(make_lead(cast.a), cast.a_number), ben, acknowledged_at=NOON - HOUR, acknowledged_via="inbox"
    )
    assert said(cast.a, label) == ("todo", "No alert has been answered yet")
    Escalation.objects.filter(pk=row.pk).update(acknowledged_via="key")
    assert said(cast.a, label) == ("done", "Every hour of the next week; last alert answered 1 h ago")
    shifts[5].delete()
    assert said(cast.a, label) == ("broken", "Nobody with a phone is on call from Sat 12 AM to Sun 12 AM")


def test_a_test_alert_goes_to_oneself_once(cast: Cast) -> None:
    client, page = sign_in(cast.ana), reverse("getting-started-alert", args=[cast.a.key])
    Membership.objects.filter(user=cast.ana).update(phone="+12125550143")
    assert "A text comes in a moment" in client.post(page, follow=True).content.decode()
    assert "on its way to you already" in client.post(page, follow=True).content.decode()
    row = Escalation.objects.get()
    ana = Membership.objects.get(user=cast.ana)
    assert (row.kind, row.lead, row.status, row.next_at is not None) == ("trouble", None, "open", True)
    assert [(step["channel"], [each["member"] for each in step["people"]]) for step in row.chain] == [
        ("text", [ana.pk]), ("call", [ana.pk]),
    ]  # fmt: skip
    Escalation.objects.update(status="acknowledged", acknowledged_by=ana, acknowledged_at=NOON)
    client.post(page)
    assert sorted(Escalation.objects.values_list("status", flat=True)) == ["closed", "open"]


def test_a_test_alert_is_for_who_can_set_up_and_can_be_told(cast: Cast) -> None:
    page = reverse("getting-started-alert", args=[cast.a.key])
    assert [sign_in(user).post(page).status_code for user in (cast.ben, cast.cleo)] == [403, 404]
    assert "Only somebody of this team" in sign_in(cast.root).post(page, follow=True).content.decode()
    Membership.objects.filter(user=cast.ana).update(away_since=NOON)
    assert "or you are away" in sign_in(cast.ana).post(page, follow=True).content.decode()
    assert not Escalation.objects.exists()


def test_a_test_mail_goes_to_oneself_and_proves_it(cast: Cast) -> None:
    assert sign_in(cast.ana).post(reverse("getting-started-mail", args=[cast.a.key])).status_code == 302
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["ana@example.com"], "Alder Plumbing: test")
    assert said(cast.a, "Send e-mail") == ("done", "Last e-mail just now")


def test_test_mails_are_few_and_a_name_cannot_break_their_subject(cast: Cast) -> None:
    Business.objects.filter(pk=cast.a.pk).update(name="Alder\r\nBcc: all@example.com")
    client, page = sign_in(cast.ana), reverse("getting-started-mail", args=[cast.a.key])
    for _ in range(6):
        said_then = client.post(page, follow=True).content.decode()
    assert [message.subject for message in mail.outbox] == ["Alder Bcc: all@example.com: test"] * 5
    assert "5 test e-mails went out in the last hour" in said_then
