"""What is left to do until a business recovers its missed calls, asked of the rows each time and never remembered.

A step is done when something proves it, not when somebody says so; one that was done can break.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import TextChoices
from django.urls import reverse
from django.utils import timezone

from leads.models import Business
from messaging.alerts import MAIL_FAILED, MAIL_SENT
from messaging.beats import PROCESSES, is_stale
from messaging.enums import AgentMode, CarrierKind, NumberMode, Registration
from messaging.models import PhoneNumber
from messaging.templatetags.inbox import ago
from messaging.text_events import TOLL_FREE
from recoverline.getting_started.facts import SetUpFacts, facts_of
from recoverline.lib.phones import display_phone

FAQS_WANTED = 3
# So many calls make a habit. Silence of six times the usual pause, and of three days, is news.
HABIT, SILENCE, QUIET_DAYS = 10, 6, timedelta(days=3)


class State(TextChoices):
    MISSING = "todo", "to do"
    DONE = "done", "done"
    BROKEN = "broken", "needs a look"


@dataclass(frozen=True, slots=True)
class Step:
    """`evidence` says why it is in this state; `since`: when it broke; `attempt`: what to try; `url`: where."""

    label: str
    why: str
    url: str
    state: State
    evidence: str = ""
    attempt: str = ""
    since: datetime | None = None

    @property
    def is_done(self) -> bool:
        return self.state == State.DONE


@dataclass(frozen=True, slots=True)
class Progress:
    """`next`: what is broken first, then what is not done; None when nothing is left."""

    done: int
    count: int
    next: Step | None
    broken_since: datetime | None


def steps_of(business: Business, *, now: datetime) -> list[Step]:
    facts = facts_of(business, now=now)
    steps = [decide(facts, now) for decide in _STEPS]
    return [step for step in steps if step is not None]


def progress_of(steps: list[Step]) -> Progress:
    broken = [step for step in steps if step.state == State.BROKEN]
    left = broken + [step for step in steps if step.state == State.MISSING]
    since = max((step.since for step in broken if step.since), default=None)
    return Progress(sum(step.is_done for step in steps), len(steps), left[0] if left else None, since)


# ---------------------------------------------------------------- the line
def _carrier(facts: SetUpFacts, now: datetime) -> Step:
    accounts, numbers = reverse("admin:messaging_carrieraccount_changelist"), _numbers_page()
    label, why = "Connect your number", "It carries the calls and the texts."
    for row, page in [(a, accounts) for a in facts.accounts] + [(n, numbers) for n in facts.numbers]:
        if row.stopped_at is not None:
            said = f"Stopped {_ago(row.stopped_at, now)}: {row.problem or 'the carrier refuses it'}"
            tip = "Put it right at the carrier, then resume it here."
            return Step(label, why, page, State.BROKEN, said, tip, row.stopped_at)
    if not facts.accounts:
        return Step(label, why, accounts, State.MISSING, "There is no carrier account yet", "Add the account first.")
    connected = [number for number in facts.numbers if number.account.is_active]
    if not connected:
        return Step(label, why, numbers, State.MISSING, "There is no number yet", "Add the number customers call.")
    shown = display_phone(connected[0].number, facts.business.country)
    more = f" and {len(connected) - 1} more" if len(connected) > 1 else ""
    return Step(label, why, numbers, State.DONE, f"{shown}{more}")


def _test_call(facts: SetUpFacts, now: datetime) -> Step:
    label, why = "Receive a call", "Only a call that arrives proves that the number is connected."
    tip = "Call your number from a mobile and let it ring."
    last = _last_call(facts)
    if last is None:
        return Step(label, why, _numbers_page(), State.MISSING, "No call has arrived yet", tip)
    silent_since = _silent_since(facts, now)
    if silent_since is not None:
        said = f"No call since {_ago(last, now)}, which is unusual here: forwarding may be off"
        return Step(label, why, _numbers_page(), State.BROKEN, said, tip, silent_since)
    return Step(label, why, _numbers_page(), State.DONE, f"Last call {_ago(last, now)}")


def _silent_since(facts: SetUpFacts, now: datetime) -> datetime | None:
    """When silence became news, None while it is none."""
    if len(facts.calls) < HABIT:
        return None
    last, first = facts.calls[0].at, facts.calls[-1].at
    usual = (last - first) / (len(facts.calls) - 1)
    news = last + max(QUIET_DAYS, SILENCE * usual)
    return news if news <= now else None


def _line(facts: SetUpFacts, now: datetime) -> Step:
    """Each number's own way of missing a call; the first number without proof is what is left."""
    unproven = next((number for number in facts.numbers if _proof(facts, number) is None), None)
    shown = unproven or (facts.numbers[0] if facts.numbers else None)
    mode = NumberMode(shown.mode) if shown else NumberMode.FORWARDED
    label, why, tip = _WAYS[mode]
    if shown is None:
        return Step(label, why, _numbers_page(), State.MISSING, "There is no number yet", tip)
    page = reverse("admin:messaging_phonenumber_change", args=[shown.pk])
    proofs = [proof for number in facts.numbers if (proof := _proof(facts, number))]
    if unproven is None:
        at, via = max(proofs)
        by = f", forwarded by {via}" if via else ""
        return Step(label, why, page, State.DONE, f"Proven {_ago(at, now)}{by}")
    number = display_phone(shown.number, facts.business.country)
    return Step(label, why, page, State.MISSING, f"Nothing has proven it yet for {number}", tip)


