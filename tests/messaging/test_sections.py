import re
from typing import Any

import pytest

from leads.config import ConfigErrors, dump, load
from messaging.models import AgentSettings, CarrierAccount, IntentMode, PhoneNumber, RingTarget, Rule, Script
from tests.factories import make_account, make_business, make_location, make_number

pytestmark = pytest.mark.django_db

HEAD = "business:\n  name: Alder\nlocations:\n  - name: Main\n"
SIMULATOR = "carrier_accounts:\n  - {name: Sim, kind: simulator}\n"


def errors_of(text: str, **options: Any) -> list[tuple[int, str, str]]:
    with pytest.raises(ConfigErrors) as caught:
        load(HEAD + text, **options)
    return [(error.line, error.path, error.message) for error in caught.value.errors]


def test_a_secret_comes_from_the_environment_and_never_leaves_again(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "carrier_accounts:\n  - {name: Main, kind: twilio, account_sid: AC1, auth_token_env: ALDER_TOKEN}\n"
    message = "No environment variable of this name holds anything: set it and load again."
    assert errors_of(text) == [(6, "carrier_accounts[0].auth_token_env", message)]
    monkeypatch.setenv("ALDER_TOKEN", "hush")
    business = load(HEAD + text).business
    assert CarrierAccount.objects.get().auth_token == "hush"
    assert not load(HEAD + text).has_changes
    assert "hush" not in dump(business)
    monkeypatch.setenv("ALDER_TOKEN", "rotated")
    assert load(HEAD + text).counts["carrier_accounts"].updated == 1
    assert CarrierAccount.objects.get().auth_token == "rotated"


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "token").write_text("from a file")
    monkeypatch.setenv("ALDER_TOKEN_FILE", str(tmp_path / "token"))
    load(HEAD + "carrier_accounts:\n  - {name: Main, account_sid: AC1, auth_token_env: ALDER_TOKEN}\n")
    assert CarrierAccount.objects.get().auth_token == "from a file"


def test_a_file_without_the_secret_keeps_the_stored_one() -> None:
    business = make_business("Alder", slug="alder")
    make_account(business, name="Main", account_sid="AC1", auth_token="hush", previous_auth_token="older")
    load(HEAD + "carrier_accounts:\n  - {name: Main, account_sid: AC2}\n")
    account = CarrierAccount.objects.get()
    assert (account.account_sid, account.auth_token, account.previous_auth_token) == ("AC2", "hush", "older")


@pytest.mark.parametrize("kind", ["twilio", "webhook"])
def test_a_new_account_without_a_secret_is_refused(kind: str) -> None:
    message = "Its secret is not known here. Set an environment variable, add “auth_token_env: ITS_NAME”."
    assert errors_of(f"carrier_accounts:\n  - {{name: Main, kind: {kind}, account_sid: AC1}}\n") == [
        (6, "carrier_accounts[0]", message)
    ]


def test_a_secret_in_the_file_is_refused() -> None:
    text = "carrier_accounts:\n  - name: Main\n    account_sid: AC1\n    auth_token: hush\n"
    message = "Secrets do not belong in this file. Set an environment variable and write “auth_token_env: ITS_NAME”."
    assert errors_of(text) == [(8, "carrier_accounts[0].auth_token", message)]


@pytest.mark.parametrize("name", ["path", "HOME DIR", "../x"])
def test_only_the_name_of_a_variable_is_looked_up(name: str) -> None:
    assert len(errors_of(f"carrier_accounts:\n  - {{name: A, account_sid: x, auth_token_env: '{name}'}}\n")) == 1


def test_a_simulator_gets_a_secret_once() -> None:
    load(HEAD + SIMULATOR)
    token = CarrierAccount.objects.get().auth_token
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{32}", token)
    assert not load(HEAD + SIMULATOR).has_changes
    assert CarrierAccount.objects.get().auth_token == token


def test_a_simulated_business_has_no_real_carrier() -> None:
    text = "carrier_accounts:\n  - {name: Main, kind: twilio, account_sid: AC1}\n  - {name: Hook, kind: webhook}\n"
    load(HEAD + text, simulated=True)
    assert [account.kind for account in CarrierAccount.objects.order_by("pk")] == ["simulator", "webhook"]
    assert [account.auth_token[:6] for account in CarrierAccount.objects.all()] == ["whsec_", "whsec_"]
    assert not load(HEAD + text, simulated=True).has_changes


