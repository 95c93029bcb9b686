"""What the carrier knows: accounts, numbers, messages and calls, as plain values behind one lock."""

import re
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

E164 = re.compile(r"\+[1-9]\d{6,14}")
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_EXTENDED = frozenset("^{}\\[~]|€\f")


def new_sid(prefix: str) -> str:
    """Two letters and 32 hex digits, never the same twice."""
    return prefix + secrets.token_hex(16)


def count_segments(body: str) -> int:
    """How many SMS a text is: 160 septets alone, 153 each when joined; 70 and 67 UTF-16 units with any foreign
    character. No character is split between two."""
    if all(character in GSM_7 or character in GSM_7_EXTENDED for character in body):
        sizes = [2 if character in GSM_7_EXTENDED else 1 for character in body]
        alone, joined = 160, 153
    else:
        sizes = [2 if ord(character) > 0xFFFF else 1 for character in body]
        alone, joined = 70, 67
    if sum(sizes) <= alone:
        return 1
    segments, used = 1, 0
    for size in sizes:
        if used + size > joined:
            segments, used = segments + 1, 0
        used += size
    return segments


@dataclass(frozen=True, slots=True)
class Text:
    """One message at the carrier, in either direction. `at_monotonic` (seconds) and `at` (aware UTC) are when it was
    taken."""

    sid: str
    account_sid: str
    to: str
    from_: str
    body: str
    at_monotonic: float
    at: datetime
    status: str
    direction: str = "outbound-api"
    status_callback: str = ""
    validity_period: int | None = None
    messaging_service_sid: str = ""
    media_urls: tuple[str, ...] = ()
    error_code: int | None = None
    sent_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PhoneCall:
    """One call leg in the carrier's own log. An outbound leg dialed for an inbound call names it in
    `parent_call_sid`. Of a call that the API was asked for: where its webhooks go, and seconds to ring."""

    sid: str
    account_sid: str
    to: str
    from_: str
    status: str
    start_time: datetime
    duration: int
    direction: str = "inbound"
    parent_call_sid: str = ""
    forwarded_from: str = ""
    answered_by: str = ""
    stir_verstat: str = ""
    url: str = ""
    status_callback: str = ""
    timeout: str = ""


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A phone number an account has rented, with where its webhooks go."""

    sid: str
    account_sid: str
    phone_number: str
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StoredFile:
    content: bytes
    content_type: str
    redirect: bool


class CarrierBooks:
    """The carrier's state. Every attribute named here without an underscore may be set by a test.

    accounts: account SID -> auth token. refusals: To -> error code for every text to it. opted_out: pairs (From, To).
    deferring_services: those that leave texts to their numbers.
    outcomes: To -> (final status, error code). line_types: number -> lookup's line type. messaging_services: service
    SID -> its number. list_lag: seconds before an accepted text shows in a list. monotonic and now: the carrier's
    clocks.
    """

    def __init__(self, accounts: Mapping[str, str], numbers: Iterable[str] = ()) -> None:
        self.lock = threading.RLock()
        self.accounts = dict(accounts)
        self.monotonic: Callable[[], float] = time.monotonic
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.initial_numbers = tuple(numbers)
        self.clear_books()

    def clear_books(self) -> None:
        with self.lock:
            self.texts: dict[str, Text] = {}
            self.calls: dict[str, PhoneCall] = {}
            self.files: dict[str, StoredFile] = {}
            self.numbers: dict[str, OwnNumber] = {}
            self.ledger: list[Text] = []
            self.refusals: dict[str, int] = {}
            self.opted_out: set[tuple[str, str]] = set()
            self.outcomes: dict[str, tuple[str, int]] = {}
            self.line_types: dict[str, str | None] = {}
            self.messaging_services: dict[str, str] = {}
            self.deferring_services: set[str] = set()
            self.list_lag = 0.0
            self.require_media_auth = True
            for number in self.initial_numbers:
                self.add_number(number)

    def add_number(self, phone_number: str, account_sid: str = "", **settings: str) -> OwnNumber:
        """Rent a number; once an account has one, texts from other numbers are refused with 21606."""
        own = OwnNumber(new_sid("PN"), account_sid or next(iter(self.accounts)), phone_number, settings)
        with self.lock:
            self.numbers[own.sid] = own
        return own

    def set_number(self, sid: str, settings: Mapping[str, str]) -> OwnNumber:
        with self.lock:
            own = self.numbers[sid]
            self.numbers[sid] = replace(own, settings={**own.settings, **settings})
            return self.numbers[sid]

    def owns(self, account_sid: str, phone_number: str) -> bool:
        """Whether the account may text from the number; true for any number while the carrier has been told of
        none."""
        with self.lock:
            owned = {own.phone_number for own in self.numbers.values() if own.account_sid == account_sid}
            return not self.numbers or phone_number in owned

    def accept(self, text: Text) -> None:
        """Take a text for sending: from here on it counts as sent to the customer."""
        with self.lock:
            self.texts[text.sid] = text
            self.ledger.append(text)

    def add_inbound(
        self,
        *,
        from_: str,
        to: str,
        body: str,
        media_urls: tuple[str, ...] = (),
        account_sid: str = "",
        sid: str = "",
    ) -> Text:
        """Record a customer's text as the carrier's list shows it, without posting any webhook."""
        now = self.now()
        text = Text(
            sid=sid or new_sid("SM"),
            account_sid=account_sid or next(iter(self.accounts)),
            to=to,
            from_=from_,
            body=body,
            at_monotonic=self.monotonic(),
            at=now,
            status="received",
            direction="inbound",
            media_urls=media_urls,
            sent_at=now,
        )
        with self.lock:
            self.texts[text.sid] = text
        return text

    def add_call(
        self,
        *,
        from_: str,
        to: str,
        status: str = "completed",
        start_time: datetime | None = None,
        duration: int = 0,
        account_sid: str = "",
        sid: str = "",
        **more: str,
    ) -> PhoneCall:
        """Put a call into the carrier's log; `more` sets the other fields of PhoneCall."""
        call = PhoneCall(
            sid=sid or new_sid("CA"),
            account_sid=account_sid or next(iter(self.accounts)),
            to=to,
            from_=from_,
            status=status,
            start_time=start_time or self.now(),
            duration=duration,
            **more,
        )
        with self.lock:
            self.calls[call.sid] = call
        return call

    def ring(self, call: PhoneCall) -> None:
        """A call that the API was asked for begins; to a number of its own the carrier tells whoever has it."""

    def move(self, sid: str, status: str, error_code: int | None) -> Text | None:
        """Let a text reach a status; None when the books were cleared in the meantime."""
        with self.lock:
            text = self.texts.get(sid)
            if text is None:
                return None
            now = self.now()
            # Everything but a final failure before the handset means that it left the carrier.
            left = status not in {"accepted", "queued", "sending", "failed", "canceled"}
            sent_at = text.sent_at or (now if left else None)
            self.texts[sid] = replace(text, status=status, error_code=error_code, sent_at=sent_at, updated_at=now)
            return self.texts[sid]

    def opt_out(self, *, from_: str, to: str) -> None:
        """The customer `to` has texted STOP to the business number `from_`."""
        self.opted_out.add((from_, to))

    def opt_in(self, *, from_: str, to: str) -> None:
        self.opted_out.discard((from_, to))

    def listed_texts(self, account_sid: str) -> list[Text]:
        """Newest first; a text shows up `list_lag` seconds after it was taken."""
        horizon = self.monotonic() - self.list_lag
        with self.lock:
            texts = [t for t in self.texts.values() if t.account_sid == account_sid and t.at_monotonic <= horizon]
        return texts[::-1]

    def listed_calls(self, account_sid: str) -> list[PhoneCall]:
        """Newest first."""
        with self.lock:
            calls = [call for call in self.calls.values() if call.account_sid == account_sid]
        return sorted(calls, key=lambda call: call.start_time, reverse=True)

    def duplicates(self) -> dict[tuple[str, str, str, str], list[Text]]:
        """Texts the customer got more than once, by (to, from, body, status callback)."""
        groups: defaultdict[tuple[str, str, str, str], list[Text]] = defaultdict(list)
        with self.lock:
            for text in self.ledger:
                groups[text.to, text.from_, text.body, text.status_callback].append(text)
        return {key: texts for key, texts in groups.items() if len(texts) > 1}
