"""A turn with the model as tests make it: a desk with two tools, and a conversation."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest

from messaging.agent.claude.conversing import Limits, ModelFailed, ModelReply, Usage, converse
from messaging.agent.claude.tooling import Tool, ToolRefused, as_tool
from tests.fakes.messages_api import API_KEY, MODEL, MessagesApi

HISTORY = [
    ("customer", "[missed call 7:14 PM; the business sent the text below]"),
    ("us", "Sorry we missed you. How can we help?"),
    ("customer", "my sink drips"),
    ("customer", "anything on monday?"),
]
NOTHING = Usage()
ONE = Usage(300, 0, 1200, 40, 1)  # what the fake charges for a call


class Desk:
    """A tool with a rule, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def find_slots(self, *, day: Annotated[str | None, "as the customer said it"]) -> str:
        """Find open times."""
        self.asked.append(f"find {day}")
        return "A1: Monday 8 AM"

    def book_slot(self, *, slot: str) -> str:
        """Book a time that was offered."""
        self.asked.append(f"book {slot}")
        if slot != "A1":
            raise ToolRefused("That time was never offered.")
        return "Booked."

    def break_down(self) -> str:
        """Fail for a reason of its own."""
        raise LookupError("the database is gone")

    def tools(self) -> list[Tool]:
        return [as_tool(self.find_slots), as_tool(self.book_slot), as_tool(self.break_down)]


class Turn:
    """A turn of the model at `api` with the tools of `desk`, unless a test says otherwise."""

    def __init__(self, api: MessagesApi, desk: Desk) -> None:
        self.api, self.desk = api, desk

    def __call__(self, **changes: Any) -> ModelReply:
        values: dict[str, Any] = {
            "api_key": API_KEY, "base_url": self.api.url, "model": MODEL, "effort": "low",
            "system": ["You answer for Alder Plumbing.", "Today is Thursday."], "history": HISTORY,
            "tools": self.desk.tools(), "judge": lambda text: [], "limits": Limits(), "user_id": "c-7f3a",
        }  # fmt: skip
        return converse(**{**values, **changes})

    def failure(self, **changes: Any) -> ModelFailed:
        with pytest.raises(ModelFailed) as failed:
            self(**changes)
        return failed.value


def never(*texts: str) -> Callable[[str], list[str]]:
    """A judge that objects to these texts."""
    return lambda text: [f"Do not say {text}"] if text in texts else []
