"""Where a carrier sends a number's calls and texts: read, set and tried, by carriers that can be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from messaging.carriers.errors import NotSupported

if TYPE_CHECKING:
    from messaging.models import PhoneNumber


@dataclass(frozen=True, slots=True)
class NumberAtCarrier:
    """How a number stands at the carrier. `urls`: as in `Carrier.hook_urls`, "" where none is set; `others`: what else
    there answers its calls or texts instead, in words for staff; `problems`: what only a person can change there.
    """

    number_id: str
    urls: Mapping[str, str]
    others: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class NumberSettings:
    """A part of every adapter; each act raises NotSupported where a carrier's numbers cannot be set from here."""

    def number_at_carrier(self, number: "PhoneNumber") -> NumberAtCarrier | None:
        """As the carrier has it now; None when the account has no such number."""
        raise NotSupported

    def set_hook_urls(self, number: "PhoneNumber", number_id: str) -> None:
        """Let the carrier tell us of this number's calls and texts, at `hook_urls`, also when a first try failed."""
        raise NotSupported

    def ring_own(self, number: "PhoneNumber", *, caller: str) -> str:
        """Call our own number from another one of the account, for a test; the carrier's id of the call."""
        raise NotSupported

    def hang_up(self, call_id: str) -> None:
        raise NotSupported
