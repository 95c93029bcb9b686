"""The model's side of the line, for every test of the agent."""

from collections.abc import Iterator

import pytest

from tests.fakes.messages_api import MessagesApi, messages_api
from tests.messaging.agent.claude_turn import Desk, Turn

__all__ = ["messages_api"]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def turn(messages_api: MessagesApi, desk: Desk) -> Iterator[Turn]:
    # Here and not above, so that tests without a model do not pay for the SDK.
    from messaging.agent.claude import api as claude_api

    yield Turn(messages_api, desk)
    claude_api._forget()
