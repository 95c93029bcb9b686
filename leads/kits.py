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

    def text(self, *, numbers: tuple[str, ...] = ()) -> str:
        """The file, with the first of its own phone numbers replaced by `numbers` (E.164) wherever they are named.

        Raises ValueError when the kit has fewer numbers than are given.
        """
        text = self.path.read_text(encoding="utf-8")
        own = re.findall(r'^  - number: "(\+\d+)"$', text, re.MULTILINE)
        if len(numbers) > len(own):
            raise ValueError(f"This kit has {len(own)} numbers. Add further ones to the file.")
        new = dict(zip(own, numbers, strict=False))
        # In one pass: a given number may be one of the kit's own.
        return re.sub(r'"(\+\d+)"', lambda match: f'"{new.get(match[1], match[1])}"', text)


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
