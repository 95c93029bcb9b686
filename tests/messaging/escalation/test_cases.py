"""The worked cases of answers to alerts (tests/scheduling/cases.json, kind "oncall_reply") through signed webhooks.

Another system gives numbers where we give two letters. So a number in a text becomes our code of the alert that the
case is about there, whatever else stands beside it; and "100aa", all alerts of a service, is our ALL.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from messaging.escalation.commands import ANSWERS_TO_USELESS
from messaging.models import EscalationNotice
from tests.messaging.escalation.onduty import Duty
from tests.scheduling.run_cases import read_cases

pytestmark = pytest.mark.django_db(transaction=True)

FILE = Path(__file__).resolve().parents[2] / "scheduling" / "cases.json"
CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in read_cases(FILE) if case["kind"] == "oncall_reply"}
# How our answers begin to say what theirs say; the first that is found counts.
OUTCOMES = {
    "already acknowledged": "you already have it",
    "acknowledged": "is yours",
    "closed": ": closed.",
}
ONE_ALERT = ["ack-last", "ack-trailing"]
REPLIES = [(body, becomes) for id in ONE_ALERT for body, becomes in CASES[id]["input"]["replies"].items()]


def about(notice: EscalationNotice, body: str) -> str:
    """Their text with our code where they have a number."""
    return re.sub(r"\d+", notice.code, body)


def outcome(answer: str) -> str:
    return next((theirs for theirs, ours in OUTCOMES.items() if ours in answer), answer)


def status(notice: EscalationNotice) -> str:
    notice.escalation.refresh_from_db()
    return notice.escalation.status


def test_these_are_all() -> None:
    assert set(CASES) == {"ack-code", *ONE_ALERT, "bundle", "reply-limit"}


def test_a_code_acknowledges_says_already_and_closes(duty: Duty) -> None:
    """Their code 1 is given again right after it is closed; ours are not for a day, as their issue 3154 asks for."""
    case = CASES["ack-code"]
    alerts: dict[str, EscalationNotice] = {"1": duty.alert(duty.customer("Customer 1"))}
    for turn, (latest, body, expected) in enumerate(case["input"]["script"], start=1):
        number = latest.removeprefix("alert")
        if number not in alerts:
            alerts[number] = duty.alert(duty.customer(f"Customer {number}"))
        becomes, _, meant = expected.partition(" #")
        answer = duty.text(about(alerts[meant], body))
        assert (turn, outcome(answer), f"Customer {meant}" in answer) == (turn, becomes, True)
    assert {number: status(notice) for number, notice in alerts.items()} == case["expect"]["final"]
    assert len({notice.code for notice in alerts.values()}) == len(case["input"]["alerts"])


@pytest.mark.parametrize(("body", "becomes"), REPLIES)
def test_a_reply_to_the_only_alert(duty: Duty, body: str, becomes: str) -> None:
    notice = duty.alert()
    assert outcome(duty.text(about(notice, body))) == becomes
    assert status(notice) == becomes


def test_several_alerts_are_one_text_and_one_reply_takes_them_all(duty: Duty) -> None:
    case = CASES["bundle"]
    names = [f"Customer {number}" for number in range(case["input"]["alerts"])]
    notices = [duty.notice(duty.escalation(duty.customer(name))) for name in names]
    duty.send()
    assert len(duty.received(duty.ana.phone)) == case["expect"]["messages"]
    assert case["input"]["reply"] == "100aa"
    answer = duty.text("ALL")
    assert all(name in answer for name in names)
    assert [status(notice) for notice in notices] == ["acknowledged"] * case["expect"]["acknowledged"]


def test_useless_texts_get_so_many_answers_and_an_action_counts_anew(duty: Duty) -> None:
    case = CASES["reply-limit"]
    notice = duty.alert()
    answers = [duty.text(f"nonsense {turn}") for turn in range(case["input"]["nonsense"])]
    assert len([answer for answer in answers if answer]) == case["expect"]["answers"] == ANSWERS_TO_USELESS
    assert not any(answers[ANSWERS_TO_USELESS:])
    acted = duty.text(about(notice, case["input"]["then"]))
    assert (outcome(acted), acted.count(" | ") + 1) == ("acknowledged", case["expect"]["after_action_answers"])
    duty.text(f"{notice.code} done")
    assert duty.text("more nonsense").startswith("Not understood")
