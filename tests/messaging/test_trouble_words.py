"""What cannot wait without being a danger. The cases in data/ are JSON lines with text and label."""

import json
import time
from pathlib import Path

import pytest

from messaging.trouble_words import wants_today

DATA = Path(__file__).parent / "data"


def labeled(label: str) -> list[str]:
    rows = [
        json.loads(line)
        for name in ("urgency.jsonl", "urgency_paraphrases.jsonl")
        for line in (DATA / name).read_text(encoding="utf-8").splitlines()
    ]
    return [row["text"] for row in rows if row["label"] == label]


def test_trouble_that_cannot_wait() -> None:
    texts = labeled("urgent")
    assert len(texts) >= 100
    assert [text for text in texts if wants_today(text) is not True] == []


def test_what_can_wait() -> None:
    texts = labeled("routine")
    assert len(texts) >= 220
    assert [text for text in texts if wants_today(text) is not False] == []


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("sink is leaking", True),
        ("sink is leaking a little, no rush", False),
        ("sink leak repair price?", False),
        ("the sink was leaking last year", False),
        ("locked out", True),
        ("locked out last week, need spare keys", False),
        ("no heat", True),
        ("no heat in one room", False),
        ("pueden venir hoy", True),
        ("no hay prisa", False),
        ("", False),
    ],
)
def test_trouble_shopping_and_patience(text: str, wants: bool) -> None:
    assert wants_today(text) is wants


@pytest.mark.parametrize("unit", ["roof rain ", "toilet ", "need ", "a", "in pain ", "storm "])
def test_the_longest_text_is_read_quickly(unit: str) -> None:
    started = time.process_time()
    wants_today((unit * 1600)[:1600])
    assert time.process_time() - started < 0.5
