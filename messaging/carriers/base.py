"""What every carrier looks like from the inside: typed events in, voice plans and texts out.

An adapter translates and never decides (docs/add-a-carrier.md). It gets its `CarrierAccount` and knows nothing of
leads, rules or consent.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from messaging.carriers.errors import BadPayload as BadPayload
from messaging.carriers.errors import NotSupported as NotSupported
from messaging.carriers.errors import WrongAccount as WrongAccount
from messaging.carriers.number_settings import NumberSettings
from messaging.carriers.plans import VoicePlan

if TYPE_CHECKING:
    from messaging.models import CarrierAccount, PhoneNumber


# ---------------------------------------------------------------- events in
class CallEnd(Enum):
    """How a call, or the leg to the team, ended."""

    COMPLETED = "completed"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class CallArrived:
    """Somebody is calling one of our numbers; the answer decides what they hear."""

    call_id: str
    caller: str
    to: str
    caller_name: str = ""
    forwarded_from: str = ""
    verification: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RingingEnded:
    """The team's phones have stopped ringing. `bridged` None: the carrier did not say."""

    call_id: str
    end: CallEnd
    bridged: bool | None
    attempt: int
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TeamPickedUp:
    """A phone of the team was picked up. `accepted`: a person pressed the key, a machine cannot."""

    call_id: str
    accepted: bool
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WhisperAsked:
    """A phone of the team was picked up and waits to hear who is calling."""

    call_id: str
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The caller's own leg is over. `seconds`: how long it lasted once it was answered; 0: it was not, or who knows."""

    call_id: str
    caller: str
    to: str
    end: CallEnd
    seconds: int = 0
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallReported:
    """An outside phone system says that a call was missed. `reason` is a MissReason value."""

    call_id: str
    caller: str
    to: str
    reason: str
    occurred_at: datetime
    rang_seconds: int | None = None
    caller_name: str = ""
    voicemail_text: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VoicemailLeft:
    """Recording has ended. `seconds` 0: nothing was said."""

    call_id: str
    url: str
    seconds: int
    hung_up: bool
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VoicemailTranscribed:
    call_id: str
    text: str
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Media:
    url: str
    content_type: str


@dataclass(frozen=True, slots=True)
class TextReceived:
    """A text came in. `carrier_keyword`: STOP, START or HELP when the carrier itself says that it acted on it."""

    message_id: str
    sender: str
    to: str
    body: str
    media: tuple[Media, ...] = ()
    carrier_keyword: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


class Delivery(Enum):
    """Where a text is, in the order in which it gets there."""

    ACCEPTED = 1
    SENT = 2
    DELIVERED = 3
    UNDELIVERED = 4
    FAILED = 5


@dataclass(frozen=True, slots=True)
class TextStatus:
    """What became of a text. `message_key` is our own id, echoed in the callback's address."""

    message_id: str
    message_key: str
    delivery: Delivery
    error_code: str = ""
    error_text: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertPickedUp:
    """Somebody, or a machine, has picked up a call that we made. `key` is the one of its OutboundCall."""

    call_id: str
    key: str
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertAnswered:
    """A key was pressed during such a call, the `attempt`-th time that one was asked for, from 1."""

    call_id: str
    key: str
    digit: str
    attempt: int
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertCallEnded:
    """Such a call is over, or never came about. COMPLETED says that it was picked up, by whatever."""

    call_id: str
    key: str
    end: CallEnd
    raw: Mapping[str, Any] = field(default_factory=dict)


Event = (
    CallArrived
    | RingingEnded
    | TeamPickedUp
    | WhisperAsked
    | CallEnded
    | CallReported
    | VoicemailLeft
    | VoicemailTranscribed
    | TextReceived
    | TextStatus
    | AlertPickedUp
    | AlertAnswered
    | AlertCallEnded
)