def test_a_number_takes_the_only_location_and_account() -> None:
    business = load(HEAD + SIMULATOR + "numbers:\n  - number: (212) 555-0100\n").business
    number = PhoneNumber.objects.get()
    assert (number.number, number.location.slug, number.account.name) == ("+12125550100", "main", "Sim")
    assert dump(business).endswith(
        'numbers:\n  - number: "+12125550100"\n    location: main\n    carrier_account: Sim\n    mode: hosted\n'
    )


def test_with_two_locations_a_number_must_say_which() -> None:
    text = "  - name: Annex\n" + SIMULATOR + "numbers:\n  - number: (212) 555-0100\n"
    assert errors_of(text) == [(9, "numbers[0]", "“location” is missing.")]


def test_a_number_of_another_business_is_refused() -> None:
    make_number(make_location(make_business()), number="+12125550100")
    message = "+12125550100 already belongs to another business of this installation."
    assert errors_of(SIMULATOR + "numbers:\n  - number: (212) 555-0100\n") == [(8, "numbers[0].number", message)]


def test_the_phones_that_ring_are_those_in_the_file() -> None:
    text = HEAD + SIMULATOR + "numbers:\n  - number: (212) 555-0100\n    rings: [PHONES]\n"
    load(text.replace("PHONES", "212 555 0101, 212 555 0102"))
    assert list(RingTarget.objects.values_list("phone", "position")) == [("+12125550101", 1), ("+12125550102", 2)]
    counts = load(text.replace("PHONES", "212 555 0102, {phone: 212 555 0103, label: Eve}")).counts["rings"]
    assert (counts.created, counts.updated, counts.removed, counts.unchanged) == (1, 1, 1, 0)
    assert list(RingTarget.objects.values_list("phone", "position", "label")) == [
        ("+12125550102", 1, ""),
        ("+12125550103", 2, "Eve"),
    ]


def test_the_model_of_a_nested_row_is_asked_too() -> None:
    text = SIMULATOR + "numbers:\n  - number: (212) 555-0100\n    rings: [(212) 555-0100]\n"
    message = "A number cannot ring itself: the call would come back to us."
    assert errors_of(text) == [(9, "numbers[0].rings[0]", message)]


def test_the_phones_of_a_broken_number_are_checked_as_well() -> None:
    text = SIMULATOR + "numbers:\n  - number: x\n    rings: [y]\n"
    assert [(line, path) for line, path, _ in errors_of(text)] == [(8, "numbers[0].number"), (9, "numbers[0].rings[0]")]


def test_a_script_without_a_name_is_called_by_what_it_is_for() -> None:
    body = 'text: "{business}: sorry we missed you. {opt_out}"'
    rows = "".join(
        f"  - {{kind: after_hours, {more}{body}}}\n"
        for more in ("", "language: es, ", "location: main, hours: holiday, ", 'number: "+12125550100", ')
    )
    load(HEAD + SIMULATOR + "numbers:\n  - number: (212) 555-0100\nscripts:\n" + rows)
    assert [script.name for script in Script.objects.order_by("pk")] == [
        "After hours",
        "After hours (es)",
        "After hours, Main, holiday or special closure",
        "After hours, +12125550100",
    ]


def test_a_script_for_the_number_of_another_location_is_refused() -> None:
    text = (
        "  - name: Annex\n" + SIMULATOR + "numbers:\n  - {number: (212) 555-0100, location: annex}\n"
        'scripts:\n  - {kind: missed_call, number: (212) 555-0100, location: main, text: "{business} {opt_out}"}\n'
    )
    assert errors_of(text) == [(11, "scripts[0].number", "This number belongs to another location.")]


def test_what_the_linter_refuses_is_an_error_and_what_it_doubts_a_warning() -> None:
    start = "scripts:\n  - kind: missed_call\n    text: >-\n      "
    assert errors_of(start + "Sorry! {opt_out}\n") == [
        (7, "scripts[0].text", "The text does not say who writes: add {business}.")
    ]
    report = load(HEAD + start + "{business}: {opt_out} http://alder.example\n")
    assert [str(warning) for warning in report.warnings] == [
        "line 7, scripts[0].text: Write https:// instead of http://, so that phones do not warn about the link."
    ]


def test_rules_are_asked_in_the_order_of_the_file() -> None:
    business = load(HEAD + "rules:\n  - name: B\n  - {name: A, position: 5}\n  - name: C\n").business
    assert list(Rule.objects.values_list("name", "position")) == [("A", 5), ("B", 10), ("C", 30)]
    assert dump(business).endswith(
        "rules:\n  - name: A\n    position: 5\n    outcome: text\n  - name: B\n    position: 10\n    outcome: text\n"
        "  - name: C\n    outcome: text\n"
    )
    load(HEAD + "rules: [{name: C}, {name: A}, {name: B}]\n")
    assert list(Rule.objects.values_list("name", "position")) == [("C", 10), ("A", 20), ("B", 30)]


