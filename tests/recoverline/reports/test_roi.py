"""The calculator, against the examples it has to reproduce to the digit."""

from dataclasses import replace
from decimal import Decimal

from recoverline.reports.roi import MODELS, BookedBy, outcome_of


def shown(key: str) -> dict[str, str]:
    return {step.key: step.shown for step in outcome_of(MODELS[key].assumptions).steps}


def test_five_locations() -> None:
    assert shown("five") == {
        "missed": "168",
        "new": "168",
        "voicemail": "37",
        "lost": "131",
        "replies": "81 to 101",
        "more": "44 to 64",
        "booked": "25 to 40",
        "revenue": "$6,250 to $10,000",
        "cost": "$497",
        "net": "$5,753 to $9,503",
        "return": "$12.58 to $20.12",
    }


def test_the_shop() -> None:
    figures = shown("shop")
    assert (figures["missed"], figures["lost"], figures["booked"], figures["revenue"]) == ("80", "56", "5.6", "$1,680")
    assert outcome_of(MODELS["shop"].assumptions).break_even_jobs == 1


def test_the_contractor() -> None:
    five = outcome_of(MODELS["contractor"].assumptions)
    assert (five["missed"].shown, five["booked"].shown, five["revenue"].shown, five["net"].shown) == (
        "30", "5", "$1,250", "$753",
    )  # fmt: skip
    # Five jobs pay for it as long as each is worth this much; at $250, two do.
    assert (five.break_even_value_cents, five.break_even_jobs) == (9_940, 2)
    assert outcome_of(replace(MODELS["contractor"].assumptions, cost_cents=9_700)).break_even_jobs == 1


def test_edges() -> None:
    five = MODELS["five"].assumptions
    assert outcome_of(replace(five, value_cents=0)).break_even_jobs is None
    assert outcome_of(replace(five, booked_low=Decimal(0))).break_even_value_cents is None
    free = outcome_of(replace(five, cost_cents=0))
    assert (free.break_even_jobs, [step.key for step in free.steps][-1]) == (0, "net")
    assert outcome_of(replace(five, booked_low=Decimal(4))).objection == ""
    assert "without a text" in outcome_of(replace(five, booked_low=Decimal(50), booked_high=Decimal(60))).objection
    assert "people who called" in outcome_of(replace(five, booked_high=Decimal(169))).objection
    of_replies = replace(five, booked_by=BookedBy.OF_REPLIES, booked_low=Decimal(25), booked_high=Decimal(40))
    assert outcome_of(of_replies)["booked"].shown == "20 to 40"
    half_new = replace(of_replies, new=Decimal(50))
    assert (outcome_of(half_new)["missed"].shown, outcome_of(half_new)["booked"].shown) == ("168", "10 to 20")
    nobody = replace(five, calls=Decimal(0))
    assert (outcome_of(nobody)["missed"].shown, outcome_of(nobody)["lost"].shown) == ("0", "0")
    loss = replace(MODELS["contractor"].assumptions, value_cents=5_000)
    assert outcome_of(loss)["net"].shown == "-$247"