# ---------------------------------------------------------------- texts out
class SendOutcome(Enum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"  # final
    THROTTLED = "throttled"  # certainly not processed; try again later
    UNREACHED = "unreached"  # never left this machine; try again
    UNKNOWN = "unknown"  # may have gone out: ask the carrier, never send again blindly


class ErrorClass(Enum):
    """What an error code asks us to do."""

    OPTED_OUT = "opted_out"
    INVALID = "invalid"
    LANDLINE = "landline"
    FILTERED = "filtered"
    CONFIG = "config"
    SENDER = "sender"
    AUTH = "auth"
    CAPPED = "capped"
    TEMPORARY = "temporary"
    EXPIRED = "expired"
    QUIET_HOURS = "quiet_hours"
    LITIGATOR = "litigator"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OutboundText:
    """What leaves. `validity_seconds`: the carrier drops it rather than deliver it later."""

    key: str
    sender: str
    to: str
    body: str
    validity_seconds: int


@dataclass(frozen=True, slots=True)
class OutboundCall:
    """A call that we make to the team. It rings for `ring_seconds`; `key` is our own id, echoed in its webhooks."""

    key: str
    caller: str
    to: str
    ring_seconds: int


@dataclass(frozen=True, slots=True)
class SendResult:
    """What became of handing over a text or a call. `message_id`: the carrier's own id of it."""

    outcome: SendOutcome
    message_id: str = ""
    error_code: str = ""
    error_text: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class CarrierText:
    """A text in the carrier's own log."""

    message_id: str
    to: str
    sender: str
    body: str
    created_at: datetime | None
    delivery: Delivery
    error_code: str = ""
    error_text: str = ""


@dataclass(frozen=True, slots=True)
class CarrierCall:
    """A call in the carrier's own log. `answered_leg`: a leg to the team was answered (None: not asked)."""

    call_id: str
    caller: str
    to: str
    started_at: datetime | None
    end: CallEnd | None
    is_inbound: bool
    answered_leg: bool | None = None


@dataclass(frozen=True, slots=True)
class HookRequest:
    """A webhook as it arrived. `url` is the public one that the carrier signed; `form` keeps repeated fields."""

    url: str
    path_event: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    form: Mapping[str, Sequence[str]]

    @property
    def params(self) -> dict[str, str]:
        """Form fields, the first of each name."""
        return {name: values[0] for name, values in self.form.items() if values}


@dataclass(frozen=True, slots=True)
class HookAnswer:
    body: str
    content_type: str


class Carrier(NumberSettings, ABC):
    """One account at one carrier."""

    hook_name: ClassVar[str]  # first part of its webhook addresses
    hook_events: ClassVar[tuple[str, ...]]
    voice_events: ClassVar[tuple[str, ...]] = ()  # somebody is on the line: an error page would be read out to them

    def __init__(self, account: "CarrierAccount") -> None:
        self.account = account

    # webhooks
    @abstractmethod
    def verify(self, request: HookRequest) -> bool:
        """Whether this account's owner signed the request. Never raises."""

    @abstractmethod
    def payload(self, request: HookRequest) -> dict[str, Any]:
        """The request's content as it is stored and later parsed, fit for JSON. Raises BadPayload or WrongAccount."""

    @abstractmethod
    def natural_key(self, event: str, payload: Mapping[str, Any]) -> str:
        """The carrier's own identity of this event: the same again means a repetition. Raises BadPayload."""

    @abstractmethod
    def parse(self, event: str, payload: Mapping[str, Any]) -> list[Event]:
        """Events of a stored payload, none for what does not concern us. Raises BadPayload."""

    @abstractmethod
    def answer(self, event: str, plan: VoicePlan | None) -> HookAnswer:
        """What the carrier wants to hear. `Say` and None must do without the account: its row may be out of reach."""

    # texts
    def send(self, text: OutboundText) -> SendResult:
        raise NotSupported

    def find_texts(self, *, to: str, sender: str, since: datetime) -> list[CarrierText]:
        raise NotSupported

    def classify(self, error_code: str) -> ErrorClass:
        return ErrorClass.UNKNOWN

    # calls and media
    def call(self, call: OutboundCall) -> SendResult:
        """Make a call. What is heard is asked for with an AlertPickedUp; UNKNOWN: it may ring, never call again."""
        raise NotSupported

    def list_calls(self, *, since: datetime, numbers: Sequence[str]) -> list[CarrierCall]:
        raise NotSupported

    def fetch_call(self, call_id: str) -> CarrierCall | None:
        raise NotSupported

    def media_auth(self, url: str) -> tuple[str, str] | None:
        """User and password for fetching a recording or picture at `url`, None where none must be sent."""
        return None

    def recording_url(self, url: str) -> str:
        """Where a recording that was announced at `url` is fetched in a format that every browser plays."""
        return url

    def media_hosts(self) -> frozenset[str]:
        """host:port that may be fetched although it is a private address (a proxy or a loopback carrier)."""
        return frozenset()

    def is_landline(self, phone: str) -> bool | None:
        """Whether the carrier's look-up calls it a landline; None when it does not know or cannot say."""
        return None

    def forget(self, kind: str, name: str) -> None:
        """Delete what the carrier itself keeps: `kind` is text, media, recording or call, `name` the carrier's id."""
        raise NotSupported

    def hook_urls(self, number: "PhoneNumber") -> dict[str, str]:
        """What staff paste at the carrier: label -> URL."""
        raise NotSupported
