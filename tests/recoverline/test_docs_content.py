"""What the documents list, show and let people run is what the code has, and what it does."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core.management import call_command

from leads.config import load
from leads.config_rows import RowForm, Rows
from leads.enums import Danger, Language, Voice
from leads.kits import kits
from leads.knowledge_sections import SERVICE_AT
from leads.sections import BUSINESS
from leads.sections import SECTIONS as LEADS_SECTIONS
from messaging.admin.numbers import FORWARDING_CODES
from messaging.agent_sections import ROBOT
from messaging.carriers.registry import carrier_for
from messaging.carriers.webhook import REASONS
from messaging.enums import (
    AgentMode,
    CallerKind,
    CallState,
    CarrierKind,
    Driver,
    Effort,
    HoursState,
    Intent,
    MessageStatus,
    MissReason,
    NumberMode,
    Outcome,
    RingOrder,
    ScriptKind,
    Suppression,
)
from messaging.escalation.enums import AlertChannel, AlertTarget, EscalationClass
from messaging.escalation_sections import POLICIES
from messaging.escalation_sections import STEPS as POLICY_STEPS
from messaging.followup_sections import STEPS
from messaging.followups.enums import AfterStaff, Anchor, StepAction, Trigger
from messaging.models import Call, CarrierAccount
from messaging.script_lint import FIRST_TEXT_KINDS, PLACEHOLDERS, SPOKEN_KINDS
from messaging.sections import SECTIONS as MESSAGING_SECTIONS
from recoverline.lib.crypto import DecryptionFailed
from recoverline.processes import the_three
from scheduling.booking_sections import BOOKING_RULES, BOOKING_SETTINGS
from scheduling.enums import GridAnchor, ResourceKind, VisitPlace
from scheduling.sections import SECTIONS as SCHEDULING_SECTIONS
from tests.factories import make_account, make_business, make_location, make_number, phone
from tests.recoverline.pages import FENCE, ROOT, first_words, rows, text_of, under, words

CALL_PAGE, OPERATIONS, FILE_PAGE = "first-missed-call.md", "operations.md", "business-file.md"
PHONE_SYSTEM = "5. A phone system that reports missed calls"


# ---------------------------------------------------------------- operations
def test_every_state_of_a_text_is_explained() -> None:
    tables = rows(under(text_of(OPERATIONS), "What became of a text"))
    states = {row[0].strip("`"): row[1] for row in tables if len(row) == 4 and row[0] != "status"}
    assert states == {status.value: status.label for status in MessageStatus}
    assert [row[0].strip("`") for row in tables if len(row) == 2] == ["suppression", *Suppression.values]


def test_the_time_to_stop_of_each_process_is_the_real_one() -> None:
    _, *table = rows(under(text_of(OPERATIONS), "Stop, start, crash"))
    processes = the_three(host="127.0.0.1", port=8000)
    # That compose waits five seconds longer is asked of compose.yaml by test_tooling.
    assert table == [[one.name, f"{one.grace:.0f} s", f"{one.grace + 5:.0f} s"] for one in processes]


def shell_line(about: str) -> str:
    """The Python of the one `manage.py shell -c` on the page of operations that is about something."""
    lines = re.findall(r'manage\.py shell -c "(.+)"$', text_of(OPERATIONS), re.MULTILINE)
    (found,) = [line for line in lines if about in line]
    return str(found)


@pytest.mark.django_db
def test_field_keys_are_rotated_as_described(settings: LazySettings) -> None:
    settings.FIELD_KEYS = ["the old key"]
    account = make_account(make_business(), auth_token="of the carrier")
    settings.FIELD_KEYS = ["the new key", "the old key"]
    command = re.search(r"^    \.venv/bin/python manage\.py (encrypt\w+)$", text_of(OPERATIONS), re.MULTILINE)
    assert command
    call_command(command.group(1))
    settings.FIELD_KEYS = ["the new key"]
    assert CarrierAccount.objects.get(pk=account.pk).auth_token == "of the carrier"
    settings.FIELD_KEYS = ["the old key"]
    with pytest.raises(DecryptionFailed):
        CarrierAccount.objects.get(pk=account.pk)


@pytest.mark.django_db
def test_a_business_is_paused_as_described() -> None:
    one, other = make_business(slug="riverside"), make_business(slug="elsewhere")
    exec(shell_line("is_texting_paused"), {})
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.is_texting_paused, other.is_texting_paused) == (True, False)


@pytest.mark.django_db
def test_follow_ups_are_paused_after_a_restore_as_described() -> None:
    businesses = [make_business(slug="riverside"), make_business(slug="elsewhere")]
    exec(shell_line("are_follow_ups_paused"), {})
    for business in businesses:
        business.refresh_from_db()
    assert [business.are_follow_ups_paused for business in businesses] == [True, True]


# ---------------------------------------------------------------- the first missed call
def test_the_kits_are_those_that_ship() -> None:
    assert first_words(under(text_of(CALL_PAGE), "1. A business")) == [kit.slug for kit in kits()]


def test_the_modes_are_all_explained() -> None:
    assert first_words(under(text_of(CALL_PAGE), "2. How calls reach us")) == NumberMode.values


@pytest.mark.django_db
def test_the_addresses_look_as_shown(settings: LazySettings) -> None:
    settings.SITE_URL = "https://calls.example.com"
    business = make_business()
    account = make_account(business, key="KEY")
    number = make_number(make_location(business), account)
    _, *table = rows(under(text_of(CALL_PAGE), "3. Paste the addresses at Twilio"))
    shown = {re.sub(r".*\*(.+)\*", r"\1", label): address.strip("`") for label, address, _ in table}
    for number.mode in (NumberMode.HOSTED, NumberMode.FORWARDED):
        assert carrier_for(account).hook_urls(number) == shown
    number.mode = NumberMode.EXTERNAL
    assert list(carrier_for(account).hook_urls(number)) == ["A message comes in"]
    assert [modes for _, _, modes in table] == ["hosted, forwarded", "hosted, forwarded", "all"]


def test_the_forwarding_codes_are_those_of_the_admin() -> None:
    _, *table = rows(under(text_of(CALL_PAGE), "4. Forward the line you have"))
    codes = [[code.carrier, code.no_answer, code.busy, code.off] for code in FORWARDING_CODES]
    assert [[cell.strip("`") for cell in row] for row in table] == codes


def test_every_guard_is_explained() -> None:
    tree = ast.parse((ROOT / "messaging" / "refusals.py").read_text())
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    firsts = [call.args[0] for call in made if ast.unparse(call.func) in ("Refusal", "_capped")]
    codes = [str(first.value) for first in firsts if isinstance(first, ast.Constant)]
    assert len(codes) >= 10
    assert sorted(first_words(under(text_of(CALL_PAGE), "When nothing happens"))) == sorted(codes)


def test_the_reasons_of_a_report_are_those_that_are_read() -> None:
    (cell,) = [row[1] for row in rows(under(text_of(CALL_PAGE), PHONE_SYSTEM)) if row[0] == "`data.reason`"]
    assert words(cell) == [*REASONS, "no_answer"]


def run_python(*args: str) -> "subprocess.CompletedProcess[str]":
    """Without anything that this project or its surroundings would lend it."""
    argv, clean = [sys.executable, "-I", *args], {"PATH": os.environ["PATH"]}
    return subprocess.run(argv, capture_output=True, text=True, env=clean, check=False)


@pytest.mark.django_db(transaction=True)
def test_the_script_that_reports_a_missed_call_is_understood(live_server: Any, tmp_path: Path) -> None:
    text = under(text_of(CALL_PAGE), PHONE_SYSTEM)
    ((_, code),) = FENCE.findall(text)
    script = tmp_path / "report_missed_call.py"
    script.write_text(code)
    (make_secret,) = re.findall(r'python -c "(.+)"$', text, re.MULTILINE)
    secret = run_python("-c", make_secret).stdout.strip()
    assert re.fullmatch(r"whsec_[\w+/]{32}", secret)
    business = make_business()
    tracker = make_account(business, kind=CarrierKind.WEBHOOK, auth_token=secret)
    number = make_number(make_location(business), mode=NumberMode.EXTERNAL, reported_by=tracker)
    (address,) = carrier_for(tracker).hook_urls(number).values()
    address, caller = address.replace(settings.SITE_URL, live_server.url), phone()

    forged = run_python(str(script), address, "whsec_" + "A" * 32, caller, number.number)
    assert (forged.stdout, forged.stderr.splitlines()[-1]) == ("", "urllib.error.HTTPError: HTTP Error 403: Forbidden")
    assert Call.objects.count() == 0

    done = run_python(str(script), address, secret, caller, number.number)
    assert (done.stdout, done.stderr) == ('200 {"status": "ok"}\n', "")
    call = Call.objects.get()
    assert (call.caller, call.number, call.state) == (caller, number, CallState.MISSED)


# ---------------------------------------------------------------- the business file
@pytest.mark.django_db
def test_the_example_of_a_business_file_loads_without_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIVERSIDE_TWILIO_TOKEN", "of the carrier")
    ((_, example),) = FENCE.findall(text_of(FILE_PAGE))
    report = load(example, dry_run=True)
    assert report.warnings == ()
    created = {section: counts.created for section, counts in report.counts.items()}
    assert created == {
        "business": 1, "locations": 1, "hours": 15, "closures": 3, "services": 2, "areas": 2, "faqs": 1,
        "booking": 2, "travel": 1, "resources": 1,
        "carrier_accounts": 1, "numbers": 1, "rings": 2, "scripts": 2, "rules": 3, "never_text": 1,
    }  # fmt: skip


# Hours and closures have a form of their own; what is written inside another section is documented there.
FORMS: list[tuple[str, RowForm]] = [
    ("business", BUSINESS),
    ("booking", BOOKING_SETTINGS),
    ("booking of a service", BOOKING_RULES),
    ("at of a service", SERVICE_AT),
    ("robot", ROBOT),
    ("steps of a sequence", STEPS),
    ("escalation_policies", POLICIES),
    ("steps of a policy", POLICY_STEPS),
    *(
        (section.key, section.form)
        for section in (*LEADS_SECTIONS, *SCHEDULING_SECTIONS, *MESSAGING_SECTIONS)
        if isinstance(section, Rows) and not section.within
    ),
]


@pytest.mark.parametrize(("section", "form"), FORMS, ids=[section for section, _ in FORMS])
def test_every_key_of_the_business_file_is_documented(section: str, form: RowForm) -> None:
    keys = {field.key: field.is_required for field in form.fields}
    # A secret in the file is known only so that it can be refused.
    keys |= {key: False for key in form.inner_keys if key != "auth_token"}
    _, *table = rows(under(text_of(FILE_PAGE), section))
    assert {row[0].strip("*`"): row[0].startswith("**") for row in table} == keys


def test_the_words_of_the_business_file_are_all_there() -> None:
    _, *table = rows(under(text_of(FILE_PAGE), "Words"))
    others = FIRST_TEXT_KINDS | SPOKEN_KINDS
    assert {where: words(cell) for where, cell in table} == {
        "`voice`": Voice.values,
        "`language`": Language.values,
        "`kind` of an account": CarrierKind.values,
        "`mode`": NumberMode.values,
        "`ring_order`": RingOrder.values,
        "`place`": VisitPlace.values,
        "`anchor`": GridAnchor.values,
        "`kind` of a resource": ResourceKind.values,
        "`hours` of a script or rule": HoursState.values,
        "`reasons`": MissReason.values,
        "`callers`": CallerKind.values,
        "`outcome`": Outcome.values,
        "`kind` of a script, first texts": [kind for kind in ScriptKind.values if kind in FIRST_TEXT_KINDS],
        "`kind` of a script, answers": [kind for kind in ScriptKind.values if kind not in others],
        "`kind` of a script, spoken": [kind for kind in ScriptKind.values if kind in SPOKEN_KINDS],
        "`trigger`": Trigger.values,
        "`after_staff`": AfterStaff.values,
        "`counted_from` of a step": Anchor.values,
        "`do` of a step": StepAction.values,
        "`applies_to`": EscalationClass.values,
        "`channel` of a step": AlertChannel.values,
        "`whom` of a step": AlertTarget.values,
        "`danger`": Danger.values,
        "`mode` of the robot, modes of `intents`": AgentMode.values,
        "`driver`": Driver.values,
        "`effort`": Effort.values,
        "`intents`": Intent.values,
    }
    assert re.findall(r"`\{(\w+)\}`", under(text_of(FILE_PAGE), "scripts")) == list(PLACEHOLDERS)
