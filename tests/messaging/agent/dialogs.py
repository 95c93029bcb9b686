"""What the rule flow says to customers of the business in books.py, so that a test reads as a dialog."""

from dataclasses import replace

from messaging.agent.situation import Visit
from tests.messaging.agent.books import DRAIN, KNOWLEDGE, Customer, phoenix, question

FIRST = "1) Mon, Nov 23 between 8 and 10 AM or 2) Mon, Nov 23 between 10 AM and 12 PM"
NEXT = "1) Mon, Nov 23 between 1 and 3 PM or 2) Mon, Nov 23 between 3 and 5 PM"
TUESDAY = "1) Tue, Nov 24 between 8 and 10 AM or 2) Tue, Nov 24 between 10 AM and 12 PM"
CALLS = "1) on Mon, Nov 23 between 9 and 11 AM or 2) on Mon, Nov 23 between 2 and 4 PM"


def offer(slots: str = FIRST) -> str:
    return f"I have {slots}. Reply with the number, or tell me another day."


def still_open(slots: str = FIRST) -> str:
    return f"Still open: {slots}. The number is all I need, or another day."


STILL_OPEN = still_open()
ADDRESS_AGAIN = "All that is missing now is the street address."
OFFER_CALL = f"We can call you {CALLS}. Reply with the number that suits you."
TEMPE = "Yes, we come to Tempe."
NEED, PLACE = "What do you need help with?", "Which city or ZIP code is it in?"
ADDRESS, NAME = "What is the street address, please?", "And what is your name, please?"
NOTED, MISSED = "Thank you, I have noted it.", "Sorry, I did not get that."
PERSON = "A person at Joe's is taking over and will answer you here."
PRICE = "AC or furnace diagnosis is $89 to $129."
ROBOT = "I am an automated assistant of Joe's. If you would rather have a person, just say so."
SERVICES = "AC or furnace diagnosis, Drain cleaning, Water heater replacement {} New system estimate"
VISIT = Visit("visit-1", "Drain cleaning", phoenix(23, 13), "Mon, Nov 23 at 1 PM")
ASKING = replace(
    KNOWLEDGE,
    questions=(
        question(1, "Is it gas or electric?", before_offer=True),
        question(2, "Any pets?"),
        question(3, "How old is it?", service_id=DRAIN),
    ),
)


def dialog(customer: Customer, *texts: str) -> list[str]:
    return [customer.says(text) for text in texts]


NEED_AGAIN = "What do you need help with: " + SERVICES.format("or") + "?"
