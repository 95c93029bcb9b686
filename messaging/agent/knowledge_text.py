"""The knowledge in words: for the model's instructions, for its look-ups, and as facts that replies are held against.

Pure.
"""

from collections.abc import Iterable
from typing import TypeVar

from leads.enums import Language
from leads.knowledge import Knowledge, QuestionFact, ServiceFact
from messaging.agent.words.faq_match import Matcher

MOST_FOUND = 4
Row = TypeVar("Row")


def price_words(low: int | None, high: int | None, *, language: str) -> str:
    """ "$89 to $129", "from $89", "up to $250", "free"; "" where none is named. Cents."""
    spanish = language == Language.SPANISH
    if low is None and high is None:
        return ""
    if not low and not high:
        return "gratis" if spanish else "free"
    if high is None or low == high:
        only = _dollars(low or 0)
        return only if low == high else f"desde {only}" if spanish else f"from {only}"
    if not low:
        return f"hasta {_dollars(high)}" if spanish else f"up to {_dollars(high)}"
    return f"de {_dollars(low)} a {_dollars(high)}" if spanish else f"{_dollars(low)} to {_dollars(high)}"


def _dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}".removesuffix(".00")


def describe_service(service: ServiceFact, *, language: str) -> str:
    """One line: name, price range, note, description, financing."""
    price = price_words(service.price_from_cents, service.price_to_cents, language=language)
    parts = [
        f"{service.name}: {price}" if price else f"{service.name}: no price is named",
        service.price_note,
        service.description,
        service.financing and f"Financing: {service.financing}",
        _duration_words(service.duration_minutes, language=language),
    ]
    return ". ".join(part.strip().rstrip(".") for part in parts if part.strip()) + "."


def _duration_words(minutes: int, *, language: str) -> str:
    """How long the visit is planned for."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest)
    words = "Se planea para" if language == Language.SPANISH else "Planned for"
    return f"{words} {' '.join(parts)}" if parts else ""


def describe_knowledge(knowledge: Knowledge, *, language: str) -> str:
    """All of it, in sections, for the model."""
    sections = [
        ("Services and prices", [describe_service(service, language=language) for service in knowledge.services]),
        ("Where we work", [_area_words(knowledge)] if knowledge.areas else []),
        ("Approved answers", [f"Q: {row.question} A: {row.answer}" for row in knowledge.faqs]),
        ("Policies", [f"{row.title}: {row.text}" for row in knowledge.policies]),
        ("To be asked", [_question_words(row, knowledge) for row in knowledge.questions]),
        ("Only for a person: hand off", [f"{row.name} ({', '.join(row.phrases)})" for row in knowledge.topics]),
    ]
    return "\n\n".join(f"## {title}\n" + "\n".join(f"- {line}" for line in lines) for title, lines in sections if lines)


def facts_of(knowledge: Knowledge, *, language: str) -> list[str]:
    """Each fact as a text of its own: what a reply may repeat figures, links and claims from."""
    return [
        *(describe_service(service, language=Language.ENGLISH) for service in knowledge.services),
        *(describe_service(service, language=language) for service in knowledge.services),
        *(row.answer for row in knowledge.faqs),
        *(row.text for row in knowledge.policies),
        *(row.question for row in knowledge.questions),
    ]


def search(knowledge: Knowledge, question: str, *, language: str) -> list[str]:
    """The facts that fit `question` best, at most four; those in the customer's language first."""
    entries: list[tuple[str, list[str]]] = []
    for service in knowledge.services:
        entries.append((describe_service(service, language=language), [service.name, *service.aliases]))
    for faq in _in_language(knowledge.faqs, language):
        entries.append((faq.answer, [faq.question, *faq.examples]))
    for policy in _in_language(knowledge.policies, language):
        entries.append((f"{policy.title}: {policy.text}", [policy.title, policy.text]))
    found: list[str] = []
    while entries and len(found) < MOST_FOUND:
        match = Matcher(entries).best(question)
        if match is None or not match.is_sure:
            break
        found.append(str(match.key))
        entries = [entry for entry in entries if entry[0] != match.key]
    return found


def _in_language(rows: Iterable[Row], language: str) -> list[Row]:
    return sorted(rows, key=lambda row: getattr(row, "language", language) != language)


def _area_words(knowledge: Knowledge) -> str:
    return ", ".join(
        f"{area.city} {area.region}".strip() + (f" and {area.radius_miles} miles around" if area.radius_miles else "")
        for area in knowledge.areas
    )


def _question_words(row: QuestionFact, knowledge: Knowledge) -> str:
    service = next((service.name for service in knowledge.services if service.id == row.service_id), "every service")
    return f"{row.question} ({service}; {'before times are offered' if row.before_offer else 'once it is booked'})"
