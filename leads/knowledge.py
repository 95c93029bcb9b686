"""What the robot knows about a business: facts as plain values, read from the rows, or from what was published of them.

A value object, so that a draft, a published version and a test's own are the same thing to whoever uses it.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from leads.models import (
    Business,
    Faq,
    IntakeQuestion,
    PersonTopic,
    Policy,
    Service,
    ServiceArea,
    ServiceAtLocation,
)


@dataclass(frozen=True, slots=True)
class LocalPrice:
    """What is different about a service at a location."""

    location_id: int
    is_offered: bool = True
    price_from_cents: int | None = None
    price_to_cents: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceFact:
    """Prices in cents; None where none is named."""

    id: int
    name: str
    aliases: tuple[str, ...] = ()
    description: str = ""
    price_from_cents: int | None = None
    price_to_cents: int | None = None
    price_note: str = ""
    financing: str = ""
    duration_minutes: int = 60
    at_locations: tuple[LocalPrice, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaFact:
    """`location_id` None: served by whichever location is asked."""

    id: int
    city: str
    region: str = ""
    postal_codes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    radius_miles: int | None = None
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class FaqFact:
    id: int
    question: str
    answer: str
    examples: tuple[str, ...] = ()
    language: str = "en"
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class PolicyFact:
    id: int
    title: str
    text: str
    language: str = "en"
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class QuestionFact:
    """An intake question; `service_id` None: for every service."""

    id: int
    question: str
    service_id: int | None = None
    language: str = "en"
    before_offer: bool = False


@dataclass(frozen=True, slots=True)
class TopicFact:
    """What only a person talks about."""

    id: int
    name: str
    phrases: tuple[str, ...] = ()
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that may be said, but for hours and open times, which are asked anew each time."""

    services: tuple[ServiceFact, ...] = ()
    areas: tuple[AreaFact, ...] = ()
    faqs: tuple[FaqFact, ...] = ()
    policies: tuple[PolicyFact, ...] = ()
    questions: tuple[QuestionFact, ...] = ()
    topics: tuple[TopicFact, ...] = ()
    instructions: str = ""
    version: int = field(default=0, compare=False)

    def at(self, location_id: int) -> "Knowledge":
        """As it holds at one location: its own prices, and its own answers instead of the business's."""
        services = (_service_at(service, location_id) for service in self.services)
        return replace(
            self,
            services=tuple(service for service in services if service is not None),
            faqs=_local(self.faqs, location_id, lambda row: (row.question, row.language)),
            policies=_local(self.policies, location_id, lambda row: (row.title, row.language)),
            topics=tuple(row for row in self.topics if row.location_id in (None, location_id)),
        )


def _service_at(service: ServiceFact, location_id: int) -> ServiceFact | None:
    local = next((row for row in service.at_locations if row.location_id == location_id), None)
    if local is None:
        return service
    if not local.is_offered:
        return None
    if local.price_from_cents is None and local.price_to_cents is None:
        return service
    return replace(service, price_from_cents=local.price_from_cents, price_to_cents=local.price_to_cents)


def _local(rows: Iterable[Any], location_id: int, named: Any) -> tuple[Any, ...]:
    """The location's own row wins over the business's of the same name."""
    chosen = {named(row): row for row in rows if row.location_id is None}
    chosen |= {named(row): row for row in rows if row.location_id == location_id}
    return tuple(sorted(chosen.values(), key=lambda row: row.id))


# ---------------------------------------------------------------- rows -> knowledge
def read_knowledge(business: Business, *, instructions: str = "") -> Knowledge:
    """What staff have written, published or not; in eight queries, however much it is."""
    mine: dict[str, Any] = {"business": business}
    differences: dict[int, list[LocalPrice]] = {}
    for row in ServiceAtLocation.objects.filter(service__business=business).order_by("location"):
        differences.setdefault(row.service_id, []).append(
            LocalPrice(row.location_id, row.is_offered, row.price_from_cents, row.price_to_cents)
        )
    return Knowledge(
        services=tuple(
            ServiceFact(
                row.pk, row.name, tuple(row.aliases), row.description, row.price_from_cents, row.price_to_cents,
                row.price_note, row.financing, row.duration_minutes, tuple(differences.get(row.pk, ())),
            )
            for row in Service.objects.filter(**mine, is_active=True).order_by("pk")
        ),
        areas=tuple(
            AreaFact(
                row.pk, row.city, row.region, tuple(row.postal_codes), tuple(row.aliases), row.radius_miles,
                row.location_id,
            )
            for row in ServiceArea.objects.filter(**mine).order_by("pk")
        ),
        faqs=tuple(
            FaqFact(row.pk, row.question, row.answer, tuple(row.examples), row.language, row.location_id)
            for row in Faq.objects.filter(**mine, is_active=True).order_by("pk")
        ),
        policies=tuple(
            PolicyFact(row.pk, row.title, row.text, row.language, row.location_id)
            for row in Policy.objects.filter(**mine, is_active=True).order_by("pk")
        ),
        questions=tuple(
            QuestionFact(row.pk, row.question, row.service_id, row.language, row.before_offer)
            for row in IntakeQuestion.objects.filter(**mine, is_active=True).order_by("position", "pk")
        ),
        topics=tuple(
            TopicFact(row.pk, row.name, tuple(row.phrases), row.location_id)
            for row in PersonTopic.objects.filter(**mine, is_active=True).order_by("pk")
        ),
        instructions=instructions,
    )  # fmt: skip