_WAYS = {
    NumberMode.FORWARDED: (
        "Forward your line",
        "Your phone company has to pass on to us what you do not answer.",
        "Call your usual number from a mobile and do not pick up: the call must arrive here.",
    ),
    NumberMode.HOSTED: (
        "Ring your team",
        "Calls ring your team first, and only what nobody answers gets a text.",
        "Call your number from a mobile: a phone of the team must ring.",
    ),
    NumberMode.EXTERNAL: (
        "Report missed calls",
        "Your phone system has to tell us of each call that nobody answered.",
        "Call your number from a mobile and let it ring: your phone system must report it.",
    ),
}


def _proof(facts: SetUpFacts, number: PhoneNumber) -> tuple[datetime, str] | None:
    """When a call last came the way this number gets them, and from which line."""
    mode, last = number.mode, number.last_call_at
    mine = [call for call in facts.calls if call.number_id == number.pk]
    if mode == NumberMode.HOSTED:
        mine = [call for call in mine if call.rang]
        return (mine[0].at, "") if mine else None
    if mode == NumberMode.FORWARDED and mine:
        via = next((call.forwarded_from for call in mine if call.forwarded_from), "")
        return mine[0].at, display_phone(via, facts.business.country) if via else ""
    return (mine[0].at, "") if mine else (last, "") if last else None


# ---------------------------------------------------------------- what is said
def _hours(facts: SetUpFacts, now: datetime) -> Step:
    page = reverse("admin:leads_business_change", args=[facts.business.pk])
    state = State.DONE if facts.has_hours else State.MISSING
    return Step("Set opening hours", "They decide which text a caller gets, and by when somebody should answer.", page,
                state, "" if facts.has_hours else "Without hours you count as always open")  # fmt: skip


def _first_text(facts: SetUpFacts, now: datetime) -> Step:
    label, why = "Read your first text", "It is what every caller you miss will get."
    page, tip = reverse("admin:messaging_script_changelist"), "Read it as a caller would, then save it."
    if not facts.has_script:
        return Step(label, why, page, State.MISSING, "There is none yet: callers get built-in words", tip)
    if facts.script_saved_at is None:
        return Step(label, why, page, State.MISSING, "Nobody has read and saved it yet", tip)
    return Step(label, why, page, State.DONE, f"Saved {_ago(facts.script_saved_at, timezone.now())}")


