"""A stateful stand-in for the Twilio REST API: a real HTTP server on loopback that the official client talks to.

    with FakeCarrier(accounts={sid: token}) as carrier:
        client.api.base_url = client.lookups.base_url = carrier.url

It keeps the truth about what was sent (`ledger`), fails on demand (`inject`, `plan_faults`) and posts signed status
callbacks (`callbacks`). `python -m tests.fakes.carrier` runs it as a process of its own.
"""

import argparse
import re
import signal
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.fakes.carrier_books import CarrierBooks, PhoneCall, StoredFile, Text, new_sid
from tests.fakes.carrier_callbacks import CallbackPlan, CallbackPump, Delivery
from tests.fakes.carrier_calls import Handset, Post
from tests.fakes.carrier_faults import (
    Answer,
    Fault,
    FaultBox,
    Odds,
    drop_after,
    drop_before,
    error,
    hang,
    http,
    latency,
    too_many_requests,
)
from tests.fakes.carrier_rest import Request, Route, answer_request
from tests.fakes.carrier_server import CarrierServer, Seen
from tests.fakes.carrier_shapes import API

__all__ = [
    "ACCOUNT_SID",
    "AUTH_TOKEN",
    "CallbackPlan",
    "Delivery",
    "FakeCarrier",
    "drop_after",
    "drop_before",
    "error",
    "hang",
    "http",
    "latency",
    "too_many_requests",
]

# The account of the recorded payloads and of the stand-alone process.
ACCOUNT_SID = "AC0123456789abcdef0123456789abcdef"
AUTH_TOKEN = "fake0token0fake0token0fake0token"


@dataclass(frozen=True, slots=True)
class Expectation:
    """A text that is meant to arrive; None matches anything."""

    to: str | None
    from_: str | None
    body: str | re.Pattern[str] | None

    def matches(self, text: Text) -> bool:
        if self.to not in (None, text.to) or self.from_ not in (None, text.from_):
            return False
        if isinstance(self.body, re.Pattern):
            return self.body.fullmatch(text.body) is not None
        return self.body in (None, text.body)


