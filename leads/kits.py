"""Starter kits: a whole business as a file, for each trade, to load and then make one's own."""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "kits"


@dataclass(frozen=True, slots=True)
class Kit:
    """`description`: one sentence on whom it is for; `slug` names it on the command line."""

    slug: str
    title: str
    description: str
    path: Path

    @property
    def numbers(self) -> tuple[str, ...]:
        """The made-up numbers that customers call, in the order of the file."""
        return tuple(re.findall(r'^  - number: "(\+\d+)"$', self.path.read_text(encoding="utf-8"), re.MULTILINE))

    def text(self, *, numbers: tuple[str, ...] = (), only_these: bool = False) -> str:
        """The file, with the first of its own phone numbers replaced by `numbers` (E.164) wherever they are named.

        `only_these` leaves the others out, with the rules and scripts for them alone and as phones of a business or
        location; every line stays where it was. Raises ValueError when the kit has fewer numbers than are given.
        """
        text, own = self.path.read_text(encoding="utf-8"), self.numbers
        if len(numbers) > len(own):
            raise ValueError(f"This kit has {len(own)} number{'s'[: len(own) > 1]}. Add further ones to the file.")
        if only_these:
            text = _without(text, own[len(numbers) :])
        new = dict(zip(own, numbers, strict=False))
        # In one pass: a given number may be one of the kit's own.
        return re.sub(r'"(\+\d+)"', lambda match: f'"{new.get(match[1], match[1])}"', text)


def _without(text: str, numbers: tuple[str, ...]) -> str:
    """Blank lines in the place of the list entries for `numbers`, and of these as somebody's phone."""
    named = "|".join(map(re.escape, numbers))
    if not named:
        return text
    # An entry begins at two spaces and a dash, and goes on as long as lines are indented further.
    entry = re.compile(r"^  - .*\n(?:    .*\n)*", re.MULTILINE)
    is_for_one = re.compile(rf'^(?:  - |    )number: "(?:{named})"$', re.MULTILINE)
    text = entry.sub(lambda found: "\n" * found[0].count("\n") if is_for_one.search(found[0]) else found[0], text)
    return re.sub(rf'^ +phone: "(?:{named})"$', "", text, flags=re.MULTILINE)


_KITS = (
    ("home_services", "Home services", "Heating and cooling, plumbing, electrical, roofing, pest control."),
    ("dental", "Dental practice", "Dentists, clinics, optometrists, vets: visits are booked and moved."),
    ("med_spa", "Med spa and salon", "Hair, skin, nails, massage, injectables: evenings, deposits, consultations."),
    ("auto_repair", "Auto repair", "Repair, tire and body shops: short texts, price ranges by make and model."),
    ("law_office", "Law office", "Intake-driven services: which matter, how urgent, a consultation."),
)


def kits() -> list[Kit]:
    """All starter kits, in the order in which they are offered."""
    return [Kit(slug, title, description, FOLDER / f"{slug}.yaml") for slug, title, description in _KITS]
