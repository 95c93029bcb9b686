"""What the link in an alert opens, on whoever's phone it is: looking changes nothing, one press does."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from leads.enums import Role
from leads.models import Membership
from messaging.escalation import acknowledging, links
from messaging.escalation.enums import AckMeans, EscalationStatus, NoticeStatus
from messaging.models import EscalationNotice
from scheduling.models import RequestCount
from tests.factories import make_location
from tests.messaging.escalation.onduty import Duty

pytestmark = pytest.mark.django_db(transaction=True)


def ask(notice: EscalationNotice, act: str = "show", *, post: bool = False, token: str = "") -> HttpResponse:
    path = reverse(f"on_call:{act}", args=[token or links.token_of(notice)])
    return Client().post(path) if post else Client().get(path)


def body(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_the_alert_has_a_link_that_shows_what_is_needed(duty: Duty) -> None:
    notice = duty.alert()
    (text,) = duty.received(duty.ana.phone)
    token = re.search(r"/on-call/([\w-]+)/", text)
    assert token
    assert len(token[1]) >= 22
    assert token[1] not in str(EscalationNotice.objects.values())
    answer = ask(notice, token=token[1])
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert all(word in body(answer) for word in ("Dana Fox", "My basement is flooding", "Tempe", "tel:+1", "Take it"))
    notice.escalation.refresh_from_db()
    assert notice.escalation.status == EscalationStatus.OPEN


def test_previews_change_nothing(duty: Duty) -> None:
    notice = duty.alert()
    assert [ask(notice, act).status_code for act in ("show", "take", "pass-on")] == [200, 405, 405]
    assert Client().head(reverse("on_call:show", args=[links.token_of(notice)])).status_code == 200
    notice.refresh_from_db()
    assert (notice.status, notice.escalation.status) == (NoticeStatus.SENT, EscalationStatus.OPEN)


def test_take_it_and_a_second_press(duty: Duty) -> None:
    notice = duty.alert()
    assert ask(notice, "take", post=True).status_code == 302
    assert ask(notice, "take", post=True).status_code == 302
    notice.escalation.refresh_from_db()
    assert (notice.escalation.acknowledged_by, notice.escalation.acknowledged_via) == (duty.ana, AckMeans.LINK)
    assert "You have it." in body(ask(notice))


def test_pass_on(duty: Duty) -> None:
    notice = duty.alert()
    ask(notice, "pass-on", post=True)
    notice.refresh_from_db()
    assert notice.status == NoticeStatus.PASSED
    assert "You passed it on." in body(ask(notice))


def test_once_a_colleague_has_it_no_customer_is_named(duty: Duty) -> None:
    ben = duty.member("Ben")
    notice = duty.alert()
    acknowledging.acknowledge(notice.escalation, member=ben, via=AckMeans.INBOX, now=duty.now)
    ask(notice, "take", post=True)
    page = body(ask(notice))
    assert "Ben has it." in page
    assert not any(word in page for word in ("Dana", "basement", "tel:", notice.escalation.lead.phone))


def test_after_closing_it_says_only_that_and_a_day_later_nothing(duty: Duty) -> None:
    notice = duty.alert()
    acknowledging.close(notice.escalation, by=duty.ana.user, now=duty.now)
    answer = ask(notice)
    assert (answer.status_code, "This is closed." in body(answer), "Dana" in body(answer)) == (200, True, False)
    duty.later(hours=24, seconds=1)
    assert ask(notice).status_code == 404


def test_wrong_old_and_withdrawn_tokens_look_the_same(duty: Duty) -> None:
    notice = duty.alert()
    token = links.token_of(notice)
    wrong = ask(notice, token="A" * 22)
    odd = ask(notice, token="%00é" + "x" * 300)
    duty.ana.user.is_active = False
    duty.ana.user.save()
    gone = ask(notice, token=token)
    assert [each.status_code for each in (wrong, odd, gone)] == [404, 404, 404]
    assert body(wrong) == body(odd) == body(gone)
    assert [ask(notice, act, post=True, token=token).status_code for act in ("take", "pass-on")] == [404, 404]


def test_it_ends_seven_days_after_it_was_sent_although_nobody_closed_it(duty: Duty) -> None:
    notice = duty.alert()
    duty.later(days=6, hours=23)
    assert ask(notice).status_code == 200
    duty.later(hours=2)
    assert [ask(notice).status_code, ask(notice, "take", post=True).status_code] == [404, 404]


@pytest.mark.parametrize("change", ["reads only", "works elsewhere"])
def test_whose_business_it_is_no_more_opens_nothing(duty: Duty, change: str) -> None:
    notice = duty.alert()
    if change == "reads only":
        Membership.objects.filter(pk=duty.ana.pk).update(role=Role.READ_ONLY)
    else:
        duty.ana.locations.add(make_location(duty.wire.business, name="Mesa"))
    assert [ask(notice).status_code, ask(notice, "take", post=True).status_code] == [404, 404]
    notice.escalation.refresh_from_db()
    assert notice.escalation.status == "open"


def test_guessing_is_limited(duty: Duty) -> None:
    notice = duty.alert()
    answers = [ask(notice, token=f"guess{turn}").status_code for turn in range(12)]
    assert answers == [404] * 10 + [429] * 2
    assert ask(notice).status_code == 200
    assert RequestCount.objects.exists()


def test_a_bundle_shows_the_others_too(duty: Duty) -> None:
    first = duty.notice(duty.escalation(duty.customer("Dana Fox")))
    second = duty.notice(duty.escalation(duty.customer("Sam Lee")))
    duty.send()
    page = body(ask(first))
    assert "Sam Lee" in page
    assert links.token_of(second) in page
    acknowledging.close(second.escalation, by=None, now=duty.now)
    assert "Sam Lee" not in body(ask(first))
