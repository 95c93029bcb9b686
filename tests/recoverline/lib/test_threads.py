"""Web and sender let threads in that wait for an answer: texts and webhooks, beside turns and pages."""

import signal
import sys
from collections.abc import Iterator

import pytest
from django.core.management import call_command

from messaging.management.commands import send_texts
from recoverline.lib.threads import SWITCH_SECONDS


class StoppedSender:
    """Has nothing to do."""

    def run(self) -> None:
        """Over at once."""


@pytest.fixture
def usual() -> Iterator[None]:
    before, heard = (
        sys.getswitchinterval(),
        {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)},
    )
    sys.setswitchinterval(0.005)
    yield
    sys.setswitchinterval(before)
    for number, handler in heard.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("usual")
def test_the_sender_and_the_web_let_them_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_texts, "Sender", StoppedSender)
    monkeypatch.setattr(send_texts, "warm_up", lambda: None)
    call_command("send_texts")
    assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
    sys.setswitchinterval(0.005)
    monkeypatch.setenv("DATABASE_STATEMENT_SECONDS", "0")  # which that module would set for good
    sys.modules.pop("recoverline.wsgi", None)
    __import__("recoverline.wsgi")
    assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
