"""The busy hour's plan, and its verdict: one that is lost, texted twice or texted after STOP must be seen."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from bench import daytime
from bench.load.phones import Got, Life, key_in
from bench.load.plan import LINES, RINGS_FOR, Caller, Wish, callers
from bench.load.shots import CALL_STATUS, DIAL, VOICE, make_shots
from bench.load.verdict import ALERTING, Toll, judge
from bench.turns import BOOKED, OFFERED
from messaging.compliance.places import places_of_number
from recoverline.lib.phones import parse_phone

KINDS = {
    "first": "first_text",
    "again": "first_text",
    "offer": "robot",
    "booked": "appointment",
    "more": "robot",
    "later": "robot",
}
BEGINS = 1000.0


@pytest.fixture(scope="module")
def people() -> Sequence[Caller]:
    return list(callers(minutes=10, per_minute=300, replying=0.5, seed=7))


def test_as_many_call_in_every_minute_and_nobody_twice(people: Sequence[Caller]) -> None:
    assert set(Counter(int(caller.calls_at // 60) for caller in people).values()) == {300}
    assert [caller.calls_at for caller in people] == sorted(caller.calls_at for caller in people)
    assert len({caller.phone for caller in people}) == len({caller.call_id for caller in people}) == 3000
    assert all(parse_phone(caller.phone, "US") == caller.phone for caller in people)
    assert Counter(caller.line for caller in people) == dict.fromkeys(range(LINES), 3000 // LINES)


def test_the_same_seed_is_the_same_hour(people: Sequence[Caller]) -> None:
    assert list(callers(minutes=10, per_minute=300, replying=0.5, seed=7)) == people
    assert list(callers(minutes=10, per_minute=300, replying=0.5, seed=8)) != people


def test_half_of_them_write_and_some_want_no_more(people: Sequence[Caller]) -> None:
    wishes = Counter(caller.wish for caller in people)
    assert 0.45 < 1 - wishes[Wish.NONE] / 3000 < 0.55
    assert wishes[Wish.STOP] > 50
    assert wishes[Wish.URGENT] > 30


def test_a_rung_call_is_missed_when_the_ringing_ends(people: Sequence[Caller]) -> None:
    forwarded, rung = (make_shots(caller, "http://127.0.0.1", "/hooks/twilio/key") for caller in people[:2])
    assert [kind for _, kind, _ in forwarded.of_call] == [VOICE, CALL_STATUS]
    assert [kind for _, kind, _ in rung.of_call] == [VOICE, DIAL, CALL_STATUS]
    assert rung.of_call[1][0] == rung.caller.calls_at + RINGS_FOR == rung.caller.missed_at


def test_a_text_is_known_by_the_address_of_its_callback() -> None:
    assert key_in("http://127.0.0.1/hooks/twilio/key/message-status?text=41fa-84#rc=2&rp=5xx") == "41fa-84"
    assert key_in("") == ""


# ---------------------------------------------------------------- the verdict
def life(wish: Wish, *got: tuple[str, float, str], wrote: float | None = None, chose: float | None = None) -> Life:
    """`got`: key, seconds after the missed call, and what the text says."""
    caller = Caller(0, "+16025550142", 0.0, 0, wish, 5.0, 5.0, "1")
    texts = [Got(BEGINS + after, body, key) for key, after, body in got]
    later = [at if at is None else BEGINS + at for at in (wrote, chose)]
    return Life(caller, BEGINS, told=True, wrote=later[0], chose=later[1], got=texts)


def judged(*lives: Life) -> Toll:
    return judge(lives, KINDS, begins=BEGINS)


FIRST = ("first", 0.2, "Sorry we missed your call")
OFFER = ("offer", 10.5, f"It is $89. {OFFERED}.")
GOOD = (FIRST, OFFER, ("booked", 20.5, f"Great, {BOOKED}."), ("more", 20.9, "And the street?"))


def test_nothing_is_wrong_with_a_good_hour() -> None:
    good = life(Wish.VISIT, *GOOD, wrote=10, chose=20)
    later = ("later", 300, "We have not reached our on-call person yet.")
    urgent = life(Wish.URGENT, FIRST, ("more", 6.5, f"Got it, {ALERTING}."), later, wrote=6)
    toll = judged(good, urgent, life(Wish.NONE, FIRST), life(Wish.STOP, FIRST, wrote=6))
    assert toll.problems() == []
    assert (toll.calls, toll.texted, toll.replies, toll.stopped) == (4, 4, 3, 1)
    assert toll.first == [(0.0, pytest.approx(0.2))] * 4
    assert toll.seconds["booked, confirmed"] == [pytest.approx(0.5)]


def test_whoever_is_called_back_instead_of_texted_at_night_is_not_lost() -> None:
    toll = judge([life(Wish.NONE)], KINDS, begins=BEGINS, excused={"+16025550142"})
    assert (toll.excused, toll.lost, toll.texted) == (1, 0, 0)
    assert judge([life(Wish.NONE)], KINDS, begins=BEGINS, excused={"+16025550199"}).lost == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (life(Wish.NONE), "1 callers lost"),
        (life(Wish.NONE, FIRST, ("again", 0.9, "Sorry we missed your call")), "1 callers texted twice"),
        (life(Wish.NONE, FIRST, FIRST), "1 callers texted twice; 1 texts sent twice"),
        (life(Wish.NONE, FIRST, ("whose", 1, "Hi")), "1 texts that the database does not know"),
        (life(Wish.STOP, FIRST, ("more", 9, "Still there?"), wrote=6), "1 texts after STOP"),
        (life(Wish.VISIT, FIRST, wrote=10), "1 replies unanswered"),
        (life(Wish.URGENT, FIRST, wrote=10), "1 replies unanswered"),
        (life(Wish.VISIT, *GOOD[:2], wrote=10, chose=20), "1 replies unanswered"),
        (life(Wish.VISIT, *GOOD[:3], ("more", 21, BOOKED), wrote=10, chose=20), "1 replies answered twice"),
    ],
)  # fmt: skip
def test_whatever_must_not_be_is_seen(wrong: Life, said: str) -> None:
    assert "; ".join(judged(wrong, life(Wish.NONE, FIRST)).problems()) == said


@pytest.mark.parametrize("hour", [*range(11), *range(12, 24)])
def test_somebody_can_be_texted_at_any_hour_but_one(hour: int) -> None:
    (area, *_) = daytime.areas_at(datetime(2026, 11, 22, hour, tzinfo=UTC))
    places = places_of_number(f"+1{area}2001000")
    assert places
    assert all(8 <= datetime(2026, 11, 22, hour, tzinfo=UTC).astimezone(place.zone).hour < 21 for place in places)
    assert parse_phone(f"+1{area}2001000", "US") == f"+1{area}2001000"
