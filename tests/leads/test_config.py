from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from leads.config import ConfigErrors, Counts, LoadReport, dump, load
from leads.models import (
    Business,
    Faq,
    IntakeQuestion,
    Location,
    PersonTopic,
    Policy,
    SafetyText,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from messaging.models import (
    AgentSettings,
    CarrierAccount,
    IntentMode,
    NeverText,
    PhoneNumber,
    RingTarget,
    Rule,
    Script,
)
from scheduling.models import Closure, OpeningHours
from tests.factories import make_account, make_business, make_call, make_location, make_number, make_task

pytestmark = pytest.mark.django_db

SMALL = """\
business:
  name: Alder Plumbing
locations:
  - name: Main shop
"""

# Every key there is, none of them at its default.
FULL = Path(__file__).with_name("full_business.yaml").read_text()

TABLES = (
    Business, Location, Service, ServiceAtLocation, ServiceArea, Faq, Policy, IntakeQuestion, PersonTopic, SafetyText,
    OpeningHours, Closure, AgentSettings, IntentMode,
    CarrierAccount, PhoneNumber, RingTarget, Script, Rule, NeverText,
)  # fmt: skip


def everything() -> list[Any]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def counts(report: LoadReport) -> dict[str, tuple[int, int, int, int]]:
    """created, updated, removed, unchanged"""
    return {key: (one.created, one.updated, one.removed, one.unchanged) for key, one in report.counts.items()}


def errors_of(text: str, **options: Any) -> list[tuple[int, str, str]]:
    with pytest.raises(ConfigErrors) as caught:
        load(text, **options)
    return [(error.line, error.path, error.message) for error in caught.value.errors]


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALDER_TOKEN", "one-secret")
    monkeypatch.setenv("TRACKER_SECRET", "whsec_another")


def test_a_small_file_makes_a_business_with_the_models_defaults() -> None:
    report = load(SMALL)
    assert counts(report) == {"business": (1, 0, 0, 0), "locations": (1, 0, 0, 0)}
    assert report.warnings == ()
    business = Business.objects.get()
    assert report.business == business
    assert (business.slug, business.time_zone, business.cooldown_hours) == ("alder-plumbing", "America/New_York", 24)
    assert [location.slug for location in business.locations.all()] == ["main-shop"]


def test_loading_twice_changes_nothing_not_even_the_history() -> None:
    first = load(FULL)
    before, history = everything(), Business.history.count()
    again = load(FULL)
    assert not again.has_changes
    assert counts(again) == {key: (0, 0, 0, one.created) for key, one in first.counts.items()}
    assert (everything(), Business.history.count()) == (before, history)


def test_a_full_file_is_its_own_dump() -> None:
    """The fixture is written as dump writes, but for the secrets: so every key is read, kept and written."""
    secret_keys = ("    auth_token_env: ALDER_TOKEN\n", "    auth_token_env: TRACKER_SECRET\n")
    expected = FULL
    for line in secret_keys:
        assert line in expected
        expected = expected.replace(line, "")
    assert dump(load(FULL).business) == expected


def test_the_full_file_names_every_column_that_people_may_change() -> None:
    """A new column without a key would be lost on the way from one installation to another."""
    load(FULL)
    own = {"id", "key", "created_at", "business", "is_simulated", "problem", "stopped_at", "last_call_at"}
    # Who keeps a fact right is somebody with an account here.
    own |= {"reconciled_at", "previous_auth_token", "owner"}
    at_default = [
        f"{table.__name__}.{field.name}"
        for table in TABLES
        for field in table._meta.concrete_fields
        if field.name not in own
        and all(getattr(row, field.attname) == field.get_default() for row in table.objects.all())
    ]
    assert at_default == []


def test_loading_a_dump_changes_no_row_and_no_secret() -> None:
    report = load(FULL)
    before = everything()
    again = load(dump(report.business), prune=True)
    assert not again.has_changes
    assert everything() == before
    assert list(CarrierAccount.objects.order_by("pk").values_list("auth_token", flat=True)) == [
        "one-secret",
        "whsec_another",
    ]


def test_a_dump_never_holds_a_secret() -> None:
    assert [
        word for word in ("one-secret", "whsec_another", "auth_token_env:") if word in dump(load(FULL).business)
    ] == []


def test_what_was_entered_by_hand_is_dumped_and_read_back() -> None:
    business = make_business("Odd & Sons", slug="odd", phone="+12125550123")
    location = make_location(business, "Yard: the “big” one", slug="yard", address="1 Main St\r\nback door")
    account = make_account(business, name="0x10")
    number = make_number(location, account, label="yes")
    RingTarget.objects.create(number=number, phone="+12125550124", position=1)
    RingTarget.objects.create(number=number, phone="+12125550125", position=1)
    for weekday, opens, closes, next_day in ((4, time(18), time(2), True), (6, time(0), time(0), True)):
        OpeningHours.objects.create(business=business, weekday=weekday, opens=opens, closes=closes, next_day=next_day)
    Closure.objects.create(business=business, name="Fair", starts_on=date(2027, 5, 1), ends_on=date(2027, 5, 2))
    Service.objects.create(business=business, name="Only up to", price_to_cents=1999)
    Script.objects.create(business=business, kind="missed_call", name="B", body="{business} \n{opt_out}\n\n")
    Rule.objects.create(business=business, name="second", position=7)
    Rule.objects.create(business=business, name="third", position=7, outcome="task", script_kind="")
    Rule.objects.create(business=business, name="first", position=0)
    before = everything()
    assert not load(dump(business), prune=True).has_changes
    assert everything() == before


def test_a_changed_file_updates_and_what_it_leaves_out_goes_back_to_the_default() -> None:
    load(SMALL + "    city: Tempe\nservices:\n  - name: Leak\n    price: 89-250\n    duration_minutes: 90\n")
    report = load(SMALL + "services:\n  - name: Leak\n    price: from 99.50\n")
    assert counts(report) == {"business": (0, 0, 0, 1), "locations": (0, 1, 0, 0), "services": (0, 1, 0, 0)}
    service = Service.objects.get()
    assert (service.price_from_cents, service.price_to_cents, service.duration_minutes) == (9950, None, 60)
    assert Location.objects.get().city == ""


def test_texts_that_somebody_stopped_stay_stopped() -> None:
    load(SMALL)
    Business.objects.update(is_texting_paused=True)
    assert not load(SMALL).has_changes
    assert Business.objects.get().is_texting_paused
    assert "  texting_paused: true\n" in dump(Business.objects.get())
    load(SMALL.replace("locations:", "  texting_paused: false\nlocations:"))
    assert not Business.objects.get().is_texting_paused


def test_rows_that_are_not_in_the_file_stay_unless_pruned() -> None:
    load(SMALL + "faqs:\n  - {question: One?, answer: Yes.}\n  - {question: Two?, answer: No.}\n")
    smaller = SMALL + "faqs:\n  - {question: Two?, answer: No.}\n"
    assert counts(load(smaller))["faqs"] == (0, 0, 0, 1)
    assert Faq.objects.count() == 2
    assert counts(load(smaller, prune=True))["faqs"] == (0, 0, 1, 1)
    assert [faq.question for faq in Faq.objects.all()] == ["Two?"]


def test_prune_removes_sections_that_are_not_in_the_file() -> None:
    load(FULL)
    load(SMALL.replace("Alder Plumbing", "Alder Plumbing\n  slug: alder"), prune=True)
    assert [table.__name__ for table in TABLES if table.objects.exists()] == ["Business", "Location"]
    assert [location.slug for location in Location.objects.all()] == ["main-shop"]


def test_prune_touches_no_other_business() -> None:
    other = make_number(make_location(make_business()))
    load(SMALL, prune=True)
    assert PhoneNumber.objects.get() == other


def test_prune_switches_off_what_calls_refer_to_and_keeps_what_cannot_be() -> None:
    load(FULL)
    number = PhoneNumber.objects.get(label="Main line")
    PhoneNumber.objects.filter(pk=number.pk).update(is_active=True)
    make_call(number)
    bare = SMALL.replace("Alder Plumbing", "Alder Plumbing\n  slug: alder")
    report = load(bare, prune=True)
    number.refresh_from_db()
    assert not number.is_active
    assert not number.account.is_active
    assert [str(warning) for warning in report.warnings] == [
        f"line 1, numbers: “{number}” is not in the file; calls or texts refer to it, so it was switched off.",
        "line 1, carrier_accounts: “Twilio” is not in the file; calls or texts refer to it, so it was switched off.",
        "line 1, locations: “Downtown” is not in the file; calls or leads refer to it, so it was kept.",
    ]
    assert not load(bare, prune=True).has_changes


def test_prune_never_takes_callback_tasks_along() -> None:
    load(SMALL + "  - name: Annex\n")
    make_task(Location.objects.get(slug="annex"))
    report = load(SMALL, prune=True)
    assert counts(report)["locations"] == (0, 0, 0, 2)
    assert Location.objects.filter(slug="annex").exists()


def test_a_dry_run_counts_and_saves_nothing() -> None:
    assert counts(load(SMALL, dry_run=True)) == {"business": (1, 0, 0, 0), "locations": (1, 0, 0, 0)}
    assert not Business.objects.exists()


def test_slug_and_changes_go_before_the_file() -> None:
    report = load(SMALL, slug="second", changes={"business.name": "Second", "locations[0].city": "Tempe"})
    assert (report.business.slug, report.business.name) == ("second", "Second")
    assert Location.objects.get().city == "Tempe"
    assert errors_of(SMALL, changes={"locations[4].city": "x"}) == [
        (3, "locations[4].city", "There is no entry 5 here.")
    ]


def test_every_error_is_listed_at_once_in_the_order_of_the_file_and_nothing_is_saved() -> None:
    text = """\
business:
  name: Alder Plumbing
  time_zone: Tempe
  voise: friendly
  cooldown_hours: 2
locations:
  - name: Main shop
    hours:
      mon-fri: ["8:00-12:00", "13:00-5"]
  - city: Tempe
services:
  - name: Leak
    price: cheap
  - name: Leak
areas:
  - {city: Tempe, location: main-shopp}
faqs: [{question: "", answer: yes}]
numbers:
  - number: "12"
    location: main-shop
    carrier_account: Twilio
    ring_seconds: 4
scripts:
  - kind: missed_cal
    text: Hello
  - kind: missed_call
    text: "{business}: sorry! Reply YES to book. {opt_out}"
rules:
  - {name: A, reasons: [bussy], outcome: text}
never: []
"""
    assert errors_of(text) == [
        (3, "business.time_zone", "“Tempe” is not a time zone. Use a name such as America/New_York."),
        (4, "business.voise", "There is no “voise” here. Did you mean “voice”?"),
        (5, "business.cooldown_hours", "Ensure this value is greater than or equal to 4."),
        (
            9,
            "locations[0].hours.mon-fri[1]",
            "“13:00-5” is not a range of hours. Write 8:00-17:00 or 8am-5pm, and 24:00 for midnight.",
        ),
        (10, "locations[1]", "“name” is missing."),
        (13, "services[0].price", "“cheap” is not a price. Write 89, 89-250, from 89, or up to 250."),
        (14, "services[1]", "This is already in the file, in line 12. Keep one of the two."),
        (16, "areas[0].location", "There is no “main-shopp” in locations. Did you mean “main-shop”?"),
        (17, "faqs[0].question", "This field cannot be blank."),
        (19, "numbers[0].number", "“12” is not a phone number. Write it with the area code, as +15555550100."),
        (
            21,
            "numbers[0].carrier_account",
            "There is no “Twilio” in carrier_accounts. Add it to “carrier_accounts” first.",
        ),
        (22, "numbers[0].ring_seconds", "Ensure this value is greater than or equal to 5."),
        (24, "scripts[0].kind", "“missed_cal” is not possible here. Did you mean “missed_call”?"),
        (
            27,
            "scripts[1].text",
            "Carriers act on YES as a command and its sender may never get an answer from you. "
            "Ask for a number or a letter, such as 1 or C.",
        ),
        (29, "rules[0].reasons[0]", "“bussy” is not possible here. Did you mean “busy”?"),
        (30, "never", "There is no “never” here. Did you mean “never_text”?"),
    ]
    assert [table.__name__ for table in TABLES if table.objects.exists()] == []


def test_one_mistake_is_one_error() -> None:
    """What refers to a broken row says nothing more."""
    text = SMALL.replace("name: Main shop", "name: Main shop\n    time_zone: Mars")
    assert errors_of(text + "areas:\n  - {city: Tempe, location: main-shop}\n") == [
        (5, "locations[0].time_zone", "“Mars” is not a time zone. Use a name such as America/New_York.")
    ]


@pytest.mark.parametrize("text", ["", "- a\n", "locations: []\n", "business:\n"])
def test_a_file_without_a_business_is_refused(text: str) -> None:
    assert errors_of(text) == [(1, "business", "A file begins with “business:” and, below it, its name.")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("business: Alder\n", (1, "business", "Keys with values belong here, such as “name: Main office”.")),
        ("business: {phone: x}\n", (1, "business", "“name” is missing.")),
        ("business: {name: ¿?}\n", (1, "business", "“slug” is missing: a short name in plain letters, for links.")),
        (SMALL + "faqs: none\n", (5, "faqs", "A list belongs here: one entry a line, each after “- ”.")),
        (SMALL + "faqs: [one]\n", (5, "faqs[0]", "Keys with values belong here, such as “name: Main office”.")),
        (
            SMALL + "faqs:\n  - question: [a]\n    answer: b\n",
            (6, "faqs[0].question", "A text belongs here, not a list or a group of keys."),
        ),
    ],
)
def test_the_wrong_shape_is_said(text: str, expected: tuple[int, str, str]) -> None:
    assert errors_of(text) == [expected]


