"""The pages on which staff decide who gets which text."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from messaging.enums import FIRST_TEXT_KINDS
from messaging.models import CarrierAccount, PhoneNumber, RingTarget, Rule, Script
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    NOON,
    make_account,
    make_call,
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


def test_the_preview_shows_what_an_appointment_might_say(ana: Client, cast: Cast) -> None:
    shown = preview(ana, business=cast.a.pk, kind="booking_reminder", body="{business}: {when}. {confirm}")
    assert shown.context["preview"].text == (
        "Alder Plumbing: Wed, Sep 23 between 10 AM and 12 PM. Reply C to confirm."
    )  # fmt: skip


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


def test_a_new_rule_begins_on_top(ana: Client, cast: Cast) -> None:
    def offered() -> tuple[Any, str]:
        form = ana.get(reverse("admin:messaging_rule_add")).context["adminform"].form
        return form["position"].value(), form.fields["position"].help_text

    on_top = "Lower is asked first; this puts it on top."
    assert offered() == (100, on_top)
    make_rule(cast.b, position=2)
    rule = make_rule(cast.a, position=10)
    assert offered() == (9, on_top)
    Rule.objects.filter(pk=rule.pk).update(position=0)
    assert offered() == (
        0,
        "Lower is asked first. Position 0 is taken: to put this on top, give the rule there a higher one.",
    )


def test_a_rule_can_choose_first_texts_only(ana: Client) -> None:
    add = reverse("admin:messaging_rule_add")
    form = ana.get(add).context["adminform"].form
    assert [kind for kind, _ in form.fields["script_kind"].choices] == ["", *FIRST_TEXT_KINDS]
    wrong = ana.post(add, rule_values(outcome="text", script_kind="whisper"))
    assert (list(errors_of(wrong)), Rule.objects.count()) == (["script_kind"], 0)


def test_a_dry_run_names_the_rule_that_decides_before_the_draft(ana: Client, cast: Cast) -> None:
    line = make_rule(cast.a, name="Our line was busy", position=80, reasons=["busy"])
    for _ in range(2):
        make_call(cast.a_number, miss_reason="busy")
    page = reverse("admin:messaging_rule_dry_run")
    behind = ana.post(page, rule_values(position=90, reasons=["busy"]))
    assert behind.context["decided_before"] == ["2 calls fit it, but “Our line was busy” (80) decides first."]
    assert ana.post(page, rule_values(position=79, reasons=["busy"])).context["decided_before"] == []
    off = ana.post(page, rule_values(position=90, reasons=["busy"], is_active=""))
    assert off.context["decided_before"] == []
    assert ana.get(reverse("admin:messaging_rule_dry_run_one", args=[line.pk])).context["decided_before"] == []


def test_a_dry_run_asks_the_same_questions_however_many_calls_there_are(ana: Client, cast: Cast) -> None:
    counted = []
    for _ in range(2):
        make_call(cast.a_number, caller="", caller_raw="+266696687")
        with CaptureQueriesContext(connection) as queries:
            page = ana.get(reverse("admin:messaging_rule_dry_run")).content.decode()
        assert ("Hidden number, Jun 17, 14:00" in page, "+266696687" in page) == (True, False)
        counted.append(len(queries))
    assert counted[0] == counted[1]


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
        "ring_order": "together", "ring_seconds": 15, "texts_per_second": 1, "registration": "unknown",
        "is_active": "on", **values,
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
