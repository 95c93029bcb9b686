"""Calls that the customer's server asks the carrier to make, and what the person who is called does."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.fakes.carrier_books import CarrierBooks, PhoneCall
from tests.fakes.carrier_shapes import API

Post = Callable[[str, Mapping[str, str]], str]
_ACTION = re.compile(r'<Gather[^>]* action="([^"]+)"')


class Handset:
    """The phone that a call of ours rings. `post(url, form)` delivers a signed webhook and gives the answer's body."""

    def __init__(self, books: CarrierBooks, sid: str, post: Post) -> None:
        self.books, self.sid, self.post = books, sid, post
        self.heard = ""

    @property
    def call(self) -> PhoneCall:
        return self.books.calls[self.sid]

    def form(self, status: str, **more: str) -> dict[str, str]:
        call = self.call
        return {
            "CallSid": call.sid, "AccountSid": call.account_sid, "From": call.from_, "To": call.to,
            "Direction": "outbound-api", "CallStatus": status, "ApiVersion": API, **more,
        }  # fmt: skip

    def pick_up(self) -> str:
        """A person, or a machine; what they hear."""
        self._move("in-progress")
        self.heard = self.post(self.call.url, self.form("in-progress", AnsweredBy="unknown"))
        return self.heard

    def press(self, digit: str) -> str:
        """A key, as the answer that is being heard asks for one."""
        action = _ACTION.search(self.heard)
        if action is None:
            raise AssertionError(f"nobody asks for a key: {self.heard}")
        form = self.form("in-progress", Digits=digit, msg="Gather End")
        self.heard = self.post(html.unescape(action[1]), form)
        return self.heard

    def end(self, status: str = "completed") -> str:
        """completed, busy, no-answer, failed or canceled."""
        self._move(status)
        return self.post(self.call.status_callback, self.form(status, CallDuration="7"))

    def _move(self, status: str) -> None:
        with self.books.lock:
            self.books.calls[self.sid] = replace(self.call, status=status)
