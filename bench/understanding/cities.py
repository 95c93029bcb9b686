"""Where a customer is: texts that name a city, and texts that name none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.understanding.score import Row, Score, score
from leads.places import find_in, read_place


@dataclass(frozen=True, slots=True)
class Area:
    """What the reading asks of leads.knowledge.AreaFact, which stands beside the rows and would need Django."""

    id: int
    city: str
    region: str = ""
    postal_codes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    radius_miles: int | None = None
    location_id: int | None = None


# A business of no particular place that serves large cities: none of them may be found in texts about other things.
_LARGE = (
    "Phoenix", "Mesa", "Tucson", "Austin", "Houston", "Dallas", "Jackson", "Charlotte", "Columbus", "Denver", "Orange",
    "Reading", "Mobile", "Surprise", "Hope", "Price", "Tyler", "Madison", "Aurora", "Concord", "Fairfield", "Campbell",
    "Newark", "Oakland", "San Jose", "Santa Clara", "Lafayette", "Windsor",
)  # fmt: skip


def measure_cities(rows: Sequence[Row]) -> list[Score]:
    """The areas are the file's own cities, by their bare names: no aliases, regions or postal codes."""
    areas = _areas(dict.fromkeys(str(row["city"]) for row in rows))
    read = [(read_place(areas, str(row["text"]), asked=False).area, row) for row in rows]
    found = [(find_in(areas, str(row["text"])), row) for row in rows]
    return [
        score("city named in a text", map(_result, read), "184/200 without aliases"),
        score("city, after asking for it", map(_result, found), "184/200 without aliases"),
    ]


def measure_false_cities(rows: Sequence[Row]) -> list[Score]:
    """Each row counts: the few that do name a city are listed among the misses to be read."""
    areas = _areas(_LARGE)
    places = [(read_place(areas, str(row["text"]), asked=False), str(row["text"])) for row in rows]
    return [
        score(
            "no area where none is named",
            ((place.area is None, f"{place.said} <- {text}") for place, text in places),
            "at most 4 in 1,017 false",
        ),
        score(
            "not declined where no city is named",
            ((not place.is_elsewhere, f"{place.said} <- {text}") for place, text in places),
            "at most 4 in 1,017 false",
        ),
    ]


def measure_customer_turns(rows: Sequence[Row]) -> list[Score]:
    """What customers say in whole dialogs, apart from the turns that give a city."""
    texts: list[Row] = []
    for row in rows:
        for turn in row["turns"]:  # type: ignore[attr-defined]  # JSON: a list of turns
            if turn["speaker"] == "USER" and "city" not in turn["slots"]:
                texts.append({"text": turn["text"]})
    return measure_false_cities(texts)


def _areas(cities: "Sequence[str] | dict[str, None]") -> tuple[Area, ...]:
    return tuple(Area(number, city) for number, city in enumerate(cities, 1))


def _result(pair: "tuple[Area | None, Row]") -> tuple[bool, str]:
    area, row = pair
    city = area.city if area else "nothing"
    return city == row["city"], f"{city}, not {row['city']} <- {row['text']}"


MEASURES: dict[str, Callable[[Sequence[Row]], list[Score]]] = {
    "sgd_city_turns": measure_cities,
    "sgd_appointment_dialogs": measure_customer_turns,
    "clinc_out_of_scope": measure_false_cities,
    "nlupp_all": measure_false_cities,
}
