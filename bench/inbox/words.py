"""What people write in the made-up world: a few hundred sentences, common words and rare ones."""

from random import Random

FREQUENT, RARE, ABSENT = "appointment", "zamboni", "quetzalcoatl"
RARE_TEXTS = 5

FIRST = (
    "Ana", "Ben", "Carla", "Dev", "Elena", "Frank", "Grace", "Hassan", "Ivy", "Jorge", "Kim", "Luis", "Mia",
    "Nora", "Omar", "Priya", "Quinn", "Rosa", "Sam", "Tara", "Uma", "Victor", "Wendy", "Xavier", "Yusuf",
    "Zoe", "Alma", "Bruno", "Chloe", "Dario",
)  # fmt: skip
LAST = (
    "Adams", "Baker", "Castillo", "Diaz", "Evans", "Foster", "Garcia", "Hughes", "Ibarra", "Jensen", "Khan",
    "Lopez", "Morris", "Nguyen", "Ortiz", "Patel", "Quintero", "Reyes", "Silva", "Turner", "Underwood",
    "Vargas", "Walsh", "Xu", "Young", "Zimmerman", "Becker", "Cohen", "Delgado", "Espinoza", "Fischer",
    "Grant", "Holt",
)  # fmt: skip
THINGS = (
    "the AC", "our furnace", "the kitchen drain", "the water heater", "a leaking faucet", "the garage door",
    "the upstairs shower", "a breaker that trips", "the thermostat", "the dryer vent", "a gas stove", "the sump pump",
    "the back gutter", "an outlet in the den", "the garbage disposal", "the toilet in the hall", "the irrigation line",
    "a ceiling fan", "the boiler", "two windows",
)  # fmt: skip
TROUBLES = (
    "stopped working last night", "makes a loud noise", "is leaking again", "will not turn on", "smells odd",
    "needs a yearly check", "was replaced in spring and fails again", "drips on the floor", "trips every hour",
    "runs all day and does nothing",
)  # fmt: skip
OPENINGS = ("Hi, ", "Hello! ", "Good morning, ", "Hey, ", "", "", "Sorry to bother you: ", "It's me again. ")
WISHES = (
    "Can somebody come on {day}?", "How much would that be?", "Please call me when you can.",
    "Do you have an appointment on {day}?", "Is {day} after 3 possible?", "Anything this week works for us.",
    "My address is {number} {street} Street.", "Thanks!", "We are home on {day}.", "Is there a fee for the visit?",
)  # fmt: skip
ANSWERS = (
    "Sorry to hear that! We can be there on {day} between 9 and 11.", "A visit is $89, taken off the bill.",
    "Your appointment is on {day} at 10:30. Reply 1 to confirm.", "Could you send us a picture of {thing}?",
    "We have {day} 8 to 10 or 1 to 3. Which one suits you?", "A technician will call you before they leave.",
    "Thanks for reaching out. What is the address?", "All set. See you on {day}!",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
STREETS = ("Oak", "Maple", "Cedar", "Pine", "Elm", "Walnut", "Birch", "Juniper", "Willow", "Aspen", "Laurel", "Mesa")
_SYLLABLES = ("ba", "dor", "kel", "mi", "nu", "ras", "tho", "ven", "zi", "qua", "lem", "pro", "sti", "gan")


class Writer:
    """Texts and names, the same for the same seed."""

    def __init__(self, random: Random) -> None:
        self._random = random
        pick = random.choice
        self._asked = [
            self._sentence(f"{pick(OPENINGS)}{pick(THINGS)} {pick(TROUBLES)}. {pick(WISHES)}") for _ in range(400)
        ]
        self._answered = [self._sentence(pick(ANSWERS)) for _ in range(200)]
        # As in life: every fiftieth text has a word that hardly another has.
        self._odd = ["".join(random.choices(_SYLLABLES, k=3)) for _ in range(2_000)]

    def _sentence(self, text: str) -> str:
        pick = self._random.choice
        number = self._random.randrange(1, 9_999)
        return text.format(day=pick(DAYS), thing=pick(THINGS), street=pick(STREETS), number=number)

    def question(self) -> str:
        text = self._random.choice(self._asked)
        return f"{text} {self._random.choice(self._odd)}" if self._random.random() < 0.02 else text

    def answer(self) -> str:
        return self._random.choice(self._answered)

    def name(self) -> str:
        """Three of ten have not said it."""
        pick = self._random.choice
        return f"{pick(FIRST)} {pick(LAST)}" if self._random.random() < 0.7 else ""
