"""The command that measures the understanding, on a small folder of made-up rows."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.understanding.__main__ import main, read_rows

ROOT = Path(__file__).resolve().parents[2]
OPT_OUTS = [
    {"text": "STOP", "label": "stop"},
    {"text": "fine weather today", "label": "stop"},
    {"text": "wrong number", "label": "maybe"},
    {"text": "stop by at noon", "label": "no"},
    {"text": "wrong number sorry", "label": "no"},
]
URGENCIES = [
    {"text": "I smell gas", "label": "emergency"},
    {"text": "URGENT", "label": "emergency"},
    {"text": "locked out of my office", "label": "urgent"},
    {"text": "gutter cleaning price", "label": "routine"},
    {"text": "gutter guards", "label": "urgent"},
]
INTENTS = [
    {"text": text, "intent": intent, "split": split}
    for intent, texts in {
        "hours": ["when do you open", "what are your opening hours", "what hours do you have"],
        "price": ["how much is it", "what does it cost", "tell me the price"],
    }.items()
    for text, split in zip(texts, ("train", "train", "test"), strict=True)
]
OFF_TOPIC = [{"text": "the moon is far away", "split": "test"}, {"text": "a poem on rivers", "split": "train"}]


def write(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_a_line_for_each_file_and_measure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "own_optout.jsonl", OPT_OUTS)
    write(tmp_path / "own_urgency.jsonl", URGENCIES)
    write(tmp_path / "something_else.jsonl", [{"text": "never read"}])
    main(["--data", str(tmp_path)])
    assert lines(capsys) == [
        "own_optout (5 rows)",
        "stop taken as stop 1/2 50.0 % target 48/49, aim 49",
        "maybe taken as maybe 1/1 100.0 % target 12/12",
        "no not taken as stop 2/2 100.0 % target 44/44",
        "no taken as nothing 1/2 50.0 % target 44/44",
        "own_urgency (5 rows)",
        "emergency taken as emergency 2/2 100.0 % target 26/26",
        "others not taken as emergency 3/3 100.0 % target 53/53",
        "emergency, urgent or routine 4/5 80.0 % target 79/79",
    ]


def test_misses_are_shown_when_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "own_optout.jsonl", OPT_OUTS[:2])
    main(["--data", str(tmp_path), "--misses"])
    assert lines(capsys)[:3] == [
        "own_optout (2 rows)",
        "stop taken as stop 1/2 50.0 % target 48/49, aim 49",
        "fine weather today | none",
    ]


def test_matching_takes_the_off_topic_rows_from_beside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "public").mkdir()
    write(tmp_path / "public" / "clinc_texting_intents.jsonl", INTENTS)
    write(tmp_path / "public" / "clinc_out_of_scope.jsonl", OFF_TOPIC)
    main(["--data", str(tmp_path)])
    found = lines(capsys)
    assert [re.sub(r"above 0\.\d{3}", "above", line) for line in found if line.startswith("5 examples")] == [
        "5 examples: nearest 6/6 100.0 % target 74 %",
        "5 examples: answered above 6/6 100.0 % target 72 %",
        "5 examples: right of those 6/6 100.0 % target 84 %",
        "5 examples: sure 6/6 100.0 % target 72 %",
        "5 examples: right when sure 6/6 100.0 % target 84 %",
        "5 examples: off topic and not sure 3/3 100.0 % target 90 %",
    ]
    assert "no danger 2/2 100.0 % target at most 4 of 550 wrong" in found


def test_an_empty_folder_is_no_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.understanding", "--data", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"no known files in {tmp_path}\n", "")


def test_rows_are_read_here_before_public(tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    write(tmp_path / "public" / "own_when.jsonl", [{"text": "there"}])
    assert read_rows(tmp_path, "own_when") == [{"text": "there"}]
    write(tmp_path / "own_when.jsonl", [{"text": "here"}])
    assert read_rows(tmp_path, "own_when") == [{"text": "here"}]
    assert read_rows(tmp_path, "missing") == []
