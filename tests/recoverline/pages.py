"""The project's documents as what tests ask about: code, tables, sections."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("README.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^(?: {4}|\t)(.*)$", re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")


def text_of(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def code_in(page: Path) -> list[str]:
    """Everything that a page sets as code: fences, indented lines (joined at a backslash), words in backticks."""
    text = page.read_text().replace("\\\n", " ")
    rest = FENCE.sub("", text)
    inline = INLINE.findall(INDENTED.sub("", rest))
    return [*(body for _, body in FENCE.findall(text)), *INDENTED.findall(rest), *inline]


def rows(text: str) -> list[list[str]]:
    """The cells of every row of every table, without the lines under the headers."""
    lines = (line for line in text.splitlines() if line.startswith("|"))
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    return [row for row in cells if not set("".join(row)) <= set("-: ")]


def under(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    (start,) = re.finditer(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{len(start[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def first_words(text: str) -> list[str]:
    """What the first cell of each row names in backticks, bold or not."""
    found = [re.fullmatch(r"\**`([^`]+)`\**", row[0]) for row in rows(text)]
    return [match[1] for match in found if match]


def words(cell: str) -> list[str]:
    return INLINE.findall(cell)