# ---------------------------------------------------------------- knowledge <-> JSON
_KINDS: dict[str, type[Any]] = {
    "services": ServiceFact,
    "areas": AreaFact,
    "faqs": FaqFact,
    "policies": PolicyFact,
    "questions": QuestionFact,
    "topics": TopicFact,
}


def to_json(knowledge: Knowledge) -> dict[str, Any]:
    """Plain data to be stored; `from_json` gives the same knowledge back."""
    return {key: value for key, value in asdict(knowledge).items() if key != "version"}


def from_json(data: dict[str, Any], *, version: int = 0) -> Knowledge:
    """What `to_json` made, also by another version of the program: what is not known is left out."""
    known = {kind: tuple(_fact(_KINDS[kind], row) for row in data.get(kind, ())) for kind in _KINDS}
    return Knowledge(**known, instructions=data.get("instructions", ""), version=version)


def _fact(kind: type[Any], row: dict[str, Any]) -> Any:
    names = {item.name for item in fields(kind)}
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items() if name in names}
    if "at_locations" in values:
        values["at_locations"] = tuple(_fact(LocalPrice, item) for item in values["at_locations"])
    return kind(**values)


def changes_between(old: Knowledge, new: Knowledge) -> list[str]:
    """What is different, in lines for staff: Service “Drain cleaning”: price from is $149, was $129."""
    lines: list[str] = []
    for kind in _KINDS:
        before = {row.id: row for row in getattr(old, kind)}
        after = {row.id: row for row in getattr(new, kind)}
        word = _WORDS[kind]
        lines += [f"{word} “{_name(row)}” added" for key, row in after.items() if key not in before]
        lines += [f"{word} “{_name(row)}” removed" for key, row in before.items() if key not in after]
        lines += [
            f"{word} “{_name(row)}”: {', '.join(_changed(before[key], row))}"
            for key, row in after.items()
            if key in before and before[key] != row
        ]
        if [key for key in before if key in after] != [key for key in after if key in before]:
            lines.append(f"{word}: in another order")
    if old.instructions != new.instructions:
        lines.append("Instructions for Claude changed")
    return lines


_WORDS = {
    "services": "Service",
    "areas": "Area",
    "faqs": "FAQ",
    "policies": "Policy",
    "questions": "Question to customers",
    "topics": "Topic for a person",
}


def _name(row: Any) -> str:
    for attribute in ("name", "city", "question", "title"):
        if hasattr(row, attribute):
            return str(getattr(row, attribute))
    return str(row.id)


def _changed(old: Any, new: Any) -> list[str]:
    return [
        f"{_label(item.name)} {_shown(item.name, getattr(new, item.name))}, "
        f"was {_shown(item.name, getattr(old, item.name))}"
        for item in fields(new)
        if getattr(old, item.name) != getattr(new, item.name)
    ]


# Whose value is a number that only the database knows.
_IDS = ("location_id", "service_id")


def _label(name: str) -> str:
    if name == "before_offer":
        return "is asked"
    return name.removesuffix("_cents").removesuffix("_id").removeprefix("at_").replace("_", " ") + " is"


def _shown(name: str, value: Any) -> str:
    if name == "at_locations":
        return "; ".join(map(_local_price, value)) or "the same at all"
    if name in _IDS:
        return "every one" if value is None else f"number {value}"
    if name == "before_offer":
        return "before times are offered" if value else "after booking"
    if name.endswith("_cents"):
        return _dollars(value)
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "empty"
    if isinstance(value, str):
        return f"“{value}”" if value else "empty"
    return "empty" if value is None else str(value)


def _local_price(row: LocalPrice) -> str:
    if not row.is_offered:
        return f"not offered at location {row.location_id}"
    return f"{_dollars(row.price_from_cents)} to {_dollars(row.price_to_cents)} at location {row.location_id}"


def _dollars(cents: int | None) -> str:
    return "not named" if cents is None else f"${cents / 100:,.2f}".removesuffix(".00")
