"""PURE: who never gets an automatic first text, whatever the rules say."""

from dataclasses import dataclass

from leads.enums import TaskReason
from messaging.enums import CallerKind


@dataclass(frozen=True, slots=True)
class TextLimits:
    """Counts of first texts and the limits they must stay below; hours as floats."""

    cooldown_hours: int
    hours_since_last_text: float | None
    number_last_hour: int
    number_per_hour: int
    business_last_hour: int
    business_per_hour: int
    business_last_day: int
    business_per_day: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no text leaves. `task`: the reason of the callback task in its place, None where calling makes no sense."""

    code: str
    because: str
    task: TaskReason | None


_BY_CALLER: tuple[tuple[CallerKind, Refusal], ...] = (
    (CallerKind.STAFF, Refusal("staff", "the call came from the team or from one of the own numbers", None)),
    (
        CallerKind.ANONYMOUS,
        Refusal("anonymous", "the caller hid the number or it is no phone number", TaskReason.ANONYMOUS),
    ),
    (CallerKind.BLOCKED, Refusal("blocked", "the team has blocked this person", None)),
    (CallerKind.NEVER_TEXT, Refusal("never_text", "the caller is on the never-text list", None)),
    (CallerKind.OPTED_OUT, Refusal("opted_out", "the caller has opted out of texts", TaskReason.OPTED_OUT)),
    (
        CallerKind.FOREIGN,
        Refusal("foreign", "the caller's country or kind of number is not served by text", TaskReason.UNTEXTABLE),
    ),
    (CallerKind.LANDLINE, Refusal("landline", "the caller's number is a landline", TaskReason.LANDLINE)),
)


def first_refusal(
    callers: frozenset[CallerKind],
    limits: TextLimits,
    *,
    paused: bool,
    stopped: str,
    unreachable: bool,
    called_back: bool,
    minutes_old: float,
    late_after_minutes: int,
    quiet: str = "",
) -> Refusal | None:
    """The first reason why this caller must not get a text, None without one.

    `stopped`: the sender's problem; `quiet`: why this hour is quiet, where calls are not answered in quiet hours.
    """
    for kind, refusal in _BY_CALLER:
        if kind in callers:
            return refusal
    if unreachable:
        return Refusal(
            "unreachable", "the carrier says that this number cannot be reached by text", TaskReason.UNTEXTABLE
        )
    if called_back:
        return Refusal("called_back", "a person already spoke with the caller", None)
    if minutes_old > late_after_minutes:
        because = f"the call was {minutes_old:.0f} minutes ago when we learned of it"
        return Refusal("too_late", because, TaskReason.TOO_LATE)
    if quiet:
        return Refusal("quiet_hours", quiet, TaskReason.QUIET_HOURS)
    if paused:
        return Refusal("paused", "texting is paused for this business", TaskReason.SENDING_STOPPED)
    if stopped:
        return Refusal("sender_stopped", f"texting from this number is stopped: {stopped}", TaskReason.SENDING_STOPPED)
    return _over_limit(limits)


def _over_limit(limits: TextLimits) -> Refusal | None:
    since = limits.hours_since_last_text
    if since is not None and since < limits.cooldown_hours:
        # Not a dead end: the conversation is there already, and the repeated call is shown in it.
        return Refusal("cooldown", f"the caller got a text {_ago(since)} ago", None)
    if limits.number_last_hour >= limits.number_per_hour:
        return _capped("number_cap", f"this number has sent {limits.number_last_hour} first texts in an hour")
    if limits.business_last_hour >= limits.business_per_hour:
        return _capped("hourly_cap", f"the business has sent {limits.business_last_hour} first texts in an hour")
    if limits.business_last_day >= limits.business_per_day:
        return _capped("daily_cap", f"the business has sent {limits.business_last_day} first texts in a day")
    return None


def _capped(code: str, because: str) -> Refusal:
    return Refusal(code, because, TaskReason.SENDING_STOPPED)


def _ago(hours: float) -> str:
    # Below zero: an event that waited is decided as of its arrival, and the text left since.
    amount, unit = (max(hours, 0) * 60, "minute") if hours < 1 else (hours, "hour")
    return f"{amount:.0f} {unit}{'' if round(amount) == 1 else 's'}"
