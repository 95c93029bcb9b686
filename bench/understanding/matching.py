"""FAQ matching on intents: k examples each, scored on the test rows, and a line that few off-topic texts cross."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from statistics import mean

from bench.understanding.score import Row, Score, score
from messaging.agent.words.faq_match import Match, Matcher

SEEDS = (0, 1, 2)
LEAK = 0.1
# These rows follow those of the file; they have no intent.
BESIDE = {"clinc_texting_intents": "clinc_out_of_scope"}
TARGETS = {5: ("74", "72", "84"), 10: ("81", "80", "88"), 30: ("85", "88", "89")}

Answer = tuple[str, str, Match[str] | None]


def intents(rows: Sequence[Row]) -> list[Score]:
    """Sums over the seeds, in per cent of the test rows. Rows without an intent are off topic.

    "answered" and "right of those" hold above the line that a tenth of the off-topic test rows cross (without such rows
    everything is answered), "sure" above the matcher's own.
    """
    on_topic = [row for row in rows if "intent" in row]
    off_topic = [str(row["text"]) for row in rows if "intent" not in row and row["split"] == "test"]
    return [found for examples in TARGETS for found in _with_examples(examples, on_topic, off_topic)]


def _with_examples(examples: int, rows: Sequence[Row], off_topic: Sequence[str]) -> list[Score]:
    test = [(str(row["text"]), str(row["intent"])) for row in rows if row["split"] == "test"]
    answers: list[Answer] = []
    answered: list[Answer] = []
    leaks: list[tuple[bool, str]] = []
    lines = []
    for seed in SEEDS:
        matcher = _matcher(rows, examples, seed)
        away = [(text, matcher.best(text)) for text in off_topic]
        found = [(text, intent, matcher.best(text)) for text, intent in test]
        lines.append(_line(match for _, match in away))
        answers += found
        answered += [answer for answer in found if answer[2] is not None and answer[2].score > lines[-1]]
        leaks += [(match is None or not match.is_sure, text) for text, match in away]
    sure = [answer for answer in answers if answer[2] is not None and answer[2].is_sure]
    name = f"{examples} examples"
    top, part, right = TARGETS[examples]
    return [
        score(f"{name}: nearest", map(_is_right, answers), f"{top} %"),
        Score(f"{name}: answered above {mean(lines):.3f}", len(answered), len(answers), f"{part} %"),
        score(f"{name}: right of those", map(_is_right, answered), f"{right} %"),
        Score(f"{name}: sure", len(sure), len(answers), f"{part} %"),
        score(f"{name}: right when sure", map(_is_right, sure), f"{right} %"),
        score(f"{name}: off topic and not sure", leaks, "90 %"),
    ]


def _matcher(rows: Sequence[Row], examples: int, seed: int) -> Matcher[str]:
    by_intent: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["split"] == "train":
            by_intent[str(row["intent"])].append(str(row["text"]))
    draw = random.Random(seed)
    return Matcher(
        [(intent, draw.sample(texts, min(examples, len(texts)))) for intent, texts in sorted(by_intent.items())]
    )


def _line(matches: Iterable[Match[str] | None]) -> float:
    scores = sorted((match.score if match is not None else 0.0 for match in matches), reverse=True)
    return scores[int(LEAK * len(scores))] if scores else 0.0


def _is_right(answer: Answer) -> tuple[bool, str]:
    text, intent, match = answer
    found = "nothing" if match is None else f"{match.key} {match.score:.3f}"
    return match is not None and match.key == intent, f"{text} | {intent} | {found}"


MEASURES: dict[str, Callable[[Sequence[Row]], list[Score]]] = {"clinc_texting_intents": intents}
