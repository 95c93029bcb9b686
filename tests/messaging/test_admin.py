"""The pages on which staff decide who gets which text."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from leads.enums import Role
from messaging.models import CarrierAccount, PhoneNumber, RingTarget, Rule, Script
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    NOON,
    make_account,
    make_call,
    make_conversation,
    make_lead,
    make_member,
    make_message,
    make_number,
    make_rule,
    make_script,
)

GOOD = "{business}: sorry we missed your call. How can we help? {opt_out}"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


def errors_of(answer: Any) -> dict[str, list[str]]:
    return {name: list(errors) for name, errors in answer.context["adminform"].form.errors.items()}


# ---------------------------------------------------------------- scripts
def add_script(client: Client, body: str, **values: Any) -> Any:
    posted = {"name": "First", "kind": "missed_call", "language": "en", "is_active": "on", "body": body, **values}
    return client.post(reverse("admin:messaging_script_add"), posted)


def test_what_must_not_be_sent_cannot_be_saved(ana: Client) -> None:
    answer = add_script(ana, "{business}: sorry {nobody}! {opt_out}")
    assert list(errors_of(answer)) == ["body"]
    assert Script.objects.count() == 0
    answer = add_script(ana, "Sorry we missed your call.")
    assert (list(errors_of(answer)), Script.objects.count()) == (["body"], 0)


def test_advice_does_not_stop_the_save_and_is_shown_afterwards(ana: Client) -> None:
    answer = add_script(ana, GOOD + " Book: http://alder.example/book")
    assert answer.status_code == 302
    told = [(message.level_tag, message.message) for message in get_messages(answer.wsgi_request)]
    assert ("warning", "Write https:// instead of http://, so that phones do not warn about the link.") in told
    assert Script.objects.get().body == GOOD + " Book: http://alder.example/book"


def preview(client: Client, **values: Any) -> Any:
    return client.post(reverse("admin:messaging_script_preview"), {"kind": "missed_call", "language": "en", **values})


def test_the_preview_shows_the_text_and_its_bill_as_they_will_be(ana: Client, cast: Cast) -> None:
    shown = preview(ana, business=cast.a.pk, body="{business} in {location}: we’re busy 😀 {opt_out}").context[
        "preview"
    ]
    assert shown.text == "Alder Plumbing in Alder Main: we're busy 😀 Reply STOP to opt out."
    assert (shown.bill.count, shown.bill.encoding, shown.bill.costly) == (1, "UCS-2", ("😀",))
    assert Script.objects.count() == 0


def test_the_preview_takes_the_only_business_and_knows_location_and_number(ana: Client, cast: Cast) -> None:
    other = make_number(cast.a_location, cast.a_account, number="+12125550144")
    shown = preview(ana, body="{business} {phone}", number=other.pk, location=cast.a_location.pk).context["preview"]
    assert shown.text == "Alder Plumbing (212) 555-0144"


@pytest.mark.parametrize("field", ["business", "location", "number"])
def test_the_preview_knows_nothing_of_a_stranger(cast: Cast, field: str) -> None:
    strangers = {"business": cast.a.pk, "location": cast.a_location.pk, "number": cast.a_number.pk}
    assert preview(sign_in(cast.cleo), body="{business}", **{field: strangers[field]}).status_code == 404


def test_the_preview_asks_for_the_token_and_for_a_configurer(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.ana)
    assert preview(strict, business=cast.a.pk, body=GOOD).status_code == 403
    assert preview(sign_in(cast.ben), business=cast.a.pk, body=GOOD).status_code == 404
    assert sign_in(cast.ana).get(reverse("admin:messaging_script_preview")).status_code == 405


def test_the_preview_escapes_what_is_typed(ana: Client, cast: Cast) -> None:
    page = preview(ana, business=cast.a.pk, body="<img src=x onerror=alert(1)> {<b>} {business}").content.decode()
    assert "<img" not in page
    assert "<b>" not in page


def test_without_javascript_the_saved_text_is_shown_on_its_page(ana: Client, cast: Cast) -> None:
    script = make_script(cast.a)
    page = ana.get(reverse("admin:messaging_script_change", args=[script.pk])).content.decode()
    assert "Alder Plumbing: sorry we missed your call. How can we help? Reply STOP to opt out." in page
    assert '<script src="/static/admin_site/script_preview.js" type="module">' in page


@pytest.mark.parametrize("page", ["messaging_script_add", "messaging_rule_add", "messaging_phonenumber_add", "index"])
def test_no_page_needs_inline_scripts_or_styles(ana: Client, page: str) -> None:
    answer = ana.get(reverse(f"admin:{page}"))
    text = answer.content.decode()
    assert (" style=" in text, "<style" in text, "<script>" in text) == (False, False, False)
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]


# ---------------------------------------------------------------- rules
def rule_values(**values: Any) -> dict[str, Any]:
    defaults = {"name": "Closed", "position": 5, "outcome": "no_text", "delay_seconds": 0, "is_active": "on"}
    return {**defaults, **values}


def test_boxes_become_the_lists_of_a_rule(ana: Client) -> None:
    values = rule_values(reasons=["busy", "failed"], callers=["known"])
    assert ana.post(reverse("admin:messaging_rule_add"), values).status_code == 302
    rule = Rule.objects.get()
    assert (rule.reasons, rule.callers) == (["busy", "failed"], ["known"])
    form = ana.get(reverse("admin:messaging_rule_change", args=[rule.pk])).context["adminform"].form
    assert (form["reasons"].value(), form["callers"].value()) == (["busy", "failed"], ["known"])
    wrong = ana.post(reverse("admin:messaging_rule_add"), rule_values(name="Other", reasons=["boredom"]))
    assert list(errors_of(wrong)) == ["reasons"]


def test_a_dry_run_of_a_draft_shows_its_effect_and_saves_nothing(ana: Client, cast: Cast) -> None:
    busy, quiet = make_call(cast.a_number, miss_reason="busy"), make_call(cast.a_number)
    make_call(cast.b_number, miss_reason="busy")
    answer = ana.post(reverse("admin:messaging_rule_dry_run"), rule_values(reasons=["busy"]))
    assert {row.call: (row.would, row.change) for row in answer.context["rows"]} == {
        busy: ("no_text", "outcome"),
        quiet: ("text", ""),
    }
    assert answer.context["changed"] == 1
    assert Rule.objects.count() == 0


def test_a_dry_run_of_a_changed_rule_asks_it_at_its_new_place(ana: Client, cast: Cast) -> None:
    make_call(cast.a_number)
    first = make_rule(cast.a, name="First", position=1, outcome="text")
    second = make_rule(cast.a, name="Second", position=2, outcome="task", script_kind="")
    page = reverse("admin:messaging_rule_dry_run_one", args=[second.pk])
    saved = ana.get(page).context["rows"][0]
    moved = ana.post(page, rule_values(name="Second", position=0, outcome="task")).context["rows"][0]
    off = ana.post(page, rule_values(name="Second", position=0, outcome="task", is_active="")).context["rows"][0]
    assert [row.would_rule_id for row in (saved, moved, off)] == [first.pk, second.pk, first.pk]
    second.refresh_from_db()
    assert second.position == 2


def test_a_draft_that_could_not_be_saved_cannot_be_tried(ana: Client) -> None:
    answer = ana.post(reverse("admin:messaging_rule_dry_run"), rule_values(rang_at_least=9, rang_at_most=2))
    assert answer.status_code == 422
    assert "This is below the lower limit" in answer.content.decode()


def test_dry_runs_stay_inside_the_business(cast: Cast) -> None:
    rule = make_rule(cast.a)
    make_call(cast.a_number)
    cleo = sign_in(cast.cleo)
    assert cleo.get(reverse("admin:messaging_rule_dry_run_one", args=[rule.pk])).status_code == 404
    assert cleo.post(reverse("admin:messaging_rule_dry_run_one", args=[rule.pk]), rule_values()).status_code == 404
    assert cleo.get(reverse("admin:messaging_rule_dry_run") + f"?business={cast.a.pk}").status_code == 404
    assert cleo.get(reverse("admin:messaging_rule_dry_run")).context["rows"] == []
    foreign = cleo.post(reverse("admin:messaging_rule_dry_run"), rule_values(number=cast.a_number.pk))
    assert foreign.status_code == 422


# ---------------------------------------------------------------- accounts and numbers
def account_values(**values: Any) -> dict[str, Any]:
    return {"name": "Main", "kind": "twilio", "account_sid": "AC1", "is_active": "on", **values}


def change_account(client: Client, account: CarrierAccount, **values: Any) -> Any:
    return client.post(reverse("admin:messaging_carrieraccount_change", args=[account.pk]), account_values(**values))


def test_credentials_are_written_and_never_read(ana: Client, cast: Cast) -> None:
    account = make_account(cast.a, auth_token="s3cret-one", previous_auth_token="s3cret-zero")
    page = reverse("admin:messaging_carrieraccount_change", args=[account.pk])
    assert "s3cret" not in ana.get(page).content.decode()
    assert 'placeholder="Stored; leave empty to keep it"' in ana.get(page).content.decode()

    assert change_account(ana, account).status_code == 302
    account.refresh_from_db()
    assert (account.auth_token, account.previous_auth_token) == ("s3cret-one", "s3cret-zero")

    refused = change_account(ana, account, auth_token="s3cret-two", account_sid="")
    assert (refused.status_code, "s3cret" in refused.content.decode()) == (200, False)

    assert change_account(ana, account, auth_token="s3cret-two", forget_previous="on").status_code == 302
    account.refresh_from_db()
    assert (account.auth_token, account.previous_auth_token) == ("s3cret-two", "")


def test_a_twilio_account_without_a_token_is_refused_on_its_field(ana: Client, cast: Cast) -> None:
    answer = ana.post(reverse("admin:messaging_carrieraccount_add"), account_values())
    assert errors_of(answer) == {"account_sid": ["Twilio needs the account SID and the auth token."]}
    assert CarrierAccount.objects.filter(business=cast.a).count() == 1


def test_what_to_paste_at_the_carrier_stands_on_both_pages(ana: Client, cast: Cast) -> None:
    path = reverse("hooks:receive", args=["twilio", cast.a_account.key, "voice"])
    for name, row in (("carrieraccount", cast.a_account), ("phonenumber", cast.a_number)):
        page = ana.get(reverse(f"admin:messaging_{name}_change", args=[row.pk])).content.decode()
        assert f"http://127.0.0.1:8000{path}#rc=2" in page


def test_a_stopped_sender_says_why_and_can_be_resumed_by_its_owner_only(ana: Client, cast: Cast) -> None:
    CarrierAccount.objects.update(stopped_at=NOON, problem="30034: not registered")
    listed = ana.get(reverse("admin:messaging_carrieraccount_changelist")).content.decode()
    assert "Stopped: 30034: not registered" in listed
    action = {"action": "resume_texting", "_selected_action": [cast.a_account.pk, cast.b_account.pk]}
    ana.post(reverse("admin:messaging_carrieraccount_changelist"), action)
    assert list(CarrierAccount.objects.order_by("pk").values_list("stopped_at", "problem")) == [
        (None, ""),
        (NOON, "30034: not registered"),
    ]


def number_values(cast: Cast, **values: Any) -> dict[str, Any]:
    return {
        "number": "(212) 555-0188", "location": cast.a_location.pk, "account": cast.a_account.pk, "mode": "hosted",
        "ring_order": "together", "ring_seconds": 15, "texts_per_second": 1, "is_active": "on", **values,
    }  # fmt: skip


def test_a_number_is_added_in_any_spelling_and_its_phones_on_the_page_that_follows(ana: Client, cast: Cast) -> None:
    answer = ana.post(reverse("admin:messaging_phonenumber_add"), number_values(cast))
    number = PhoneNumber.objects.latest("pk")
    page = reverse("admin:messaging_phonenumber_change", args=[number.pk])
    assert (number.number, answer["Location"]) == ("+12125550188", page)
    targets = {"ring_targets-TOTAL_FORMS": 2, "ring_targets-INITIAL_FORMS": 0}
    targets |= {"ring_targets-0-position": 1, "ring_targets-0-phone": "212 555 0150", "ring_targets-0-label": "Joe"}
    loop = {"ring_targets-1-position": 2, "ring_targets-1-phone": "212-555-0188"}
    assert ana.post(page, {**number_values(cast), **targets, **loop}).status_code == 200
    loop["ring_targets-1-phone"] = "212-555-0151"
    assert ana.post(page, {**number_values(cast), **targets, **loop}).status_code == 302
    assert list(RingTarget.objects.values_list("phone", flat=True)) == ["+12125550150", "+12125550151"]


def test_a_number_is_proven_by_a_call_and_forwarding_codes_name_it(ana: Client, cast: Cast) -> None:
    page = reverse("admin:messaging_phonenumber_change", args=[cast.a_number.pk])
    text = ana.get(page).content.decode()
    assert "No call seen yet" in text
    assert f"**61*{cast.a_number.number.removeprefix('+1')}#" in text
    PhoneNumber.objects.filter(pk=cast.a_number.pk).update(last_call_at=NOON)
    assert "Last call Jun 17, 2026, 14:00" in ana.get(page).content.decode()


# ---------------------------------------------------------------- calls
def card_of(client: Client, call: Any) -> Any:
    return client.get(reverse("admin:messaging_call_change", args=[call.pk])).context["why"]


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