class FakeCarrier(CarrierBooks):
    """The server, its books, its faults and its callbacks. Attributes of CarrierBooks and the ones set here are
    settable.

    numbers: the accounts' own numbers; with none, any From may text. callback_base: where webhooks are delivered,
    whatever host their URL names; without one they go to that host, if it is loopback. response_delay: seconds every
    answer takes.
    """

    def __init__(
        self,
        accounts: Mapping[str, str] | None = None,
        numbers: Iterable[str] = (),
        *,
        port: int = 0,
        callback_base: str = "",
        response_delay: float = 0.0,
    ) -> None:
        self.expectations: list[Expectation] = []
        self.requests: list[Seen] = []
        self.faults = FaultBox()
        self.response_delay = self.initial_response_delay = response_delay
        self.stopping = threading.Event()
        super().__init__(accounts or {ACCOUNT_SID: AUTH_TOKEN}, numbers)
        self.pump = CallbackPump(self, callback_base)
        self.server = CarrierServer(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), name="carrier", daemon=True)

    def __enter__(self) -> Self:
        self.pump.start()
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.server.hang_up()
        self.pump.stop()

    def reset(self) -> None:
        """As new: accounts, own numbers, port and callback base stay, everything else is forgotten."""
        self.faults.clear()
        self.pump.clear()
        self.clear_books()
        self.requests = []
        self.expectations = []
        self.response_delay = self.initial_response_delay

    @property
    def callbacks(self) -> CallbackPlan:
        return self.pump.plan

    @callbacks.setter
    def callbacks(self, plan: CallbackPlan) -> None:
        self.pump.plan = plan

    @property
    def callback_base(self) -> str:
        return self.pump.base

    @callback_base.setter
    def callback_base(self, base: str) -> None:
        self.pump.base = base

    @property
    def deliveries(self) -> list[Delivery]:
        """Every webhook posted so far and how it was answered."""
        return self.pump.deliveries

    def wait_for_callbacks(self, seconds: float = 30.0) -> None:
        self.pump.wait_until_idle(seconds)

    def post_webhook(self, url: str, params: Mapping[str, str], account_sid: str = "") -> Delivery:
        """Post any webhook to the customer's server, signed as the carrier signs it."""
        return self.pump.post(url, account_sid or next(iter(self.accounts)), params)

    def handset(self, to: str, post: Post | None = None) -> Handset:
        """The phone `to`, as the latest call that we were asked to make rings it; `post` delivers in another way."""
        made = [call for call in self.calls.values() if call.to == to and call.direction == "outbound-api"]
        sid, account_sid = made[-1].sid, made[-1].account_sid
        return Handset(self, sid, post or (lambda url, form: self.post_webhook(url, form, account_sid).body))

    def inject(self, *faults: Fault, on: str = "create_message") -> None:
        """The next requests of that operation ("any" for all) meet these faults, one each."""
        self.faults.queue(faults, on)

    def plan_faults(self, seed: int, *weighted: tuple[float, Fault], on: str = "create_message") -> None:
        """From now on each request of that operation meets a fault with its probability."""
        self.faults.plan(Odds(seed, weighted), on)

    def add_media(self, message_sid: str, content: bytes, content_type: str, *, redirect: bool = False) -> str:
        """Store a picture of a message and return its address."""
        return self.add_file(f"Messages/{message_sid}/Media/{new_sid('ME')}", content, content_type, redirect)

    def add_recording(self, content: bytes, content_type: str = "audio/x-wav", *, sid: str = "") -> str:
        """Store a recording and return its address, which also answers with .wav and .mp3 behind it."""
        address = self.add_file(f"Recordings/{sid or new_sid('RE')}", content, content_type, False)
        path = urlsplit(address).path
        self.files |= {f"{path}{suffix}": self.files[path] for suffix in (".wav", ".mp3")}
        return address

    def add_file(self, name: str, content: bytes, content_type: str, redirect: bool) -> str:
        path = f"/{API}/Accounts/{next(iter(self.accounts))}/{name}"
        self.files[path] = StoredFile(content, content_type, redirect)
        return self.url + path

    def accept(self, text: Text) -> None:
        super().accept(text)
        self.pump.follow(text)

    def ring(self, call: PhoneCall) -> None:
        own = next((row for row in self.numbers.values() if row.phone_number == call.to), None)
        if own is None or not own.settings.get("VoiceUrl") or own.settings.get("VoiceApplicationSid"):
            return
        form = {
            "CallSid": new_sid("CA"), "AccountSid": own.account_sid, "From": call.from_, "To": call.to,
            "CallStatus": "ringing", "Direction": "inbound", "ApiVersion": API,
        }  # fmt: skip
        url = own.settings["VoiceUrl"]
        threading.Thread(target=self.pump.post, args=(url, own.account_sid, form), daemon=True).start()

    def expect(
        self,
        to: str | None = None,
        body: str | re.Pattern[str] | None = None,
        *,
        from_: str | None = None,
        times: int = 1,
    ) -> None:
        self.expectations += [Expectation(to, from_, body)] * times

    def unmet(self) -> tuple[list[Text], list[Expectation]]:
        """Texts nobody expected, and expectations no text met; each text meets one expectation at most."""
        open_expectations, unexpected = list(self.expectations), []
        for text in list(self.ledger):
            met = next((one for one in open_expectations if one.matches(text)), None)
            if met is None:
                unexpected.append(text)
            else:
                open_expectations.remove(met)
        return unexpected, open_expectations

    def assert_no_unexpected(self) -> None:
        unexpected, _ = self.unmet()
        if unexpected:
            raise AssertionError(
                "unexpected texts: " + "; ".join(f"to {text.to}: {text.body!r}" for text in unexpected)
            )

    def assert_all_expected(self) -> None:
        """Everything expected was sent, and nothing else."""
        self.assert_no_unexpected()
        _, missing = self.unmet()
        if missing:
            raise AssertionError(f"texts that never came: {missing}")

    def pause(self, seconds: float) -> None:
        if seconds > 0:
            self.stopping.wait(seconds)

    def answer(self, request: Request, route: Route, args: Mapping[str, str], fault: Fault | None) -> Answer | None:
        """What to answer, None for nothing at all."""
        self.pause(self.response_delay)
        if fault is None:
            return answer_request(self, request, route, args)
        if not fault.delay_follows:
            self.pause(fault.delay)
        answer = answer_request(self, request, route, args) if fault.accepts else None
        if fault.delay_follows:
            self.pause(fault.delay)
        return None if fault.drops else fault.reply or answer


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for the carrier's REST API on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency-ms", type=float, default=0.0, help="what every answer takes")
    parser.add_argument(
        "--callback-base", default="", help="where callbacks are delivered, whatever host their URL names"
    )
    parser.add_argument("--callback-delay-ms", type=float, default=0.0, help="before each status")
    parser.add_argument("--no-callbacks", action="store_true")
    parser.add_argument("--list-lag", type=float, default=0.0, help="seconds before a text shows in a list")
    parser.add_argument("--account", action="append", default=[], metavar="SID:TOKEN")
    parser.add_argument("--number", action="append", default=[], metavar="E164")
    args = parser.parse_args()
    accounts = dict(account.split(":", 1) for account in args.account)
    carrier = FakeCarrier(
        accounts or None,
        args.number,
        port=args.port,
        callback_base=args.callback_base,
        response_delay=args.latency_ms / 1000,
    )
    carrier.list_lag = args.list_lag
    statuses = () if args.no_callbacks else CallbackPlan().statuses
    carrier.callbacks = CallbackPlan(statuses=statuses, delay=args.callback_delay_ms / 1000)
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with carrier:
        print(carrier.url, flush=True)
        over.wait()


if __name__ == "__main__":
    main()