def test_a_failed_load_leaves_an_existing_business_as_it_was() -> None:
    load(FULL)
    before = everything()
    assert len(errors_of(FULL.replace("name: Alder Plumbing", "name: Other").replace("kind: twilio", "kind: x"))) == 1
    assert everything() == before


def test_a_simulated_business_is_marked_and_never_takes_over_a_real_one() -> None:
    load(SMALL, simulated=True)
    assert Business.objects.get().is_simulated
    assert not load(SMALL).has_changes
    Business.objects.update(is_simulated=False)
    assert errors_of(SMALL, simulated=True) == [
        (1, "business", "“alder-plumbing” is a real business. Choose another slug for a simulated one.")
    ]


@pytest.mark.parametrize(
    ("written", "low", "high", "dumped"),
    [
        ("89", 8900, 8900, "89"),
        ("$89.50", 8950, 8950, "89.50"),
        ("89-250", 8900, 25000, "89-250"),
        ("$1,400 - $4,200.10", 140000, 420010, "1400-4200.10"),
        ("from 99.05", 9905, None, "from 99.05"),
        ("up to 250", None, 25000, "up to 250"),
        ("{from: 89, to: 250}", 8900, 25000, "89-250"),
        ("{to: 0.10}", None, 10, "up to 0.10"),
        ("0", 0, 0, "0"),
    ],
)
def test_prices_are_dollars_in_the_file_and_cents_in_the_database(
    written: str, low: int | None, high: int | None, dumped: str
) -> None:
    business = load(SMALL + f"services:\n  - name: Leak\n    price: {written}\n").business
    service = Service.objects.get()
    assert (service.price_from_cents, service.price_to_cents) == (low, high)
    assert dump(business).endswith(f"  - name: Leak\n    price: {dumped}\n")


@pytest.mark.parametrize("written", ["89.5", "-5", "89-", "from 89-90", "1,40", "89€", "{form: 1}", "{from: x}", "{}"])
def test_what_is_no_price_is_refused(written: str) -> None:
    assert len(errors_of(SMALL + f"services:\n  - name: Leak\n    price: {written}\n")) == 1


def test_the_upper_price_below_the_lower_is_the_models_error() -> None:
    text = SMALL + "services:\n  - name: Leak\n    price: 250-89\n"
    assert errors_of(text) == [(7, "services[0].price", "The upper price is below the lower one.")]


@pytest.mark.parametrize(
    ("counts", "has_changes"),
    [(Counts(1), True), (Counts(0, 1), True), (Counts(0, 0, 1), True), (Counts(0, 0, 0, 5), False)],
)
def test_a_report_says_whether_anything_changed(counts: Counts, has_changes: bool) -> None:
    assert LoadReport(Business(name="x"), {"a": counts}, ()).has_changes == has_changes
