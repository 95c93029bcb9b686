"""What a CRM can do for us, and how it says no. Each `Client` speaks for one connection."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.utils import timezone

from leads.crm.mapping import Deal
from leads.webhooks.plan import retry_after
from recoverline.lib import http

DEADLINE_SECONDS = 15.0
LARGEST_ANSWER = 1_000_000
USUAL_WAIT = timedelta(seconds=10)


class CrmError(Exception):
    """A step there that failed. The text is for staff and names nobody."""


class Refused(CrmError):
    """It does not take this; asking again changes nothing."""


class NoAccess(CrmError):
    """The token is wrong, or may not do it: nothing will work until somebody changes that."""


class Busy(CrmError):
    """It wants to be left alone for `wait`."""

    def __init__(self, said: str, wait: timedelta) -> None:
        super().__init__(said)
        self.wait = wait


class Unclear(CrmError):
    """No answer, or one of a broken server; later it may work."""


class Taken(CrmError):
    """Another contact has this e-mail address; `external_id` is its id, "" if it does not say."""

    def __init__(self, external_id: str) -> None:
        super().__init__("Another contact there has this e-mail address.")
        self.external_id = external_id


@dataclass(frozen=True, slots=True)
class Found:
    """A contact there."""

    external_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Stages:
    """Pipeline and stages by our word; a stage without an id is left as it is there."""

    pipeline: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)


class Client(Protocol):
    """Each raises CrmError. Values are texts by their names of fields."""

    def find_by_phone(self, phone: str) -> list[Found]: ...

    def find_by_email(self, email: str) -> list[Found]: ...

    def read(self, external_id: str, fields: list[str]) -> dict[str, str] | None:
        """None: it was deleted."""

    def create(self, values: Mapping[str, str]) -> str:
        """Its id. Raises Taken."""

    def update(self, external_id: str, values: Mapping[str, str]) -> None:
        """Raises Taken."""

    def note(self, external_id: str, text: str, *, at: datetime, deals: list[str]) -> None: ...

    def notes(self, external_id: str) -> list[str]:
        """Texts of the newest notes at the contact, not read from a search that lags."""

    def create_deal(self, external_id: str, deal: Deal, stages: Stages) -> str: ...

    def deals(self, external_id: str) -> list[tuple[str, str]]:
        """(id, title) of the newest deals of the contact."""

    def update_deal(self, deal_id: str, deal: Deal, stages: Stages) -> None:
        """Nothing, if somebody deleted it there."""


@dataclass(frozen=True, slots=True)
class Door:
    """The way to a CRM's address in the settings, with the headers that say who asks."""

    base: str
    headers: Mapping[str, str]
    name: str

    def ask(self, method: str, path: str, content: Any = None) -> tuple[int, Any]:
        """Status and JSON of the answer: below 300, 400 to 499 as far as it is not about access or haste."""
        parts = urlsplit(self.base)
        port = parts.port or {"http": 80}.get(parts.scheme, 443)
        try:
            answer = http.fetch(
                self.base + path, method=method, timeout=(5, DEADLINE_SECONDS), deadline=DEADLINE_SECONDS,
                headers={"Accept": "application/json", "Content-Type": "application/json", **self.headers},
                body=None if content is None else json.dumps(content).encode(), max_bytes=LARGEST_ANSWER,
                allow_hosts=frozenset({f"{parts.hostname}:{port}"} if parts.scheme == "http" else ()),
            )  # fmt: skip
        except http.FetchError as problem:
            raise Unclear(f"{self.name}: {problem}") from None
        if answer.status == 401:
            raise NoAccess(f"{self.name} does not know the token. Make a new one there and enter it here.")
        if answer.status == 403:
            raise NoAccess(f"The token may not do what is needed at {self.name}. Give it the rights that we list.")
        if answer.status == 402:
            raise NoAccess(f"{self.name} says that the account there is not paid for.")
        if answer.status == 429:
            asked = retry_after(answer.headers.get("retry-after", ""), now=timezone.now())
            reset = retry_after(answer.headers.get("x-ratelimit-reset", ""), now=timezone.now())
            raise Busy(f"{self.name} wants fewer requests; we wait.", asked or reset or USUAL_WAIT)
        if answer.status >= 500 or 300 <= answer.status < 400:
            raise Unclear(f"{self.name} answered {answer.status}.")
        try:
            said = json.loads(answer.body) if answer.body else {}
        except ValueError:
            raise Unclear(f"{self.name} answered {answer.status} with something that is not JSON.") from None
        return answer.status, said
