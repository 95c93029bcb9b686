"""Two years of conversations, in the order in which they began: as in life, what runs is among the newest."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bench.inbox.rows import Table, writing
from bench.inbox.words import RARE, RARE_TEXTS, Writer
from leads.enums import RequestStatus, TaskReason
from leads.models import CallbackTask, JobRequest, Lead, LeadEvent
from messaging.enums import (
    CallState,
    ConversationStatus,
    Direction,
    Handler,
    Happening,
    MessageKind,
    MessageStatus,
    MissReason,
    OptOutSource,
    Outcome,
    Presence,
    TurnStatus,
)
from messaging.models import (
    AgentTurn,
    Call,
    Conversation,
    Mention,
    Message,
    Note,
    OptOut,
    PhoneNumber,
    PresenceMark,
)

SPAN = timedelta(days=730)
OF_BIG = 0.4
RETURNING = 0.2  # of conversations are with somebody who wrote before
RUNNING = 0.1  # of conversations, the newest, may still run
TEXTS = (1, 2, 3, 4, 5, 6, 8, 12)
WEIGHTS = (3, 8, 20, 20, 20, 15, 10, 5)  # five on average
LONGEST = 2_000  # texts in the longest conversation
MINUTE = timedelta(minutes=1)
_TRACE = [
    {"kind": "rule", "name": "Everybody else", "matched": True},
    {"kind": "guard", "name": "cooldown", "matched": False},
]
JSON_TRACE = json.dumps(_TRACE)


@dataclass(frozen=True, slots=True)
class Person:
    """A lead: where they first called, and whether a conversation with them still runs."""

    pk: int
    phone: str
    number: PhoneNumber


@dataclass(slots=True)
class State:
    """Where a conversation stands."""

    status: ConversationStatus = ConversationStatus.DONE
    handler: Handler = Handler.PERSON
    assignee: int | None = None
    is_urgent: bool = False
    waiting_since: datetime | None = None
    due_at: datetime | None = None
    told_at: datetime | None = None
    snoozed_until: datetime | None = None


class History:
    """Writes it. `team`: by business, who may be assigned; the others have nobody."""

    def __init__(
        self, random: Random, writer: Writer, numbers: Sequence[PhoneNumber], team: Mapping[int, Sequence[int]],
        now: datetime,
    ) -> None:  # fmt: skip
        self.random, self.writer, self.now, self.team = random, writer, now, team
        self.big = next(iter(team))
        self.numbers_of_big = [number for number in numbers if number.business_id == self.big]
        self.numbers_of_others = [number for number in numbers if number.business_id != self.big]
        self.people: dict[bool, list[Person]] = {True: [], False: []}
        self.running: set[int] = set()
        self.longest, self.longest_texts, self.rare_left = 0, 0, RARE_TEXTS
        self._tables()

    def _tables(self) -> None:
        def table(model: type, *columns: str) -> Table:
            return Table(model, *columns, now=self.now)

        self.lead_rows = table(Lead, "key", "business_id", "phone", "name", "created_at")
        self.request_rows = table(
            JobRequest, "key", "business_id", "location_id", "lead_id", "status", "need", "opened_at"
        )
        self.conversation_rows = table(
            Conversation, "key", "business_id", "location_id", "number_id", "lead_id", "request_id", "status",
            "handler", "assignee_id", "is_urgent", "needs_reply", "waiting_since", "reply_due_at", "overdue_told_at",
            "snoozed_until", "unread_count", "last_at", "last_preview", "last_happening", "opened_at", "closed_at",
        )  # fmt: skip
        self.text_rows = table(
            Message, "key", "business_id", "conversation_id", "lead_id", "number_id", "account_id", "direction", "kind",
            "body", "author_id", "status", "idem_key", "carrier_message_id", "segments", "created_at", "sent_at",
        )  # fmt: skip
        self.call_rows = table(
            Call, "key", "business_id", "location_id", "number_id", "account_id", "carrier_call_id", "lead_id",
            "conversation_id", "caller", "state", "miss_reason", "started_at", "decided_at", "outcome", "decision",
            "trace",
        )  # fmt: skip
        self.event_rows = table(LeadEvent, "business_id", "lead_id", "kind", "text", "data", "actor_id", "at")
        self.turn_rows = table(
            AgentTurn, "key", "business_id", "conversation_id", "trigger_id", "message_id", "status", "summary",
            "started_at",
        )  # fmt: skip
        self.note_rows = table(Note, "business_id", "conversation_id", "author_id", "body", "created_at")
        self.mention_rows = table(Mention, "note_id", "user_id", "seen_at")
        self.task_rows = table(
            CallbackTask, "key", "business_id", "location_id", "lead_id", "phone", "reason", "cause", "due_at",
            "created_at", "done_at",
        )  # fmt: skip
        self.opt_out_rows = table(OptOut, "business_id", "phone", "source", "opted_out_at")
        self.presence_rows = table(PresenceMark, "conversation_id", "user_id", "state", "seen_at")

    @property
    def leads(self) -> int:
        return self.lead_rows.count

    @property
    def messages(self) -> int:
        return self.text_rows.count

    def write(self, conversations: int) -> None:
        tables = [value for value in vars(self).values() if isinstance(value, Table)]
        with writing(tables):
            for index in range(conversations):
                age = SPAN * (1 - (index + 1) / (conversations + 1))
                self._conversation(self.now - age - MINUTE, index, conversations)

    def _key(self) -> uuid.UUID:
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    # ------------------------------------------------------------ people
    def _person(self, opened_at: datetime) -> Person:
        is_big = self.random.random() < OF_BIG
        known = self.people[is_big]
        if known and self.random.random() < RETURNING:
            person = self.random.choice(known)
            if person.pk not in self.running:  # nobody has two that run
                return person
        number = self.random.choice(self.numbers_of_big if is_big else self.numbers_of_others)
        index = self.lead_rows.count
        phone = f"+1{600 + index // 8_000_000}{200 + index // 10_000 % 800}{index % 10_000:04}"
        pk = self.lead_rows.add(self._key(), number.business_id, phone, self.writer.name(), opened_at)
        if self.random.random() < 0.01:
            self.opt_out_rows.add(number.business_id, phone, OptOutSource.TEXT, opened_at)
        return Person(pk, phone, number)

    # ------------------------------------------------------------ conversations
    def _conversation(self, opened_at: datetime, index: int, of: int) -> None:
        random, person = self.random, self._person(opened_at)
        number = person.number
        is_big = number.business_id == self.big
        texts = random.choices(TEXTS, WEIGHTS)[0]
        if is_big and not self.longest and index > of // 2:
            texts = self.longest_texts = min(LONGEST, of // 10)
            self.longest = self.conversation_rows.count + 1
        request = self.request_rows.add(
            self._key(), number.business_id, number.location_id, person.pk, RequestStatus.OPEN, "", opened_at
        )
        key, pk = self._key(), self.conversation_rows.count + 1
        at = min(opened_at + MINUTE * texts * 7, self.now - MINUTE)
        step = (at - opened_at) / (texts + 1)
        asks_last = False
        body = ""
        self._call(person, pk, opened_at)
        for nth in range(texts):
            asks_last, body = self._text(person, pk, nth, opened_at + step * (nth + 1), request)
        state = self._state(index / of, at, is_big, asks_last=asks_last)
        if state.status == ConversationStatus.DONE:
            self.people[is_big].append(person)
        else:
            self.running.add(person.pk)
        self.conversation_rows.add(
            key, number.business_id, number.location_id, number.pk, person.pk, request, state.status, state.handler,
            state.assignee, state.is_urgent, state.waiting_since is not None, state.waiting_since, state.due_at,
            state.told_at, state.snoozed_until, int(state.waiting_since is not None), at, body[:160],
            Happening.TEXT_IN if asks_last else Happening.TEXT_OUT, opened_at,
            at if state.status == ConversationStatus.DONE else None,
        )  # fmt: skip
        self._around(person, pk, key, at, state)

    def _state(self, share: float, at: datetime, is_big: bool, *, asks_last: bool) -> State:
        """The newest may still run; the rest is done."""
        random, state = self.random, State()
        if share < 1 - RUNNING or (dice := random.random()) < 0.3:
            return state
        state.status = ConversationStatus.OPEN
        state.is_urgent = random.random() < 0.02
        if is_big and random.random() < 0.6:
            state.assignee = random.choice(self.team[self.big])
        if dice > 0.9:
            state.status = ConversationStatus.SNOOZED
            state.snoozed_until = self.now + timedelta(hours=random.randrange(2, 200))
        elif dice < 0.5:
            state.handler, state.assignee = Handler.ROBOT, None
        elif asks_last and random.random() < 0.5:
            state.waiting_since = at
            state.due_at = max(at, self.now - timedelta(days=2)) + MINUTE * random.randrange(5, 3_000)
            state.told_at = self.now if state.due_at < self.now else None
        return state

    # ------------------------------------------------------------ what happened in them
    def _call(self, person: Person, conversation: int, at: datetime) -> None:
        number = person.number
        self.call_rows.add(
            self._key(), number.business_id, number.location_id, number.pk, number.account_id,
            f"CA{self.call_rows.count:x}-world", person.pk, conversation, person.phone, CallState.MISSED,
            MissReason.FORWARDED, at, at, Outcome.TEXT, "rule", JSON_TRACE,
        )  # fmt: skip

    def _text(self, person: Person, conversation: int, nth: int, at: datetime, request: int) -> tuple[bool, str]:
        """The first is ours; then they take turns, more or less. Whether the customer wrote it, and the text."""
        random, number = self.random, person.number
        is_in = bool(nth) and (nth % 2 == 1) == (random.random() < 0.85)
        body = self.writer.question() if is_in else self.writer.answer()
        if is_in and self.rare_left and number.business_id == self.big and random.random() < 0.01:
            self.rare_left -= 1
            body = f"{body} It is for the {RARE}."
        by_robot = not is_in and random.random() < 0.5
        kind = MessageKind.INBOUND if is_in else MessageKind.ROBOT if by_robot else MessageKind.STAFF
        author = None
        if kind == MessageKind.STAFF and number.business_id == self.big:
            author = random.choice(self.team[self.big])
        pk = self.text_rows.count + 1
        self.text_rows.add(
            self._key(), number.business_id, conversation, person.pk, number.pk, number.account_id,
            Direction.IN if is_in else Direction.OUT, kind if nth else MessageKind.FIRST_TEXT, body, author,
            MessageStatus.RECEIVED if is_in else MessageStatus.DELIVERED, f"world:{pk}", f"SM{pk:x}-world", 1, at,
            None if is_in else at,
        )  # fmt: skip
        if by_robot and nth:
            self.turn_rows.add(
                self._key(), number.business_id, conversation, pk - 1, pk, TurnStatus.SENT, "Named the price.", at
            )
        return is_in, body

    def _around(self, person: Person, conversation: int, key: uuid.UUID, at: datetime, state: State) -> None:
        """Events, notes, mentions, tasks, and who is looking."""
        random, number = self.random, person.number
        about = f'{{"conversation": "{key}"}}'
        team = self.team.get(number.business_id, ())
        self.event_rows.add(number.business_id, person.pk, "call.missed", "Missed call", about, None, at)
        for kind, text, share in (
            ("conversation.handed_off", "A person was asked for", 0.3),
            ("conversation.assigned", "Assigned", 0.3),
            ("conversation.closed", "Done", 0.8),
        ):
            if random.random() < share:
                self.event_rows.add(number.business_id, person.pk, kind, text, about, None, at)
        if team and random.random() < 0.2:
            author, other = random.choice(team), random.choice(team)
            note = self.note_rows.add(number.business_id, conversation, author, self.writer.question(), at)
            if random.random() < 0.2:
                self.mention_rows.add(note, other, at if state.status == ConversationStatus.DONE else None)
        if random.random() < 0.05:
            is_open = state.status != ConversationStatus.DONE
            self.task_rows.add(
                self._key(), number.business_id, number.location_id, person.pk, person.phone, TaskReason.CALL_ASKED,
                f"world:{conversation}", at + timedelta(hours=1), at, None if is_open else at + timedelta(minutes=30),
            )  # fmt: skip
        if team and state.assignee and random.random() < 0.02:
            self.presence_rows.add(conversation, state.assignee, Presence.VIEWING, at)
