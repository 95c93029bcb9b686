"""An invented plumber, and what the guards say to a reply in his name."""

from messaging.agent.guards.check import Act, Evidence, objections

FACTS = (
    "Joe's Plumbing serves Tempe, Mesa and Gilbert. Call (520) 555-0100 or write to hello@joes.example.",
    "Book online: https://joes.example/book/Ab3.",
    "A service call is $89. It is waived if we do the repair.",
    "Drain cleaning costs $129 to $249. A water heater is $1,400 and up.",
    "Mon-Fri 8 AM-5 PM, Sat 9 AM-1 PM, closed Sunday.",
    "Estimates for new water heaters are free.",
    "Seniors get 10% off.",
    "A drain cleaning takes 1 to 2 hours.",
    "1) Mon, Nov 23 between 8 and 10 AM",
    "2) Tue, Nov 24 at 2:30 PM",
    "Today is Saturday, November 21, 2026.",
)
NOTHING: frozenset[Act] = frozenset()
SAID = "hi, my water heater is leaking since 6 am. can you come tuesday around 9?"


def codes(
    reply: str,
    *acts: Act,
    facts: tuple[str, ...] = FACTS,
    customer: str = SAID,
    language: str = "en",
    approved: tuple[str, ...] | None = None,
) -> list[str]:
    evidence = Evidence(facts=facts, customer=customer, acts=frozenset(acts), language=language, approved=approved)
    return [objection.code for objection in objections(reply, evidence)]
