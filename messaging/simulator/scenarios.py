"""The buttons of the simulator page: each is a script that could as well be typed into `manage.py simulate`."""

from dataclasses import dataclass

from messaging.simulator.steps import Step, parse_steps


@dataclass(frozen=True, slots=True)
class Scenario:
    """`script` speaks of the phone on the page unless it names another. `detail`: what to look at."""

    key: str
    group: str
    label: str
    detail: str
    script: str

    @property
    def steps(self) -> list[Step]:
        return parse_steps(self.script)

    @property
    def is_text(self) -> bool:
        return self.script.startswith("text")


LEAK = "Hi, our water heater is leaking all over the garage. Please call me back, thanks."
TOMORROW = "Can you come tomorrow? AC is out"
MISSED, ELSE, REPLIES, TROUBLE = "Missed calls", "Other calls", "The customer texts", "Where no text helps"

SCENARIOS = (
    Scenario("missed", MISSED, "Nobody answers", "Rings, then a text", "at open; call"),
    Scenario("busy", MISSED, "Line is busy", "The busy script", "at open; call busy"),
    Scenario("after-hours", MISSED, "After hours", "At 7:14 PM, as a rule", "at closed; call"),
    Scenario("hang-up", MISSED, "Hangs up early", "After 6 seconds of ringing", "at open; call hang-up after 6s"),
    Scenario("voicemail", MISSED, "Leaves a voicemail", "Recorded, in words", f"at open; call voicemail '{LEAK}'"),
    Scenario("silent", MISSED, "Silent voicemail", "Nothing but breathing", "at open; call silent"),
    Scenario("repeat", MISSED, "Calls twice", "Again after 3 minutes", "at open; call; wait 3m; call"),
    Scenario("answered", ELSE, "Answered", "Press 1: no text", "at open; call answered"),
    Scenario("machine", ELSE, "A mobile's voicemail", "Picks up, presses nothing", "at open; call phone-voicemail"),
    Scenario("hang-up-at-once", ELSE, "Hangs up at once", "After 2 seconds", "at open; call hang-up after 2s"),
    Scenario("flooding", REPLIES, "“My basement is flooding”", "Urgent", "text 'my basement is flooding'"),
    Scenario("tomorrow", REPLIES, "“Can you come tomorrow?”", "An ordinary job", f"text '{TOMORROW}'"),
    Scenario("picture", REPLIES, "A picture", "MMS", "text 'This is what it looks like' with picture"),
    Scenario("stop", REPLIES, "STOP", "Nothing more is sent", "text STOP"),
    Scenario("start", REPLIES, "START", "Opts in again", "text START"),
    Scenario("help", REPLIES, "HELP", "Who is texting", "text HELP"),
    Scenario("landline", TROUBLE, "Landline", "The carrier cannot deliver", "at open; call +15555550190"),
    Scenario("off", TROUBLE, "Phone is off", "Tried again after 5 minutes", "at open; call +15555550191; wait 5m"),
    Scenario("filtered", TROUBLE, "Filtered as spam", "Blocked by a carrier", "at open; call +15555550192"),
    Scenario("anonymous", TROUBLE, "Hidden number", "Nobody to text", "at open; call anonymous"),
)

BY_KEY = {scenario.key: scenario for scenario in SCENARIOS}


def by_group() -> dict[str, list[Scenario]]:
    """The scenarios under their headings, in order."""
    groups: dict[str, list[Scenario]] = {}
    for scenario in SCENARIOS:
        groups.setdefault(scenario.group, []).append(scenario)
    return groups
