"""Rows with sensible values: name only what the test is about."""

from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from leads.enums import Role, TaskReason
from leads.models import (
    Business,
    CallbackTask,
    Faq,
    IntakeQuestion,
    Invitation,
    JobRequest,
    Lead,
    Location,
    Membership,
    PersonTopic,
    Policy,
    SafetyText,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from messaging.enums import (
    CallState,
    CarrierKind,
    ConsentKind,
    ConsentMeans,
    ConsentScope,
    Direction,
    HoursState,
    MessageKind,
    MessageStatus,
    MissReason,
    OptOutSource,
    Outcome,
    ScriptKind,
    TurnStatus,
)
from messaging.models import (
    AgentSettings,
    AgentTurn,
    Call,
    CarrierAccount,
    ConsentEntry,
    Conversation,
    Message,
    NeverText,
    OptOut,
    PhoneNumber,
    Publication,
    RegressionScenario,
    Rule,
    Script,
    SlotOffer,
    UnansweredQuestion,
)
from recoverline.lib.phones import is_served
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment, Assignment, BookingRules, BookingSettings, OpeningHours, Resource

# A Wednesday, mid-day in every zone of the United States.
NOON = datetime(2026, 6, 17, 18, 0, tzinfo=UTC)

_numbers = count(1)


def fresh() -> int:
    """A number no other row of this run has."""
    return next(_numbers)


# Tests write phones of these areas out in full, and one of them must be nobody else's.
_WRITTEN_OUT = {212, 213, 214, 303, 310, 312, 317, 401}
# Of the United States alone: the islands between them are abroad, and their callers get no text.
AREA_CODES = [
    code for code in range(212, 520)
    if code not in _WRITTEN_OUT and is_served(f"+1{code}5550100", frozenset({"US"}))
][:80]  # fmt: skip


def phone(index: int | None = None) -> str:
    """A number reserved for fiction: 80 area codes with 100 lines each."""
    index = fresh() if index is None else index
    return f"+1{AREA_CODES[index // 100 % 80]}55501{index % 100:02}"


def make_user(username: str = "", **values: Any) -> User:
    return get_user_model().objects.create_user(username or f"person{fresh()}", **values)


def make_business(name: str = "", **values: Any) -> Business:
    name = name or f"Business {fresh()}"
    values.setdefault("slug", f"{name.lower().replace(' ', '-')}-{fresh()}")
    return Business.objects.create(name=name, **values)


def make_location(business: Business, name: str = "Main", **values: Any) -> Location:
    values.setdefault("slug", f"{name.lower().replace(' ', '-')}-{fresh()}")
    return Location.objects.create(business=business, name=name, **values)


def make_member(business: Business, user: User, role: Role = Role.OWNER, **values: Any) -> Membership:
    return Membership.objects.create(business=business, user=user, role=role, **values)


def make_account(business: Business, **values: Any) -> CarrierAccount:
    index = fresh()
    defaults: dict[str, Any] = {
        "name": f"Account {index}",
        "kind": CarrierKind.TWILIO,
        "account_sid": f"AC{index:032x}",
        "auth_token": f"token-{index}",
    }
    return CarrierAccount.objects.create(business=business, **{**defaults, **values})


def make_number(location: Location, account: CarrierAccount | None = None, **values: Any) -> PhoneNumber:
    account = account or make_account(location.business)
    values.setdefault("number", phone())
    return PhoneNumber.objects.create(business=location.business, location=location, account=account, **values)


def make_hours(business: Business, **values: Any) -> None:
    """Monday to Friday, nine to five."""
    for weekday in range(5):
        OpeningHours.objects.create(
            **{"business": business, "weekday": weekday, "opens": time(9), "closes": time(17), **values}
        )


def make_script(business: Business, **values: Any) -> Script:
    defaults = {
        "kind": ScriptKind.MISSED_CALL,
        "name": f"Script {fresh()}",
        "body": "{business}: sorry we missed your call. How can we help? {opt_out}",
    }
    return Script.objects.create(business=business, **{**defaults, **values})


def make_rule(business: Business, **values: Any) -> Rule:
    return Rule.objects.create(business=business, **{"name": f"Rule {fresh()}", **values})


def make_lead(business: Business, **values: Any) -> Lead:
    values.setdefault("phone", phone())
    return Lead.objects.create(business=business, **{"created_at": NOON, **values})


def make_request(lead: Lead, location: Location, **values: Any) -> JobRequest:
    return JobRequest.objects.create(
        business=lead.business, lead=lead, location=location, **{"opened_at": NOON, **values}
    )


def make_task(location: Location, **values: Any) -> CallbackTask:
    defaults: dict[str, Any] = {
        "reason": TaskReason.RULE,
        "cause": f"test:{fresh()}",
        "due_at": NOON,
        "created_at": NOON,
        "phone": phone(),
    }
    return CallbackTask.objects.create(business=location.business, location=location, **{**defaults, **values})


def make_call(number: PhoneNumber, **values: Any) -> Call:
    """A missed call that got a text by default, as no rule matched."""
    defaults: dict[str, Any] = {
        "carrier_call_id": f"CA{fresh():032x}",
        "caller": phone(),
        "state": CallState.MISSED,
        "miss_reason": MissReason.NO_ANSWER,
        "hours_state": HoursState.OPEN,
        "started_at": NOON,
        "ended_at": NOON,
        "rang_seconds": 15,
        "decided_at": NOON,
        "outcome": Outcome.TEXT,
        "decision": "rule",
        "facts": {
            "location_id": number.location_id,
            "number_id": number.pk,
            "hours": values.get("hours_state", HoursState.OPEN),
            "reason": values.get("miss_reason", MissReason.NO_ANSWER),
            "rang_seconds": values.get("rang_seconds", 15),
            "callers": ["new"],
            "minutes_since_last": None,
        },
        "trace": [{"kind": "rule", "id": None, "name": "Default", "matched": True, "because": ""}],
    }
    return Call.objects.create(
        business=number.business,
        location=number.location,
        number=number,
        account=number.account,
        **{**defaults, **values},
    )


def make_conversation(lead: Lead, number: PhoneNumber, **values: Any) -> Conversation:
    """With `needs_reply` they wait since the last text, and a person is due 15 minutes after it."""
    if values.get("needs_reply"):
        since = values.setdefault("waiting_since", values.get("last_at", NOON))
        values.setdefault("reply_due_at", since + timedelta(minutes=15))
    return Conversation.objects.create(
        business=lead.business,
        location=number.location,
        number=number,
        lead=lead,
        **{"last_at": NOON, "opened_at": NOON, **values},
    )


def make_message(conversation: Conversation, body: str = "Hello", **values: Any) -> Message:
    defaults: dict[str, Any] = {
        "direction": Direction.OUT,
        "kind": MessageKind.FIRST_TEXT,
        "status": MessageStatus.DELIVERED,
        "idem_key": f"test:{fresh()}",
        "created_at": NOON,
    }
    return Message.objects.create(
        business=conversation.business,
        conversation=conversation,
        lead=conversation.lead,
        number=conversation.number,
        account=conversation.number.account,
        body=body,
        **{**defaults, **values},
    )


def make_opt_out(business: Business, **values: Any) -> OptOut:
    values.setdefault("phone", phone())
    return OptOut.objects.create(business=business, **{"source": OptOutSource.TEXT, "opted_out_at": NOON, **values})


def make_consent_entry(business: Business, **values: Any) -> ConsentEntry:
    """STOP by text, at NOON."""
    defaults: dict[str, Any] = {
        "phone": phone(), "kind": ConsentKind.OPTED_OUT, "means": ConsentMeans.TEXT, "scope": ConsentScope.ALL,
        "evidence": f"text SM{fresh()}", "at": NOON,
    }  # fmt: skip
    return ConsentEntry.objects.create(business=business, **{**defaults, **values})


def make_never_text(business: Business, **values: Any) -> NeverText:
    values.setdefault("phone", phone())
    return NeverText.objects.create(business=business, **values)


def make_service(business: Business, name: str = "", **values: Any) -> Service:
    return Service.objects.create(business=business, name=name or f"Service {fresh()}", **values)


def make_rules(service: Service, **values: Any) -> BookingRules:
    """Bookable on the half hour, at the location, without notice."""
    defaults: dict[str, Any] = {"place": "location", "notice_minutes": 0, "step_minutes": 30}
    return BookingRules.objects.create(service=service, **{**defaults, **values})


def make_booking_settings(business: Business, **values: Any) -> BookingSettings:
    return BookingSettings.objects.create(business=business, **{"is_page_on": True, **values})


def make_resource(business: Business, name: str = "", **values: Any) -> Resource:
    return Resource.objects.create(business=business, name=name or f"Technician {fresh()}", **values)


def make_area(business: Business, city: str = "", **values: Any) -> ServiceArea:
    return ServiceArea.objects.create(business=business, city=city or f"City {fresh()}", **values)


def make_faq(business: Business, question: str = "", answer: str = "Yes.", **values: Any) -> Faq:
    question = question or f"Question {fresh()}?"
    return Faq.objects.create(business=business, question=question, answer=answer, **values)


def make_policy(business: Business, title: str = "", text: str = "As agreed.", **values: Any) -> Policy:
    return Policy.objects.create(business=business, title=title or f"Policy {fresh()}", text=text, **values)


def make_question(business: Business, question: str = "", **values: Any) -> IntakeQuestion:
    return IntakeQuestion.objects.create(business=business, question=question or f"What about {fresh()}?", **values)


def make_topic(business: Business, *phrases: str, **values: Any) -> PersonTopic:
    """What only a person talks about; by default refunds."""
    values.setdefault("name", f"Topic {fresh()}")
    return PersonTopic.objects.create(business=business, phrases=list(phrases or ("refund",)), **values)


def make_safety_text(business: Business, danger: str = "gas", **values: Any) -> SafetyText:
    values.setdefault("text", "{business}: leave the house, then call 911.")
    return SafetyText.objects.create(business=business, danger=danger, **values)


def make_service_at(service: Service, location: Location, **values: Any) -> ServiceAtLocation:
    return ServiceAtLocation.objects.create(service=service, location=location, **values)


def make_agent_settings(business: Business, **values: Any) -> AgentSettings:
    """A robot that answers by itself, by the rules, and does not wait for more texts."""
    defaults: dict[str, Any] = {"mode": "auto", "driver": "rules", "quiet_seconds": 0}
    return AgentSettings.objects.create(business=business, **{**defaults, **values})


def make_turn(message: Message, **values: Any) -> AgentTurn:
    """What the robot made of a customer's text; by default an answer that was sent."""
    defaults: dict[str, Any] = {"status": TurnStatus.SENT, "driver": "rules", "started_at": NOON, "finished_at": NOON}
    return AgentTurn.objects.create(
        business=message.business, conversation=message.conversation, trigger=message, **{**defaults, **values}
    )


def make_slot_offer(conversation: Conversation, service: Service, **values: Any) -> SlotOffer:
    """Offered at NOON for the same hour of the next day, at the conversation's location."""
    defaults: dict[str, Any] = {
        "number": 1,
        "location": conversation.location,
        "starts_at": NOON + timedelta(days=1),
        "offered_at": NOON,
    }
    return SlotOffer.objects.create(
        business=conversation.business, conversation=conversation, service=service, **{**defaults, **values}
    )


def make_unanswered(business: Business, text: str = "Do you fix kites?", **values: Any) -> UnansweredQuestion:
    return UnansweredQuestion.objects.create(business=business, text=text, **{"asked_at": NOON, **values})


def make_scenario(business: Business, *lines: str, **values: Any) -> RegressionScenario:
    defaults: dict[str, Any] = {"name": f"Scenario {fresh()}", "created_at": NOON}
    return RegressionScenario.objects.create(
        business=business, lines=list(lines or ("Hello",)), **{**defaults, **values}
    )


def make_publication(business: Business, **values: Any) -> Publication:
    defaults: dict[str, Any] = {"version": fresh(), "knowledge": {}, "published_at": NOON}
    return Publication.objects.create(business=business, **{**defaults, **values})


def make_appointment(service: Service, location: Location, *resources: Resource, **values: Any) -> Appointment:
    """A booked hour at NOON on the day after it, as a bare row: without claims, events or texts."""
    starts_at = values.get("starts_at", NOON + timedelta(days=1))
    defaults: dict[str, Any] = {
        "status": AppointmentStatus.CONFIRMED,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=service.duration_minutes),
        "booked_by": BookedBy.STAFF,
        "created_at": NOON,
        "booked_at": NOON,
        "updated_at": NOON,
    }
    row = Appointment.objects.create(
        business=service.business, service=service, location=location, **{**defaults, **values}
    )
    for resource in resources:
        Assignment.objects.create(appointment=row, resource=resource)
    return row


def make_invitation(business: Business, **values: Any) -> Invitation:
    """Open for a week from NOON; nobody has its link."""
    values.setdefault("email", f"invited{fresh()}@example.com")
    defaults: dict[str, Any] = {
        "token_digest": f"{fresh():064x}",
        "created_at": NOON,
        "expires_at": NOON + timedelta(days=7),
    }
    return Invitation.objects.create(business=business, **{**defaults, **values})
