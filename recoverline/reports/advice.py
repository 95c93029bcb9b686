"""PURE: the three things most worth doing, chosen from what is so right now."""

from dataclasses import dataclass

SHOWN = 3
# Below these, chance speaks.
LEAST_TEXTED, LOW_REPLY_RATE = 20, 0.25
LEAST_SENT, HIGH_UNDELIVERED = 20, 0.1
LEAST_PEAK = 4
LEAST_BEFORE = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts at the moment of asking; those of a week say so. Shares are 0 to 1, None where there is nothing to divide.

    `stopped_numbers`: names of lines that cannot send. `peak`: the hour of the week with the most calls missed while
    open in four weeks, in words, with their count. `idle_estimates`: given more than two days ago, still open, and
    nothing follows them up. `calls_week`, `calls_before`: calls of any kind, of the week and of the one before.
    """

    stopped_numbers: tuple[str, ...] = ()
    is_paused: bool = False
    calls_week: int = 0
    calls_before: int = 0
    callbacks_overdue: int = 0
    waiting_long: int = 0
    unanswered_questions: int = 0
    peak: tuple[str, int] | None = None
    idle_estimates: int = 0
    texted: int = 0
    reply_rate: float | None = None
    undelivered: float | None = None
    recovered_unknown: int = 0
    unknown_costs: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """`what` to do, `why`, and the path of the page where it is done."""

    key: str
    what: str
    why: str
    path: str


def worth_doing(facts: Facts) -> list[Advice]:
    """At most three: what stops everything first, then people who wait, then what would bring more."""
    return _all(facts)[:SHOWN]


def _all(facts: Facts) -> list[Advice]:
    found = [*_broken(facts), *_waiting(facts), *_better(facts)]
    return [Advice(*each) for each in found]


def _broken(facts: Facts) -> list[tuple[str, str, str, str]]:
    found = []
    if facts.stopped_numbers:
        lines = ", ".join(facts.stopped_numbers)
        found.append(
            (
                "stopped",
                f"Get texting going again on {lines}.",
                "Callers there get no text at all.",
                "/reports/deliverability/",
            )
        )
    if facts.is_paused:
        found.append(("paused", "Switch texting on again.", "It is paused for the whole business.", "/start/"))
    if facts.calls_week == 0 and facts.calls_before >= LEAST_BEFORE:
        why = f"Not one call came in all week; the week before there were {facts.calls_before}."
        found.append(("silent", "Make a test call: is forwarding still on?", why, "/start/"))
    return found


def _waiting(facts: Facts) -> list[tuple[str, str, str, str]]:
    found = []
    if facts.callbacks_overdue:
        calls = _of(facts.callbacks_overdue, "call back is", "calls back are")
        found.append(("callbacks", "Ring back who was promised it.", f"{calls} overdue.", "/inbox/callbacks/"))
    if facts.waiting_long:
        people = _of(facts.waiting_long, "person has", "people have")
        found.append(
            (
                "waiting",
                "Answer who has been waiting.",
                f"{people} had no answer for over a day.",
                "/inbox/?queue=reply",
            )
        )
    if facts.idle_estimates:
        estimates = _of(facts.idle_estimates, "estimate was", "estimates were")
        why = f"{estimates} given more than two days ago, and nothing follows up on it."
        found.append(
            ("estimates", "Ask about open estimates, or let a sequence do it.", why, "/admin/messaging/sequence/")
        )
    return found


def _better(facts: Facts) -> list[tuple[str, str, str, str]]:
    found = []
    if facts.undelivered is not None and facts.texted >= LEAST_SENT and facts.undelivered >= HIGH_UNDELIVERED:
        why = f"{facts.undelivered:.0%} of the first texts did not arrive."
        found.append(
            ("undelivered", "Look at why texts do not arrive.", why.replace("%", " %"), "/reports/deliverability/")
        )
    if facts.peak is not None and facts.peak[1] >= LEAST_PEAK:
        when, count = facts.peak
        why = f"{count} calls were missed in that hour while you were open, in four weeks."
        found.append(("peak", f"Have somebody at the phone: {when}.", why, "/reports/calls/"))
    if facts.unanswered_questions:
        questions = _of(facts.unanswered_questions, "question", "questions")
        why = f"Customers asked {questions} that nothing in your answers covers."
        found.append(("questions", "Write the answers that were missing.", why, "/admin/messaging/unansweredquestion/"))
    if facts.reply_rate is not None and facts.texted >= LEAST_TEXTED and facts.reply_rate < LOW_REPLY_RATE:
        why = f"Only {facts.reply_rate:.0%} of {facts.texted} answered the first text.".replace("%", " %")
        found.append(("replies", "Try another first text: one short question.", why, "/admin/messaging/script/"))
    if facts.recovered_unknown:
        jobs = _of(facts.recovered_unknown, "recovered job has", "recovered jobs have")
        found.append(
            (
                "value",
                "Say what a job is worth.",
                f"{jobs} no amount, so revenue is told too low.",
                "/admin/leads/business/",
            )
        )
    if facts.unknown_costs:
        found.append(
            (
                "costs",
                "Enter what texts and calls cost you.",
                "Without it nobody can say what is left over.",
                "/admin/leads/business/",
            )
        )
    return found


def _of(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
