"""The why-card of a call: one sentence, what was asked, what was known, and where to change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from messaging.dry_run import facts_of
from messaging.enums import CallerKind, HoursState, MessageStatus, MissReason, Outcome
from messaging.inbox.timeline import why_decided
from messaging.models import Call, Message

HIDDEN = "Hidden number"


@dataclass(frozen=True, slots=True)
class Step:
    """A rule or a guard that was asked."""

    name: str
    matched: bool
    because: str
    url: str


@dataclass(frozen=True, slots=True)
class WhyCard:
    """`tone`: text, task, no_text or none. `links`: what to change, label and address."""

    sentence: str
    tone: str
    text_fate: str
    rules: tuple[Step, ...]
    guards: tuple[Step, ...]
    facts: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]


def why_card(call: Call, *, may_configure: bool) -> WhyCard:
    """The card of `call`; links only for somebody who may follow them. At most one query."""
    steps = [step for step in call.trace if isinstance(step, dict)]
    rules = tuple(_step(step, may_configure) for step in steps if step.get("kind") == "rule")
    guards = tuple(_step(step, may_configure) for step in steps if step.get("kind") in ("guard", "experiment"))
    return WhyCard(
        sentence=why_decided(call),
        tone=call.outcome if call.decided_at else "none",
        text_fate=_text_fate(call),
        rules=rules,
        guards=guards,
        facts=_facts(call),
        links=_links(call, steps) if may_configure else (),
    )


def _step(step: Mapping[str, Any], may_configure: bool) -> Step:
    pk = step.get("id")
    url = reverse("admin:messaging_rule_change", args=[pk]) if pk and may_configure else ""
    name = str(step.get("name", ""))
    shown = name.replace("_", " ") if step.get("kind") == "guard" else name
    return Step(shown, bool(step.get("matched")), str(step.get("because", "")), url)


def _text_fate(call: Call) -> str:
    """What became of the text: a decision to send is not yet a text that arrived."""
    if call.outcome != Outcome.TEXT:
        return ""
    key = f"missedcall:{call.account_id}:{call.carrier_call_id}"
    text = Message.objects.filter(business_id=call.business_id, idem_key=key).first()
    if text is None:
        return ""
    detail = text.get_suppression_display() if text.status == MessageStatus.SUPPRESSED else text.error_text
    return f"The text: {text.get_status_display().lower()}" + (f" ({detail})" if detail else "") + "."


def _facts(call: Call) -> tuple[tuple[str, str], ...]:
    facts = facts_of(call.facts)
    if facts is None:
        return ()
    callers = ", ".join(sorted(caller_label(kind) for kind in facts.callers)) or "nothing known"
    last = facts.minutes_since_last
    return (
        ("Missed because", MissReason(facts.reason).label),
        ("The location was", HoursState(facts.hours).label),
        ("Rang for", "not known" if facts.rang_seconds is None else f"{facts.rang_seconds} s"),
        ("The caller", callers),
        ("Missed before", "never" if last is None else f"{last} minutes earlier"),
    )


def caller_label(kind: str) -> str:
    """A kind of caller in the words of every other page; one that we no longer know as it is stored."""
    if kind == CallerKind.ANONYMOUS:
        return HIDDEN
    return str(CallerKind(kind).label) if kind in CallerKind.values else kind


def _links(call: Call, steps: list[dict[str, Any]]) -> tuple[tuple[str, str], ...]:
    links: list[tuple[str, str]] = []
    if call.decision != "rule":
        links += _guard_links(call)
    rules = [step for step in steps if step.get("kind") == "rule" and step.get("matched") and step.get("id")]
    if rules:
        url = reverse("admin:messaging_rule_change", args=[rules[0]["id"]])
        links.append((f"Change rule “{rules[0].get('name')}”", url))
    else:
        links.append(("Write a rule for such calls", reverse("admin:messaging_rule_add")))
    if call.outcome == Outcome.TEXT:
        kind = call.rule.script_kind if call.rule else ""
        query = f"?{urlencode({'kind__exact': kind})}" if kind else ""
        links.append(("Change what the text says", reverse("admin:messaging_script_changelist") + query))
    return tuple(links)


def _guard_links(call: Call) -> list[tuple[str, str]]:
    business = reverse("admin:leads_business_change", args=[call.business_id])
    number = reverse("admin:messaging_phonenumber_change", args=[call.number_id])
    search = f"?{urlencode({'q': call.caller})}"
    places = {
        "staff": ("See whose phones belong to the team", reverse("admin:leads_membership_changelist")),
        "never_text": ("Change the never-text list", reverse("admin:messaging_nevertext_changelist") + search),
        "opted_out": ("See the opt-out", reverse("admin:messaging_optout_changelist") + search),
        "foreign": ("Change the countries served", business),
        "too_late": ("Change how late a text may leave", business),
        "paused": ("Resume texting", business),
        "sender_stopped": ("See why texting is stopped", number),
        "holdout": ("See the experiments", reverse("admin:messaging_experiment_changelist")),
        "cooldown": ("Change the cooldown per caller", business),
        "number_cap": ("Change the limits", business),
        "hourly_cap": ("Change the limits", business),
        "daily_cap": ("Change the limits", business),
    }
    return [places[call.decision]] if call.decision in places else []
