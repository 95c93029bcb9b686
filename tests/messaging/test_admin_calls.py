"""The pages of calls: who called, when by the clock of the business, and why they did or did not get a text."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from leads.enums import Role
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    make_call,
    make_conversation,
    make_lead,
    make_member,
    make_message,
    make_rule,
)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


def card_of(client: Client, call: Any) -> Any:
    return client.get(reverse("admin:messaging_call_change", args=[call.pk])).context["why"]


@pytest.mark.parametrize("raw", ["+266696687", "anonymous", "Restricted", ""])
def test_a_hidden_caller_has_one_name(ana: Client, cast: Cast, raw: str) -> None:
    make_call(cast.a_number, caller="", caller_raw=raw, caller_name="ANONYMOUS")
    changelist = ana.get(reverse("admin:messaging_call_changelist")).content.decode()
    assert ("Hidden number" in changelist, "ANONYMOUS" in changelist, "+266696687" in changelist) == (
        True,
        False,
        False,
    )


def test_the_title_of_a_call_is_in_the_time_of_its_business_for_everybody(cast: Cast) -> None:
    call = make_call(cast.a_number, caller="+12125550123", caller_name="Dana")
    page = reverse("admin:messaging_call_change", args=[call.pk])
    for user in (cast.ana, cast.root):
        answer = sign_in(user).get(page)
        assert answer.context["subtitle"] == "Dana (212) 555-0123, Jun 17, 14:00"
        assert answer.content.decode().count("› Dana (212) 555-0123, Jun 17, 14:00") == 1


def test_the_card_names_the_rule_that_sent_the_text_and_what_became_of_it(ana: Client, cast: Cast) -> None:
    rule = make_rule(cast.a, name="Lunch")
    trace = [
        {"kind": "rule", "id": 99, "name": "Night", "matched": False, "because": "it was open, not closed"},
        {"kind": "rule", "id": rule.pk, "name": "Lunch", "matched": True, "because": ""},
    ]
    call = make_call(cast.a_number, rule=rule, trace=trace)
    key = f"missedcall:{call.account_id}:{call.carrier_call_id}"
    make_message(make_conversation(make_lead(cast.a), cast.a_number), idem_key=key)
    card = card_of(ana, call)
    assert card.sentence == "This caller got a text because rule “Lunch” matched."
    assert card.text_fate == "The text: delivered."
    assert [(step.name, step.matched, step.because) for step in card.rules] == [
        ("Night", False, "it was open, not closed"),
        ("Lunch", True, ""),
    ]
    assert card.links == (
        ("Change rule “Lunch”", reverse("admin:messaging_rule_change", args=[rule.pk])),
        ("Change what the text says", reverse("admin:messaging_script_changelist") + "?kind__exact=missed_call"),
    )
    assert card.facts == (
        ("Missed because", "No answer"),
        ("The location was", "Open"),
        ("Rang for", "15 s"),
        ("The caller", "New caller"),
        ("Missed before", "never"),
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "This caller got a text because no rule matched, and the default is to text."),
        ({"decided_at": None, "state": "answered"}, "Nothing was decided about this call: it was answered."),
        ({"decided_at": None, "state": "ringing"}, "Nothing was decided about this call: it is ringing."),
        (
            {"outcome": "no_text", "trace": [{"kind": "rule", "id": 1, "name": "Ads", "matched": True, "because": ""}]},
            "This caller did not get a text: rule “Ads” matched and says so.",
        ),
        (
            {"outcome": "task", "trace": [{"kind": "rule", "id": 1, "name": "Ads", "matched": True, "because": ""}]},
            "This caller did not get a text but a callback task, because rule “Ads” matched.",
        ),
        (
            {
                "outcome": "no_text",
                "decision": "never_text",
                "trace": [
                    {"kind": "guard", "name": "never_text", "matched": True, "because": "the caller is on the list"}
                ],
            },
            "This caller did not get a text: the caller is on the list.",
        ),
    ],
)
def test_the_card_is_one_sentence(ana: Client, cast: Cast, values: dict[str, Any], sentence: str) -> None:
    assert card_of(ana, make_call(cast.a_number, **values)).sentence == sentence


def test_a_guard_leads_to_where_it_is_changed_and_only_for_those_who_may(ana: Client, cast: Cast) -> None:
    guard = {"kind": "guard", "id": None, "name": "cooldown", "matched": True, "because": "the caller got a text"}
    call = make_call(cast.a_number, outcome="no_text", decision="cooldown", trace=[guard])
    assert card_of(ana, call).links == (
        ("Change the cooldown per caller", reverse("admin:leads_business_change", args=[cast.a.pk])),
        ("Write a rule for such calls", reverse("admin:messaging_rule_add")),
    )
    assert card_of(sign_in(cast.ben), call).links == ()


def test_calls_and_texts_cannot_be_changed_by_anybody(cast: Cast) -> None:
    call = make_call(cast.a_number)
    for user in (cast.ana, cast.root):
        page = reverse("admin:messaging_call_change", args=[call.pk])
        assert sign_in(user).get(page).context["has_change_permission"] is False
        assert sign_in(user).post(page, {"caller": "+12125550100"}).status_code == 403


def test_webhooks_are_for_owners(cast: Cast) -> None:
    manager = make_member(cast.a, cast.cleo, Role.MANAGER)
    page = reverse("admin:messaging_inboundhook_changelist")
    cast.b.memberships.all().delete()
    assert sign_in(cast.cleo).get(page).status_code == 403
    manager.role = Role.OWNER
    manager.save()
    assert sign_in(cast.cleo).get(page).status_code == 200
