"""People who call, are missed, get a text, ask for a price and book: each text of theirs must be answered once."""

import http.client
import itertools
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from bench import daytime
from bench.first_text import Shot, moment
from bench.hosts.cluster import Cluster
from bench.installation import our_number
from bench.turns import BOOKED, CHOICE, OFFERED, QUESTION, TAKEN, TEXTS, make_text
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN
from tests.fakes.signer import signed_headers

LOOK_SECONDS = 0.25
PATIENCE = 120.0
# The addresses at the carrier end in #rc=2: it posts twice more to where it gets no answer, or 5xx.
RETRIES = 2
_index = itertools.count()


@dataclass
class Customer:
    """Seconds since the epoch; 0: it never came. `got`: when each text arrived, and what it says."""

    phone: str
    called: float = 0.0
    asked: float = 0.0
    chose: float = 0.0
    got: list[tuple[float, str]] = field(default_factory=list)

    @property
    def greeted(self) -> list[float]:
        return [at for at, _ in self.got[:1]]

    @property
    def wanted(self) -> int:
        """The first text, and then what bench.turns waits for."""
        return 1 + (TEXTS[TAKEN] if any(TAKEN in body for _, body in self.got) else TEXTS[BOOKED])

    def waits(self) -> "list[tuple[float, float]]":
        """(when, seconds that it took) of the first text and of both turns."""
        begun = (self.called, self.asked, self.chose)
        ended = (
            self.greeted,
            [at for at, body in self.got if OFFERED in body],
            [at for at, body in self.got if BOOKED in body or TAKEN in body],
        )
        return [(at, min(times) - at) for at, times in zip(begun, ended, strict=True) if at and times]


class Customers:
    """An open loop: each comes at a time of its own. `with Customers(...) as them: ...` and then `them.finish()`."""

    def __init__(self, made: Cluster, *, rate: float, seconds: float, turns: bool = True) -> None:
        self.made, self.rate, self.seconds, self.turns = made, rate, seconds, turns
        self.all: list[Customer] = []
        self.tries: Counter[str] = Counter()
        self._by_phone: dict[str, Customer] = {}
        self._changed = threading.Condition()
        self._reading = threading.Lock()
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(96, "customer")
        self._threads = [threading.Thread(target=self._come), threading.Thread(target=self._look)]
        self.keys: list[str] = []

    def __enter__(self) -> "Customers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._threads[0].join()
        self._pool.shutdown()
        self._over.set()
        self._threads[1].join()

    def rush(self, calls: int, clients: int) -> float:
        """So many missed calls, each of so many callers the next one as soon as one is answered: answered a second."""
        begun = time.monotonic()
        with ThreadPoolExecutor(clients, "rush") as pool:
            for _ in range(calls):
                pool.submit(self._live)
        return calls / (time.monotonic() - begun)

    def _come(self) -> None:
        begun = time.monotonic()
        for index in range(round(self.rate * self.seconds)):
            if (wait := begun + index / self.rate - time.monotonic()) > 0:
                time.sleep(wait)  # an open loop: the next one comes at a time of its own
            self._pool.submit(self._live)

    def _live(self) -> None:
        index = next(_index)
        phone = daytime.phone(index)
        me = Customer(phone, called=time.time())
        with self._changed:
            self.all.append(me)
            self._by_phone[phone] = me
        hooks = f"/hooks/twilio/{self.made.account_key}"
        self._post("call", _call(self.made.site, f"{hooks}/voice", phone, index))
        if not self.turns:
            return
        self._wait(me, 1)
        me.asked = time.time()
        self._post("text", make_text(self.made.site, f"{hooks}/message", phone, QUESTION))
        self._wait(me, 2)
        me.chose = time.time()
        self._post("text", make_text(self.made.site, f"{hooks}/message", phone, CHOICE))

    def _post(self, kind: str, shot: Shot) -> None:
        for _ in range(1 + RETRIES):
            said = _send(self.made.site, shot)
            with self._changed:
                self.tries[f"{kind}: {said}"] += 1
            if said.startswith("2"):
                return

    def _wait(self, me: Customer, texts: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: len(me.got) >= texts, PATIENCE)

    def _look(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            self.read()

    def read(self) -> None:
        """What is new in the carrier's ledger: who has got what, and our own key of each text."""
        with self._reading:  # from here to the end of the ledger by one thread at a time
            texts = self.made.ledger(after=len(self.keys))
            with self._changed:
                for text in texts:
                    self.keys.append(parse_qs(urlsplit(text["status_callback"]).query).get("text", [""])[0])
                    if text["to"] in self._by_phone:
                        self._by_phone[text["to"]].got.append((moment(text["at"]), text["body"]))
                self._changed.notify_all()

    # ------------------------------------------------------------ afterwards
    def finish(self, *, at_most: float = 180) -> None:
        """Wait until everybody has what they should have; who does not by then is lost."""
        deadline = time.monotonic() + at_most
        while time.monotonic() < deadline:
            self.read()
            if not self.lost():
                return
            time.sleep(0.5)  # between looks at the ledger

    def _wanted(self, one: Customer) -> int:
        return one.wanted if self.turns else 1

    def lost(self) -> int:
        """Texts that never came."""
        return sum(max(0, self._wanted(one) - len(one.got)) for one in self.all)

    def doubled(self) -> int:
        """Texts that came more often than once: the same by its key, or one more than there should be."""
        same = sum(times - 1 for times in Counter(self.keys).values())
        return same + sum(max(0, len(one.got) - self._wanted(one)) for one in self.all)

    def waits(self, since: float, until: float) -> list[float]:
        """Seconds from a call or text to its answer, of those that began in between; sorted."""
        return sorted(took for one in self.all for at, took in one.waits() if since <= at < until)


def _call(site: str, path: str, phone: str, index: int) -> Shot:
    params = {
        "AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", "CallSid": f"CA{index:032x}", "CallStatus": "ringing",
        "Called": our_number(0), "Caller": phone, "Direction": "inbound", "From": phone, "To": our_number(0),
        "StirVerstat": "TN-Validation-Passed-A",
    }  # fmt: skip
    return Shot(phone, path, urlencode(params), signed_headers(AUTH_TOKEN, site + path, params))


def _send(site: str, shot: Shot) -> str:
    """The status of the answer, or why there was none."""
    connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=15)  # what the carrier waits
    try:
        connection.request("POST", shot.path, shot.body, {**shot.headers, "Connection": "close"})
        answer = connection.getresponse()
        answer.read()
        return str(answer.status)
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