def test_a_single_reason_needs_no_brackets() -> None:
    load(HEAD + "rules:\n  - {name: A, reasons: busy, callers: [new, known]}\n")
    assert Rule.objects.values_list("reasons", "callers").get() == (["busy"], ["new", "known"])


def test_the_never_text_list_may_be_a_list_of_phones() -> None:
    business = load(HEAD + "never_text:\n  - (212) 555-0100\n  - {phone: 212-555-0101, label: Owner}\n").business
    assert dump(business).endswith(
        'never_text:\n  - phone: "+12125550100"\n  - phone: "+12125550101"\n    label: Owner\n'
    )


# ---------------------------------------------------------------- the robot
def robot() -> dict[str, Any]:
    return AgentSettings.objects.values("mode", "driver", "quiet_seconds", "returns_after_minutes").get()


def test_one_word_is_enough_for_a_robot() -> None:
    business = load(HEAD + "robot: draft\n").business
    assert robot() == {"mode": "draft", "driver": "model", "quiet_seconds": 8, "returns_after_minutes": None}
    assert dump(business).endswith("robot:\n  mode: draft\n")
    AgentSettings.objects.update(mode="auto")
    # The usual settings are settings too: without them there would be no robot.
    assert dump(business).endswith("robot:\n  mode: auto\n")
    AgentSettings.objects.update(mode="off")
    assert dump(business).endswith('robot:\n  mode: "off"\n')
    assert not load(dump(business), prune=True).has_changes


def test_a_file_without_a_robot_leaves_the_business_the_one_it_has() -> None:
    load(HEAD)
    assert not AgentSettings.objects.exists()
    load(HEAD + "robot: {mode: draft, intents: {financing: draft}}\n")
    assert not load(HEAD).has_changes
    assert not load(HEAD + "robot:\n").has_changes
    assert (robot()["mode"], IntentMode.objects.count()) == ("draft", 1)
    assert load(HEAD, prune=True).counts["robot"].removed == 1
    assert not AgentSettings.objects.exists()


def test_the_intents_of_a_robot_are_all_there_are() -> None:
    text = HEAD + "robot:\n  intents: {financing: draft, cancel: off, price: auto}\n"
    load(text)
    assert not load(text).has_changes
    counts = load(HEAD + "robot:\n  intents: {financing: draft, cancel: draft}\n").counts["intents"]
    assert (counts.created, counts.updated, counts.removed, counts.unchanged) == (1, 0, 2, 1)
    assert dict(IntentMode.objects.values_list("intent", "mode")) == {"financing": "draft", "cancel": "draft"}
    load(HEAD + "robot: auto\n")
    assert IntentMode.objects.count() == 2
    load(HEAD + "robot: {intents: {}}\n")
    assert IntentMode.objects.count() == 0


def test_every_mistake_about_the_robot_has_its_line() -> None:
    text = """\
robot:
  mode: automatic
  times_offered: 9
  most_text: 3
  intents:
    finance: draft
    cancel: never
    price: [draft]
"""
    assert errors_of(text) == [
        (6, "robot.mode", "“automatic” is not possible here. Did you mean “auto”?"),
        (7, "robot.times_offered", "Ensure this value is less than or equal to 4."),
        (8, "robot.most_text", "There is no “most_text” here. Did you mean “most_texts”?"),
        (10, "robot.intents.finance", "There is no intent “finance”. Did you mean “financing”?"),
        (11, "robot.intents.cancel", "“never” is not possible here. Known here: off, draft, auto."),
        (12, "robot.intents.price", "A text belongs here, not a list or a group of keys."),
    ]
    assert errors_of("robot:\n  intents: [draft]\n") == [
        (6, "robot.intents", "Keys with values belong here, such as “name: Main office”.")
    ]
    assert not AgentSettings.objects.exists()


def test_the_robot_of_a_broken_business_is_checked_as_well() -> None:
    with pytest.raises(ConfigErrors) as caught:
        load("business:\n  name: Alder\n  time_zone: Mars\nrobot: {quiet_seconds: 61}\n")
    assert [(error.line, error.path) for error in caught.value.errors] == [
        (3, "business.time_zone"),
        (4, "robot.quiet_seconds"),
    ]
