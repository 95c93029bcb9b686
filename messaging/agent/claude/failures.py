"""Why a turn with the model ended without a text, and what it had cost until then. Pure."""

from dataclasses import dataclass

from django.db.models import TextChoices


class FailureReason(TextChoices):
    """DEADLINE is our own clock over the whole turn, TIMEOUT one call that took too long."""

    NO_KEY = "no_key", "No API key"
    BAD_KEY = "bad_key", "The API does not accept the key"
    NO_CREDIT = "no_credit", "The account has no credit"
    RATE_LIMITED = "rate_limited", "Too many requests"
    OVERLOADED = "overloaded", "The API is down or overloaded"
    TIMEOUT = "timeout", "No answer in time"
    UNREACHABLE = "unreachable", "The API could not be reached"
    BAD_REQUEST = "bad_request", "The API does not accept the request"
    MALFORMED = "malformed", "The answer could not be read"
    REFUSED = "refused", "The model refused"
    CUT_OFF = "cut_off", "The answer was cut off"
    TOO_MANY_CALLS = "too_many_calls", "The model went in circles"
    DEADLINE = "deadline", "The turn took too long"
    GUARDED = "guarded", "The reply check refused the text twice"
    OVER_BUDGET = "over_budget", "The limit of money is reached"
    UNKNOWN = "unknown", "Unknown"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as billed, thinking included. `calls`: requests sent, answered or not; what a lost answer cost is unknown.

    Input altogether is `input_tokens + cache_write_tokens + cache_read_tokens`; each has its own price.
    """

    input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.output_tokens + other.output_tokens,
            self.calls + other.calls,
        )


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`arguments` as the model wrote them; `result` as it was told; `is_error`: the tool refused and did nothing."""

    name: str
    arguments: object
    result: str
    is_error: bool


class ModelFailed(Exception):
    """The turn has no text from the model. `detail` is for staff and logs; it holds no key.

    `usage` counts what was spent, `calls` are the tools that did run: a visit may have been booked before the model
    fell silent. `retry_after`: seconds, when the API named them; nothing here has waited for them.
    """

    def __init__(
        self,
        reason: FailureReason,
        detail: str = "",
        *,
        retry_after: float | None = None,
        request_id: str = "",
        usage: Usage | None = None,
        calls: tuple[ToolCall, ...] = (),
        rewritten: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
        self.retry_after = retry_after
        self.request_id = request_id
        self.usage = usage or Usage()
        self.calls = calls
        self.rewritten = rewritten
