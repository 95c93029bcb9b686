"""PURE: what a policy does, in one sentence for whoever sets it up, and what is wrong with it."""

from collections.abc import Iterator, Sequence

from leads import colleagues
from messaging.escalation.enums import AlertChannel, AlertTarget
from messaging.models import EscalationPolicy, EscalationStep

_WHAT = {AlertChannel.TEXT: "a text", AlertChannel.CALL: "a call", AlertChannel.EMAIL: "an e-mail"}
_WHOM = {
    AlertTarget.FIRST: "whoever is on call first",
    AlertTarget.NEXT: "the next one on call",
    AlertTarget.ALL: "everybody on call",
    AlertTarget.OWNER: "the owners",
}


def sentence(policy: EscalationPolicy, steps: Sequence[EscalationStep]) -> str:
    """At once a text to whoever is on call first; after 3 minutes a call to them; ..."""
    if not steps:
        return "Nobody is told: add a step. Until then it shows in the inbox only."
    parts: list[str] = []
    minutes, before = 0, ("", "")
    for step in steps:
        whom = _whom(step)
        when = "At once" if not parts else f"after {_minutes(minutes)}"
        # The same by another means is the same person.
        is_same = whom == before[0] and step.channel != before[1]
        parts.append(f"{when} {_WHAT[AlertChannel(step.channel)]} to {'them' if is_same else whom}")
        minutes, before = step.wait_minutes, (whom, step.channel)
    again = f" All of it {policy.rounds} times." if policy.rounds > 1 else ""
    end = f"; {_minutes(minutes)} later nobody was reached, and the inbox says so."
    told = " The customer hears when somebody has it, or that nobody was reached." if policy.tells_customer else ""
    return "; ".join(parts) + end + again + told


def objections(policy: EscalationPolicy, steps: Sequence[EscalationStep]) -> Iterator[str]:
    """What would keep it from working as people expect."""
    targets = [step.target for step in steps]
    if AlertTarget.NEXT in targets and AlertTarget.FIRST not in targets[: targets.index(AlertTarget.NEXT)]:
        yield "“The next one on call” comes before the first one was asked."
    for step in steps:
        if step.member is not None and not step.member.phone and step.channel != AlertChannel.EMAIL:
            yield f"{colleagues.called(step.member.user)} has no phone."
    if policy.is_active and not steps:
        yield "It is switched on and tells nobody."


def _whom(step: EscalationStep) -> str:
    if step.target == AlertTarget.MEMBER:
        return colleagues.called(step.member.user) if step.member else "nobody"
    return _WHOM[AlertTarget(step.target)]


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"