def _knowledge(facts: SetUpFacts, now: datetime) -> Step:
    label, why = "Say what you do", "The robot says only what you have told it."
    left = []
    page = "admin:leads_faq_changelist"
    if facts.answers < FAQS_WANTED:
        missing = FAQS_WANTED - facts.answers
        left.append(f"{missing} more {'answer' if missing == 1 else 'answers'} to frequent questions")
    if facts.visits_customers and not facts.areas:
        left.append("the areas you serve")
        page = "admin:leads_servicearea_changelist"
    if not facts.prices:
        left.append("a service with its price")
        page = "admin:leads_service_changelist"
    if left:
        return Step(label, why, reverse(page), State.MISSING, f"Missing: {', '.join(reversed(left))}")
    said = f"{facts.prices} {'service' if facts.prices == 1 else 'services'} with a price, {facts.answers} answers"
    return Step(label, why, reverse(page), State.DONE, said)


def _team(facts: SetUpFacts, now: datetime) -> Step:
    label, why = "Bring your team", "Who answers, and whose own calls never get a text."
    page = reverse("team")
    if not facts.alerted:
        tip = "Switch on alerts for somebody who has an e-mail address."
        return Step(label, why, page, State.BROKEN, "Nobody is mailed when a customer needs a person", tip)
    if facts.members < 2 and not facts.invited:
        return Step(label, why, page, State.MISSING, "You are the only one", "Invite who answers the phone.")
    people = f"{facts.members} {'person' if facts.members == 1 else 'people'}"
    invited = f", {facts.invited} invited" if facts.invited else ""
    return Step(label, why, page, State.DONE, f"{people}{invited}; alerts go to {facts.alerted}")


def _on_call(facts: SetUpFacts, now: datetime) -> Step:
    """Done when every hour of the next week has somebody with a phone, and an alert was once answered from one."""
    found = facts.on_call
    label, why = "Be on call", "What cannot wait rings a phone, until somebody says that it is theirs."
    shifts = reverse("admin:scheduling_oncallshift_changelist")
    if not found.has_policy:
        page = reverse("admin:messaging_escalationpolicy_changelist")
        return Step(
            label, why, page, State.MISSING, "Nobody is asked yet: there is no policy", "Say who is told first."
        )
    if not found.has_shifts:
        tip = "Write down who is on call when."
        return Step(label, why, shifts, State.MISSING, "Nobody is on call: the owners are asked", tip)
    if found.gap:
        more = f", and {found.more_gaps} more" if found.more_gaps else ""
        state = State.BROKEN if found.answered_at else State.MISSING
        return Step(label, why, shifts, state, f"Nobody with a phone is on call {found.gap}{more}", "Fill the gap.")
    if found.answered_at is None:
        tip = "Send yourself a test alert below, and answer it."
        return Step(label, why, reverse("getting-started"), State.MISSING, "No alert has been answered yet", tip)
    said = f"Every hour of the next week; last alert answered {_ago(found.answered_at, now)}"
    return Step(label, why, shifts, State.DONE, said)


def _robot(facts: SetUpFacts, now: datetime) -> Step:
    page = reverse("admin:messaging_agentsettings_changelist")
    label, why = "Decide about the robot", "It can answer and book by itself, write drafts, or leave all to people."
    if facts.robot is None and not facts.has_published:
        return Step(label, why, page, State.MISSING, "Nobody has decided; until then people answer")
    mode = AgentMode(facts.robot.mode) if facts.robot else AgentMode.OFF
    return Step(label, why, page, State.DONE, str(mode.label))


