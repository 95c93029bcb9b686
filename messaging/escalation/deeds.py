"""What each command does, and how it is answered. Every text back names who it is about, so that a slip shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leads import events
from leads.models import Membership
from messaging.escalation import acknowledging, chain, codes, relay, telling
from messaging.escalation.enums import AckMeans, EscalationStatus, NoticeStatus, OnCallCommand
from messaging.escalation.replies import Reply
from messaging.inbox import acts
from messaging.models import Conversation, Escalation, PhoneNumber
from recoverline.lib.phones import display_phone
from recoverline.lib.text import one_line

NEED_AT_MOST = 60
LISTED_AT_MOST = 6
HELP = (
    "Reply with a code (as KD) to take one, KD NO to pass, KD DONE when it is settled, KD: and your words to text the "
    "customer. Also: TAKE, RESUME (robot goes on), LIST, AWAY, BACK, ALL."
)


@dataclass(frozen=True, slots=True)
class Done:
    """The answer. `command`: what it came to, where that is something else; `seen`: see messaging.escalation.relay."""

    text: str
    escalation: Escalation | None = None
    command: OnCallCommand | None = None
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """Who texts, and what is in front of them. `by_code`: what a code means here; `open`: told to this phone and
    nobody's yet, the latest first; `mine`: what they have; `relays`: those of it in which they can text the customer.
    """

    member: Membership
    number: PhoneNumber
    phone: str
    text_id: str
    now: datetime
    by_code: dict[str, Escalation] = field(default_factory=dict)
    open: list[Escalation] = field(default_factory=list)
    mine: list[Escalation] = field(default_factory=list)
    relays: list[Escalation] = field(default_factory=list)

    @classmethod
    def of(cls, member: Membership, number: PhoneNumber, phone: str, text_id: str, *, now: datetime) -> "Desk":
        desk = cls(member, number, phone, text_id, now)
        rows = codes.known_on(phone, now=now).filter(escalation__business=member.business_id)
        rows = rows.select_related(
            "escalation__business", "escalation__location__business", "escalation__lead",
            "escalation__acknowledged_by__user", "escalation__closed_by", "escalation__conversation__request",
        ).order_by("-sent_at", "-id")  # fmt: skip
        passed = set()
        for notice in rows:
            row = desk.by_code.setdefault(notice.code, notice.escalation)
            if notice.status == NoticeStatus.PASSED:
                passed.add(row.pk)
            elif row.status == EscalationStatus.OPEN and row not in desk.open:
                desk.open.append(row)
        desk.open[:] = [row for row in desk.open if row.pk not in passed]
        desk.relays.extend(relay.open_relays(member, now=now))
        for row in desk.relays:
            if code := relay.code_of(row, member, now=now):
                desk.by_code[code] = row
        has = {row.pk: row for row in [*desk.relays, *desk.by_code.values()] if _has(member, row)}
        desk.mine.extend(has.values())
        return desk

    @property
    def has_context(self) -> bool:
        return bool(self.by_code or self.relays)

    def code(self, escalation: Escalation) -> str:
        return next((code for code, row in self.by_code.items() if row.pk == escalation.pk), "")

    def name(self, escalation: Escalation) -> str:
        """Code and customer, or what it is about."""
        who = telling.customer_of(escalation) or one_line(escalation.summary, NEED_AT_MOST)
        return f"{self.code(escalation)} {who}".strip()


def _has(member: Membership, escalation: Escalation) -> bool:
    return escalation.status == EscalationStatus.ACKNOWLEDGED and escalation.acknowledged_by_id == member.pk


# ---------------------------------------------------------------- which one is meant
def _each(
    desk: Desk, reply: Reply, act: Callable[[Desk, Escalation], Done], *choices: Sequence[Escalation]
) -> Done:  # fmt: skip
    """`act` on what the codes name, on all, or on the only one of the first of `choices` that has any."""
    if reply.codes:
        return _joined([act(desk, desk.by_code[code]) for code in reply.codes])
    found = next((list(rows) for rows in choices if rows), [])
    if reply.is_all and found:
        return _joined([act(desk, row) for row in found])
    if len(found) == 1:
        return act(desk, found[0])
    if found:
        return Done(f"Which one? {_listed(desk, found)}. Reply with its code.", command=OnCallCommand.USELESS)
    latest = next(iter(desk.by_code.values()), None)
    # Nothing is left: say what became of it.
    return act(desk, latest) if latest is not None else Done("Nothing is open.")


def _joined(results: Sequence[Done]) -> Done:
    if len(results) == 1:
        return results[0]
    return Done(" ".join(result.text for result in results), escalation=results[-1].escalation)


def _listed(desk: Desk, rows: Sequence[Escalation]) -> str:
    shown = ", ".join(desk.name(row) for row in rows[:LISTED_AT_MOST])
    return shown + (f" and {len(rows) - LISTED_AT_MOST} more" if len(rows) > LISTED_AT_MOST else "")


def _not_theirs(desk: Desk, row: Escalation) -> Done | None:
    """Why nothing can be done about it: it is closed, or somebody else has it."""
    if row.status == EscalationStatus.CLOSED:
        at = row.closed_at.astimezone(row.location.zone) if row.closed_at else None
        since = f" since {at:%a} {at:%I:%M %p}".replace(" 0", " ") if at else ""
        return Done(f"{desk.name(row)}: that is closed{since}; nothing changed.", row)
    if row.status == EscalationStatus.ACKNOWLEDGED and row.acknowledged_by_id != desk.member.pk:
        return Done(f"{desk.name(row)}: {telling.called(row.acknowledged_by)} already has it.", row)
    return None


# ---------------------------------------------------------------- the commands
def acknowledge(desk: Desk, reply: Reply) -> Done:
    weak_and_theirs = reply.is_weak and not desk.open and desk.relays
    if weak_and_theirs:
        return Done(f"Yours: {_listed(desk, desk.relays)}. Your next words go to them.", desk.relays[0])
    return _each(desk, reply, _acknowledge, desk.open)


def _acknowledge(desk: Desk, row: Escalation) -> Done:
    if (over := _not_theirs(desk, row)) is not None:
        return over
    if _has(desk.member, row):
        return Done(f"{desk.name(row)}: you already have it.", row)
    taken = acknowledging.acknowledge(row, member=desk.member, via=AckMeans.TEXT, now=desk.now)
    if not taken.won:
        row.refresh_from_db()
        return _not_theirs(desk, row) or Done(f"{desk.name(row)}: you already have it.", row)
    return Done(_yours(desk, row), row)


def _yours(desk: Desk, row: Escalation) -> str:
    lead = row.lead
    if lead is None:
        return f"{desk.name(row)}: it is yours. Reply {desk.code(row)} DONE when it is settled."
    # Who has no name is called by the number already.
    phone = f": {display_phone(lead.phone, row.business.country)}" if lead.name else ""
    said = one_line(telling.last_words(row), NEED_AT_MOST * 2)
    quoted = f' "{said}"' if said else ""
    how = "Text them by replying" if len(relay.open_relays(desk.member, now=desk.now)) < 2 else "Text them with"
    way = how if how.endswith("replying") else f"{how} {desk.code(row)}: and your words"
    return f"{desk.name(row)} is yours{phone}.{quoted} {way}, {desk.code(row)} DONE when it is settled."


def pass_on(desk: Desk, reply: Reply) -> Done:
    if reply.is_weak and not desk.open and desk.mine:
        code = desk.code(desk.mine[0])
        return Done(f"You have {_listed(desk, desk.mine)}. To pass it on, reply {code} NO.", desk.mine[0])
    return _each(desk, reply, _pass_on, desk.open, desk.mine)


def _pass_on(desk: Desk, row: Escalation) -> Done:
    if (over := _not_theirs(desk, row)) is not None:
        return over
    acknowledging.pass_on(row, member=desk.member, now=desk.now)
    return Done(f"{desk.name(row)}: passed on. We ask the next person.", row)


def take(desk: Desk, reply: Reply) -> Done:
    return _each(desk, reply, _take, desk.open, desk.mine)


def _take(desk: Desk, row: Escalation) -> Done:
    had = _has(desk.member, row)
    taken = _acknowledge(desk, row)
    row.refresh_from_db()
    conversation = _conversation(row)
    if not _has(desk.member, row) or conversation is None:
        return taken
    acts.take_over(conversation, by=desk.member.user, now=desk.now)
    acts.assign(conversation, desk.member.user, by=desk.member.user, now=desk.now)
    return Done(f"{desk.name(row)}: the conversation is yours, the robot is out.", row) if had else taken


def resume(desk: Desk, reply: Reply) -> Done:
    return _each(desk, reply, _resume, desk.mine)


def _resume(desk: Desk, row: Escalation) -> Done:
    if (over := _not_theirs(desk, row)) is not None:
        return over
    conversation = _conversation(row)
    if conversation is None or not acts.may_have(conversation, desk.member.user):
        return Done(f"{desk.name(row)}: there is no conversation that you may give back.", row)
    acknowledging.close(row, by=desk.member.user, now=desk.now)
    acts.resume_automation(conversation, by=desk.member.user, now=desk.now)
    return Done(f"{desk.name(row)}: the robot goes on.", row)


def done(desk: Desk, reply: Reply) -> Done:
    return _each(desk, reply, _done, desk.mine, desk.open)


def _done(desk: Desk, row: Escalation) -> Done:
    if (over := _not_theirs(desk, row)) is not None:
        return over
    unseen = relay.unseen_texts(row)
    if unseen:
        told = f"Not closed. {desk.name(row)} wrote: {relay.quoted(unseen)} - Reply DONE again to close it."
        return Done(told, row, seen=unseen[-1].pk)
    conversation = _conversation(row)
    acknowledging.close(row, by=desk.member.user, now=desk.now)
    if conversation is not None and acts.may_have(conversation, desk.member.user):
        acts.close(conversation, by=desk.member.user, now=desk.now)
    return Done(f"{desk.name(row)}: closed.", row)


def reply(desk: Desk, said: Reply) -> Done:
    """Words for a customer: of the one that is named, else of the only one that they have."""
    if len(said.codes) > 1:
        return Done("One customer at a time, please: begin with one code.", command=OnCallCommand.USELESS)
    if said.codes:
        row = desk.by_code[said.code]
        if not _has(desk.member, row):
            taken = _acknowledge(desk, row)
            row.refresh_from_db()
            if not _has(desk.member, row):
                return Done(f"{taken.text} Your words were not sent.", row)
    elif len(desk.relays) == 1:
        row = desk.relays[0]
    else:
        named = _listed(desk, desk.relays)
        return Done(
            f"Not sent. For whom? {named}. Begin with the code, as in {desk.code(desk.relays[0])}: and your words.",
            command=OnCallCommand.USELESS,
        )
    found = next((each for each in relay.open_relays(desk.member, now=desk.now) if each.pk == row.pk), None)
    if found is None:
        return Done(f"Not sent: {desk.name(row)} has no conversation open any more.", row)
    answer = relay.send(found, member=desk.member, body=said.rest, text_id=desk.text_id, now=desk.now)
    return Done(answer.text, row, seen=answer.seen)


def away(desk: Desk, reply: Reply) -> Done:
    """Nobody who is away is asked; what they were asked and nobody has goes to the next."""
    changed = Membership.objects.filter(pk=desk.member.pk, away_since=None).update(away_since=desk.now)
    if not changed:
        return Done("You are away already. Reply BACK when you are on call again.")
    _record(desk, "member.away", "is away")
    for row in desk.open:
        acknowledging.pass_on(row, member=desk.member, now=desk.now)
    passed = f" Passed on: {_listed(desk, desk.open)}." if desk.open else ""
    alone = [row for row in desk.open if _asks_nobody(row, desk.now)]
    if alone:
        passed += f" But nobody else can be reached for {_listed(desk, alone)}: reply BACK if you can after all."
    kept = f" Still yours: {_listed(desk, desk.mine)}." if desk.mine else ""
    return Done(f"You are away: no alerts until you reply BACK.{passed}{kept}")


def _asks_nobody(row: Escalation, now: datetime) -> bool:
    """Whether everybody whom the policy names is away by now, or cannot be told."""
    plan = chain.plan(row.kind, row.location, now=now)
    return plan.has_policy and not plan.chain


def back(desk: Desk, reply: Reply) -> Done:
    if not Membership.objects.filter(pk=desk.member.pk, away_since__isnull=False).update(away_since=None):
        return Done("You were not away. Alerts reach you.")
    _record(desk, "member.back", "is back")
    return Done("Welcome back: alerts reach you again.")


def list_open(desk: Desk, reply: Reply) -> Done:
    parts = []
    if desk.mine:
        parts.append(f"Yours: {_listed(desk, desk.mine)}.")
    if desk.open:
        parts.append(f"Nobody has: {_listed(desk, desk.open)}.")
    if desk.member.away_since:
        parts.append("You are away.")
    return Done(" ".join(parts) or "Nothing is open.")


def explain(desk: Desk, reply: Reply) -> Done:
    return Done(HELP)


def useless(desk: Desk, reply: Reply) -> Done:
    if reply.codes and any(code not in desk.by_code for code in reply.codes):
        return Done(f"{reply.code} is no code that is open on this phone. {list_open(desk, reply).text}")
    if desk.open:
        code = desk.code(desk.open[0])
        return Done(f"Not understood. Reply {code} to take it, {code} NO to pass, LIST for what is open.")
    return Done("Not understood, and nothing was sent. Reply LIST for what is open, ? for what you can say.")


# ---------------------------------------------------------------- rows
def _conversation(row: Escalation) -> Conversation | None:
    rows = Conversation.objects.select_related(
        "business", "lead", "request", "location__business", "number__account", "number__business",
        "number__location__business",
    )  # fmt: skip
    return rows.filter(pk=row.conversation_id).first() if row.conversation_id is not None else None


def _record(desk: Desk, kind: str, what: str) -> None:
    events.record(
        kind, business=desk.member.business, lead=None, at=desk.now, text=f"{telling.called(desk.member)} {what}",
        actor=desk.member.user, member=desk.member.pk,
    )  # fmt: skip
