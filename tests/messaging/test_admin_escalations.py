"""Policies in the admin with a sentence that says what happens, and the log of what was escalated."""

import pytest
from django.test import Client

from leads.models import Membership
from messaging.models import Escalation, EscalationPolicy, EscalationStep, OnCallText
from tests.base import Cast, make_cast, sign_in
from tests.factories import NOON
from tests.leads.canaries import no_inlines, url
from tests.messaging.alarms import make_escalation, make_notice, make_policy
from tests.messaging.desk import converse

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


def sentence_of(client: Client, policy: EscalationPolicy) -> str:
    page = client.get(url(EscalationPolicy, "change", policy.pk)).content.decode()
    return page.partition("field-what_happens")[2].partition('class="readonly">')[2].partition("</div>")[0]


def test_a_policy_says_what_happens(cast: Cast, ana: Client) -> None:
    policy = make_policy(
        cast.a, ("text", "first", 3), ("call", "first", 3), ("call", "next", 1), ("email", "owner", 5), rounds=2
    )
    assert sentence_of(ana, policy) == (
        "At once a text to whoever is on call first; after 3 minutes a call to them; after 3 minutes a call to the "
        "next one on call; after 1 minute an e-mail to the owners; 5 minutes later nobody was reached, and the inbox "
        "says so. All of it 2 times. The customer hears when somebody has it, or that nobody was reached."
    )


def test_a_policy_says_what_is_wrong_with_it(cast: Cast, ana: Client) -> None:
    assert "Nobody is told: add a step." in sentence_of(ana, make_policy(cast.a))
    assert "It is switched on and tells nobody." in sentence_of(ana, make_policy(cast.a))
    assert "comes before the first one was asked" in sentence_of(ana, make_policy(cast.a, ("call", "next", 3)))
    policy, ben = make_policy(cast.a), Membership.objects.get(user=cast.ben)
    EscalationStep.objects.create(policy=policy, channel="call", target="member", member=ben)
    assert "ben has no phone." in sentence_of(ana, policy)


def test_what_it_is_for_is_ticked_in_plain_words(cast: Cast, ana: Client) -> None:
    page = ana.get(url(EscalationPolicy, "add")).content.decode()
    for words in ("Danger", "Urgent request", "A customer has waited too long", "Something does not work"):
        assert words in page
    typed = {"name": "All", "rounds": "1", "remind_after_minutes": "10", "is_active": "on", "tells_customer": "on"}
    refused = ana.post(url(EscalationPolicy, "add"), {**typed, **no_inlines(EscalationPolicy)})
    assert "Tick what it is for" in refused.content.decode()
    ana.post(url(EscalationPolicy, "add"), {**typed, **no_inlines(EscalationPolicy), "applies_to": ["emergency"]})
    assert EscalationPolicy.objects.get().applies_to == ["emergency"]


def test_a_step_is_for_somebody_of_the_business(cast: Cast, ana: Client) -> None:
    policy = make_policy(cast.a)
    typed = {
        "name": "All", "rounds": "1", "remind_after_minutes": "10", "applies_to": ["urgent"], "steps-TOTAL_FORMS": "1",
        "steps-INITIAL_FORMS": "0", "steps-0-position": "1", "steps-0-channel": "text", "steps-0-target": "member",
        "steps-0-wait_minutes": "3",
    }  # fmt: skip
    page = url(EscalationPolicy, "change", policy.pk)
    cleo, ben = (Membership.objects.get(user=user) for user in (cast.cleo, cast.ben))
    assert ana.post(page, {**typed, "steps-0-member": cleo.pk}).status_code == 200
    assert "Choose who." in ana.post(page, typed).content.decode()
    assert not EscalationStep.objects.exists()
    assert ana.post(page, {**typed, "steps-0-member": ben.pk}).status_code == 302
    assert EscalationStep.objects.get().member == ben


def test_the_log_says_who_was_told_when_and_cannot_be_changed(cast: Cast, ana: Client) -> None:
    ben = Membership.objects.get(user=cast.ben)
    row = make_escalation(converse(cast), ben, acknowledged_by=ben, status="acknowledged", acknowledged_at=NOON)
    make_notice(row, ben, status="not_sent", reason="No phone at that time")
    page = ana.get(url(Escalation, "change", row.pk)).content.decode()
    for words in ("Gas smell", "No phone at that time", "text: ben, then 3 min", "Open in the inbox"):
        assert words in page
    assert ana.post(url(Escalation, "change", row.pk), {"summary": "x"}).status_code == 403
    assert ana.get(url(Escalation, "add")).status_code == 403
    assert ana.get(url(Escalation, "changelist")).context["cl"].result_count == 1


def test_what_was_texted_is_listed(cast: Cast, ana: Client) -> None:
    ben = Membership.objects.get(user=cast.ben)
    OnCallText.objects.create(
        business=cast.a, member=ben, phone="+12125550144", carrier_message_id="SM1", body="KD mine", command="ack",
        result="ben has it", at=NOON,
    )  # fmt: skip
    assert "KD mine" in ana.get(url(OnCallText, "changelist")).content.decode()
    assert sign_in(cast.cleo).get(url(OnCallText, "changelist")).context["cl"].result_count == 0
    assert sign_in(cast.ben).get(url(OnCallText, "changelist")).status_code in (302, 403)
