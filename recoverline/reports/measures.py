"""The dictionary of measures: what each figure means, once, for the pages, the files and the e-mail."""

from dataclasses import dataclass
from enum import StrEnum

# A job, or an answer, later than this after the call is not put down to it.
ATTRIBUTION_DAYS = 30


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"
    CENTS = "cents"


@dataclass(frozen=True, slots=True)
class Measure:
    """`key` names it in addresses and files; `definition` is one or two sentences for whoever reads the figure."""

    key: str
    name: str
    definition: str
    unit: Unit = Unit.COUNT


_ALL = (
    Measure(
        "calls", "Calls",
        "Calls that came in and are over. Calls of the team itself, from its own phones, are never counted.",
    ),
    Measure("answered", "Answered", "Calls that a person of yours took."),
    Measure(
        "missed", "Missed calls",
        "Calls that nobody took: no answer, busy, closed, hung up, failed, voicemail. Each call counts, so somebody who"
        " rings three times is three missed calls.",
    ),
    Measure("callers", "Callers", "Different people behind the missed calls; hidden numbers count one each."),
    Measure(
        "texted", "Texted",
        "Missed calls whose own first text was taken by the carrier. Who rings again soon after gets no second one, and"
        " that call does not count here.",
    ),
    Measure(
        "delivered", "Delivered", "First texts of missed calls that the carrier says have reached the phone."
    ),
    Measure(
        "reached_in_10", "Reached in 10 s",
        "Missed calls whose first text left no later than 10 seconds after the call ended.",
    ),
    Measure(
        "reached_in_60", "Reached in 60 s",
        "Missed calls whose first text left no later than 60 seconds after the call ended.",
    ),
    Measure(
        "speed_p50", "Speed, typical",
        "Seconds from the end of the missed call to its first text: half of the texts were faster. A text that left"
        " while the line was still open counts 0.",
        Unit.SECONDS,
    ),
    Measure(
        "speed_p95", "Speed, slowest twentieth", "The same: 95 of 100 texts were at least so fast.", Unit.SECONDS
    ),
    Measure(
        "replied", "Replied",
        f"Missed calls after whose first text the caller wrote back, within {ATTRIBUTION_DAYS} days. A reply"
        " answers the last first text before it, so none counts twice. A STOP is no reply; who opted out stands under"
        " deliverability.",
    ),
    Measure("reply_rate", "Reply rate", "Replied, out of texted.", Unit.SHARE),
    Measure(
        "qualified", "Qualified",
        "Missed calls that were texted and of which we know what is needed (a service, or their words) and where or how"
        " urgently.",
    ),
    Measure(
        "booked", "Booked",
        f"Missed calls after which the caller booked a visit within {ATTRIBUTION_DAYS} days, by whatever way. A visit"
        " is put down to the last missed call before it, so none counts twice. Later canceled ones count here, not"
        " under kept.",
    ),
    Measure("kept", "Kept", "Booked, and the visit took place: somebody marked it as done."),
    Measure(
        "paid", "Paid",
        "Missed calls whose job was won or has an amount: of a booked visit at any time since, of others within"
        f" {ATTRIBUTION_DAYS} days. A job that was lost, spam or meant for somebody else does not count.",
    ),
    Measure(
        "recovered", "Recovered",
        "Booked or won after our text: the caller answered the first text of this or an earlier call (a STOP is no"
        " answer), or booked on the page after it. What fell through is not counted: canceled visits and no-shows"
        " (unless the job was won), and requests that were lost, spam or meant for somebody else. Nor is who rang again"
        " and was answered before that: they might have booked anyway.",
    ),
    Measure(
        "rang_again", "Rang again",
        "Would be recovered, but the caller rang again and a person answered before they booked. Taken off, and shown.",
    ),
    Measure(
        "revenue", "Recovered revenue",
        "What the recovered jobs are worth: the amount written into the request, otherwise what a job is worth on"
        " average by your settings. What fell through counts nothing.",
        Unit.CENTS,
    ),
    Measure(
        "revenue_said", "Revenue, as written down",
        "The part of recovered revenue with an amount in the request.", Unit.CENTS,
    ),
    Measure(
        "revenue_assumed", "Revenue, assumed",
        "The part of recovered revenue that counts a job with your average. Nobody has written down an amount.",
        Unit.CENTS,
    ),
    Measure(
        "waited", "Waited for a person",
        "From the customer's first unanswered text to the answer of a person, on the clock.", Unit.SECONDS,
    ),
    Measure(
        "waited_open", "Waited in open hours",
        "The part of that time in which the location was open: nights, weekends and closed days are taken off. Without"
        " opening hours every hour counts.",
        Unit.SECONDS,
    ),
    Measure(
        "segments", "Text segments",
        "What carriers count and bill: a text is one or more segments. Every text that left counts, alerts to your team"
        " too.",
    ),
    Measure(
        "call_minutes", "Call minutes",
        "Begun minutes of calls, answered or not. A forwarded second leg is not in it.",
    ),
    Measure(
        "cost", "Cost",
        "Text segments and call minutes at the prices in your settings, Claude as billed by tokens, and the part of the"
        " monthly fee that falls on these days. Unknown as long as one of the prices is.",
        Unit.CENTS,
    ),
    Measure("net", "Net", "Recovered revenue less cost.", Unit.CENTS),
    Measure("roi", "Return", "Recovered revenue for each dollar of cost."),
)  # fmt: skip
MEASURES: dict[str, Measure] = {measure.key: measure for measure in _ALL}
FUNNEL = ("missed", "texted", "replied", "qualified", "booked", "kept", "paid", "recovered")
