"""The callers' phones: they call, and write back once a text has reached them."""

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.first_text import moment
from bench.installation import Installation
from bench.load.drive import Posted, Poster, Timeline
from bench.load.plan import Caller, Wish
from bench.load.shots import CALL_STATUS, DIAL, MESSAGE, VOICE, Shots
from bench.turns import BOOKED, OFFERED, TAKEN

LOOKS_EVERY = 0.5  # at the carrier's ledger, from where the last look ended


@dataclass(frozen=True, slots=True)
class Got:
    """A text that the carrier accepted for this phone. `key`: of our row, from the address of its callback."""

    at: float
    body: str
    key: str


@dataclass(slots=True)
class Life:
    """What happened to one caller; Unix seconds, None for what did not. `wrote` and `chose`: when that text was due."""

    caller: Caller
    missed: float
    told: bool = False
    wrote: float | None = None
    chose: float | None = None
    got: list[Got] = field(default_factory=list)

    def is_settled(self) -> bool:
        """Whether this person has every answer that is to come."""
        after = [got.body for got in self.got if self.chose is not None and got.at >= self.chose]
        match self.caller.wish:
            case Wish.VISIT:
                return any(BOOKED in body or TAKEN in body for body in after)
            case Wish.URGENT:
                return len(self.got) > 1
        return bool(self.got) and (self.caller.wish == Wish.NONE or self.wrote is not None)


def key_in(address: str) -> str:
    """Which of our rows a callback's address names, "" for none."""
    return parse_qs(urlsplit(address).query).get("text", [""])[0]


class Phones:
    """All callers of a run. The ledger is read by one thread, from which what they write back gets its time."""

    def __init__(self, made: Installation, timeline: Timeline, all_shots: Sequence[Shots], *, begins: float) -> None:
        self._made, self._timeline = made, timeline
        self.posted = Posted()
        self._poster = Poster(made.site, self.posted)
        self._shots = {shots.caller.phone: shots for shots in all_shots}
        self.lives = {shots.caller.phone: Life(shots.caller, begins + shots.caller.missed_at) for shots in all_shots}
        self._read = 0
        self._ended: list[str] = []
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._look_on, name="ledger")
        for shots in all_shots:
            self._plan(shots, begins)

    def _plan(self, shots: Shots, begins: float) -> None:
        life = self.lives[shots.caller.phone]
        decides = DIAL if shots.caller.is_rung else VOICE

        def posting(kind: str, nth: int) -> None:
            at, _, shot = shots.of_call[nth]

            def act(due: float) -> None:
                is_taken = self._poster.post(kind, shot, due)
                if kind == decides:
                    life.told = is_taken
                if kind == CALL_STATUS:
                    self._ended.append(f"{shots.caller.call_id} {shots.caller.phone} {shots.caller.number}")

            self._timeline.at(begins + at, act)

        for nth, (_, kind, _) in enumerate(shots.of_call):
            posting(kind, nth)

    # ---------------------------------------------------------------- the carrier
    def __enter__(self) -> "Phones":
        self._watch.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopping.set()
        self._watch.join()
        self._look()

    def settle(self, *, at_most: float, excused: Callable[[], Collection[str]] = tuple) -> None:
        """Return when everybody but the `excused` phones has every answer, or after so many seconds."""
        begun = time.monotonic()
        while time.monotonic() - begun < at_most:
            waiting = {phone for phone, life in self.lives.items() if not life.is_settled()}
            if not waiting or waiting <= set(excused()):
                return
            time.sleep(LOOKS_EVERY)  # as often as the ledger is looked at

    def _look_on(self) -> None:
        while not self._stopping.wait(LOOKS_EVERY):
            self._look()

    def _look(self) -> None:
        if self._ended:
            # The carrier's own log knows every call, whether or not its webhooks found somebody.
            ended, self._ended = self._ended, []
            body = urlencode([("Call", line) for line in ended]).encode()
            urllib.request.urlopen(f"{self._made.carrier}/log/calls", body, timeout=60).read()
        with urllib.request.urlopen(f"{self._made.carrier}/ledger?after={self._read}", timeout=60) as answer:
            rows = json.load(answer)
        self._read += len(rows)
        for row in rows:
            life = self.lives.get(row["to"])
            if life is not None:
                life.got.append(Got(moment(row["at"]), row["body"], key_in(row["status_callback"])))
                self._go_on(life, life.got[-1])

    def _go_on(self, life: Life, got: Got) -> None:
        """The first text is answered, and of offered times one is chosen, each once."""
        shots, caller = self._shots[life.caller.phone], life.caller
        if shots.first_words is not None and life.wrote is None:
            life.wrote = max(got.at + caller.writes_after, time.time())
            self._timeline.at(life.wrote, lambda due: self._write(life, shots, due, is_choice=False))
        elif shots.choice is not None and life.chose is None and OFFERED in got.body:
            life.chose = max(got.at + caller.chooses_after, time.time())
            self._timeline.at(life.chose, lambda due: self._write(life, shots, due, is_choice=True))

    def _write(self, life: Life, shots: Shots, due: float, *, is_choice: bool) -> None:
        shot = shots.choice if is_choice else shots.first_words
        if shot is not None:
            self._poster.post(MESSAGE, shot, due)
