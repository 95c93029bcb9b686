"""`manage.py simulate`: the caller in a terminal."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from messaging.enums import CarrierKind
from messaging.models import Call, Message, PhoneNumber
from recoverline.lib import clock
from tests import simulator_site
from tests.factories import make_account, make_business, make_location, make_number


@pytest.fixture
def number(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[PhoneNumber]:
    settings.SIMULATOR, settings.DATA_DIR = True, tmp_path
    settings.ROOT_URLCONF = simulator_site.__name__
    # Nothing answers there, so the command brings its own server.
    settings.SITE_URL = settings.SIMULATOR_URL = "http://127.0.0.1:9"
    business = make_business("Saguaro Plumbing", is_simulated=True)
    account = make_account(business, kind=CarrierKind.SIMULATOR, account_sid="", handles_optout=False)
    yield make_number(make_location(business), account, number="+12125550100", mode="forwarded")
    clock.move_to(None)


def simulate(script: str, **options: Any) -> list[str]:
    out = StringIO()
    call_command("simulate", script, stdout=out, stderr=out, **options)
    return out.getvalue().splitlines()


def timed(lines: list[str]) -> list[str]:
    """What follows a day and a time."""
    found = (re.fullmatch(r"[A-Z][a-z]{2} \d\d:\d\d:\d\d  (.*)", line) for line in lines)
    return [match[1] for match in found if match]


def test_the_architectures_example_works_without_a_server(number: PhoneNumber, settings: Any) -> None:
    lines = simulate("call +15555550123 busy; text 'my basement is flooding'", brief=True)
    assert lines[1] == "Saguaro Plumbing on the phone of (555) 555-0123, Tom Boyd, " + lines[1][-9:]
    assert [said.partition(" ")[0] for said in timed(lines)] == ["Saguaro", "me:", "Saguaro"]
    assert Call.objects.values_list("miss_reason", flat=True).get() == "forwarded"
    assert set(Message.objects.filter(direction="out").values_list("status", flat=True)) == {"delivered"}
    assert settings.SIMULATOR_URL == "http://127.0.0.1:9"


def test_the_trace_is_printed_step_by_step(number: PhoneNumber) -> None:
    titles = timed(simulate("call"))
    assert titles[:3] == [
        "Webhook: A call comes in",
        "Rules: Missed: forwarded unanswered (open). Text.",
        "Text: Automatic: delivered",
    ]


def test_without_a_number_the_oldest_one_is_called(number: PhoneNumber) -> None:
    newer = make_business("Alder Plumbing", is_simulated=True)
    account = make_account(newer, kind=CarrierKind.SIMULATOR, account_sid="", handles_optout=False)
    other = make_number(make_location(newer), account, number="+12125550101", mode="forwarded")
    heading = simulate("call", brief=True)[1]
    assert (Call.objects.get().number, heading.partition(" on ")[0]) == (number, "Saguaro Plumbing")
    heading = simulate("call", brief=True, number="+12125550101")[1]
    assert (Call.objects.latest("pk").number, heading.partition(" on ")[0]) == (other, "Alder Plumbing")


@pytest.mark.parametrize(
    ("script", "options", "why"),
    [
        ("cal", {}, "“cal” is not something to do. There are: call, text, wait, at, phone."),
        ("call to +12125550101", {}, "+12125550101 is not a number of a simulated account here."),
        ("call", {"number": "+12125550101"}, "+12125550101 is not a number of a simulated account here."),
        ("call +999", {}, "“+999” is not a phone number. Write it as +15555550123."),
        ("call +19999999999", {}, "+19999999999 cannot be a phone number. Fictional ones are +1 555 555 0100 to 0199."),
    ],
)
def test_mistakes_are_explained(number: PhoneNumber, script: str, options: dict[str, str], why: str) -> None:
    with pytest.raises(CommandError) as refused:
        simulate(script, **options)
    assert str(refused.value) == why
    assert not Call.objects.exists()


def test_without_the_simulator_it_refuses(number: PhoneNumber, settings: Any) -> None:
    settings.SIMULATOR = False
    with pytest.raises(CommandError) as refused:
        simulate("call")
    assert str(refused.value) == "The simulator is off. It is on with DEBUG=true or SIMULATOR=true."
    settings.SIMULATOR = True


def test_a_real_number_is_never_called(number: PhoneNumber) -> None:
    number.account.kind = CarrierKind.TWILIO
    number.account.save()
    with pytest.raises(CommandError) as refused:
        simulate("call")
    assert str(refused.value).startswith("There is no simulated number.")
