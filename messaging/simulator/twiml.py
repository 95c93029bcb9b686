"""TwiML as a carrier reads it: our own answers, back as plain values."""

from dataclasses import dataclass
from xml.etree import ElementTree

from messaging.simulator.errors import SimulatorError


@dataclass(frozen=True, slots=True)
class Target:
    """A phone to ring. `whisper` and `status` are addresses, "" where there is none."""

    phone: str
    whisper: str
    status: str


@dataclass(frozen=True, slots=True)
class Dial:
    targets: tuple[Target, ...]
    seconds: int
    action: str


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Gather:
    text: str
    action: str


@dataclass(frozen=True, slots=True)
class Record:
    action: str
    recording: str
    transcription: str


@dataclass(frozen=True, slots=True)
class Redirect:
    url: str


@dataclass(frozen=True, slots=True)
class Hangup:
    pass


Verb = Dial | Say | Gather | Record | Redirect | Hangup


def read(xml: str) -> list[Verb]:
    """The verbs in order. Raises SimulatorError for what no carrier would take."""
    try:
        root = ElementTree.fromstring(xml)  # noqa: S314  our own answer
    except ElementTree.ParseError as error:
        raise SimulatorError("The answer to the webhook is not TwiML.") from error
    return [_verb(element) for element in root]


def spoken(xml: str) -> list[str]:
    """What is said aloud, in order."""
    return [verb.text for verb in read(xml) if isinstance(verb, Say | Gather)] if xml else []


def _verb(element: ElementTree.Element) -> Verb:
    get = element.attrib.get
    match element.tag:
        case "Dial":
            targets = tuple(
                Target(
                    (number.text or "").strip(), number.attrib.get("url", ""), number.attrib.get("statusCallback", "")
                )
                for number in element.findall("Number")
            )
            return Dial(targets, int(get("timeout", "30")), get("action", ""))
        case "Say":
            return Say((element.text or "").strip())
        case "Gather":
            return Gather(" ".join((say.text or "").strip() for say in element.findall("Say")), get("action", ""))
        case "Record":
            return Record(get("action", ""), get("recordingStatusCallback", ""), get("transcribeCallback", ""))
        case "Redirect":
            return Redirect((element.text or "").strip())
        case "Hangup":
            return Hangup()
        case _:
            raise SimulatorError(f"The simulator does not know the verb {element.tag}.")