# ---------------------------------------------------------------- may texts leave
def _registration(facts: SetUpFacts, now: datetime) -> Step | None:
    """Only for texts from numbers of North America through a carrier that is real."""
    numbers = [row for row in facts.numbers if row.number.startswith("+1") and row.account.kind == CarrierKind.TWILIO]
    if not numbers:
        return None
    order = [Registration.REJECTED, Registration.UNKNOWN, Registration.SUBMITTED]
    weight = {state.value: rank for rank, state in enumerate(order)}
    number = min(numbers, key=lambda row: weight.get(row.registration, len(order)))
    kind = "toll-free verification" if TOLL_FREE.match(number.number) else "A2P 10DLC registration"
    label, why = "Register for texting", f"Carriers drop texts of businesses that have not registered ({kind})."
    page = reverse("admin:messaging_phonenumber_change", args=[number.pk])
    tip = f"Finish the {kind} at your carrier, then say so on the number's page."
    if facts.refused_at is not None:
        said = f"A carrier refused a text {_ago(facts.refused_at, now)} for want of it (error {facts.refused_code})"
        return Step(label, why, page, State.BROKEN, said, tip, facts.refused_at)
    state = Registration(number.registration)
    if state == Registration.REJECTED:
        return Step(label, why, page, State.BROKEN, "The carrier has rejected it", tip)
    if state in (Registration.UNKNOWN, Registration.SUBMITTED):
        return Step(label, why, page, State.MISSING, str(state.label), tip)
    return Step(label, why, page, State.DONE, str(state.label))


def _texting(facts: SetUpFacts, now: datetime) -> Step:
    page = reverse("admin:leads_business_change", args=[facts.business.pk])
    label, why = "Keep texting on", "A pause stops every text at once."
    if facts.business.is_texting_paused:
        said, tip = "Texting is paused: no caller gets a text", "Resume it on the page of the business."
        return Step(label, why, page, State.BROKEN, said, tip, facts.paused_at)
    return Step(label, why, page, State.DONE, "Texts may leave")


# ---------------------------------------------------------------- the installation
def _processes(facts: SetUpFacts, now: datetime) -> Step:
    """Heartbeats are real time, wherever the simulator's clock stands."""
    label, why = "Keep the processes running", "One sends the texts, another does what is due."
    page, real = reverse("healthz"), timezone.now()
    last = {name: facts.beats.latest(name) for name in PROCESSES}
    dead = [name for name, at in last.items() if is_stale(at, real)]
    if not dead:
        return Step(label, why, page, State.DONE, "Sender and worker are alive")
    tip = "Whoever runs this installation should start it again."
    at = last[dead[0]]
    if at is None:
        return Step(label, why, page, State.MISSING, f"The {dead[0]} does not run", tip)
    return Step(label, why, page, State.BROKEN, f"The {dead[0]} was last alive {_ago(at, real)}", tip, at)


def _mail(facts: SetUpFacts, now: datetime) -> Step:
    label, why = "Send e-mail", "Alerts, invitations and new passwords are mailed."
    page, real = reverse("getting-started"), timezone.now()
    sent, failed = facts.beats.notes.get(MAIL_SENT), facts.beats.notes.get(MAIL_FAILED)
    if settings.EMAIL_BACKEND.endswith((".console.EmailBackend", ".dummy.EmailBackend")):
        tip = "Whoever runs this installation should set EMAIL_URL."
        return Step(label, why, page, State.MISSING, "E-mail is only written to the log", tip)
    if failed is not None and (sent is None or failed > sent):
        tip = "Whoever runs this installation should look at EMAIL_URL."
        return Step(label, why, page, State.BROKEN, f"An e-mail could not be sent {_ago(failed, real)}", tip, failed)
    if sent is None:
        return Step(label, why, page, State.MISSING, "Nothing has been mailed yet", "Mail yourself a test below.")
    return Step(label, why, page, State.DONE, f"Last e-mail {_ago(sent, real)}")


def _numbers_page() -> str:
    return reverse("admin:messaging_phonenumber_changelist")


def _last_call(facts: SetUpFacts) -> datetime | None:
    seen = [number.last_call_at for number in facts.numbers if number.last_call_at]
    return max([*seen, *(call.at for call in facts.calls[:1])], default=None)


def _ago(at: datetime, now: datetime) -> str:
    said = ago(at, now)
    return "just now" if said == "now" else f"{said} ago"


_STEPS: tuple[Callable[[SetUpFacts, datetime], Step | None], ...] = (
    _carrier, _test_call, _line, _hours, _first_text, _knowledge, _team, _on_call, _robot, _registration, _texting,
    _processes, _mail,
)  # fmt: skip
