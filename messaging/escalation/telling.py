"""What an alert says of an escalation, and from which number it goes."""

from django.db.models import Case, F, Q, Value, When

from leads import colleagues
from leads.models import Membership
from messaging.enums import CarrierKind, Direction
from messaging.escalation import chain
from messaging.escalation.alert_words import Told
from messaging.escalation.enums import EscalationClass
from messaging.models import Escalation, EscalationNotice, Message, PhoneNumber
from recoverline.lib.phones import display_phone


def told(notice: EscalationNotice) -> Told:
    escalation = notice.escalation
    return Told(
        kind=EscalationClass(escalation.kind),
        who=customer_of(escalation),
        need=need_of(escalation),
        city=_city_of(escalation),
        code=notice.code,
        is_reminder=notice.position >= chain.FIRST_REMINDER,
    )


def customer_of(escalation: Escalation) -> str:
    """Name or number of the customer, "" when it is about nobody."""
    lead = escalation.lead
    if lead is None:
        return ""
    return lead.name or display_phone(lead.phone, escalation.business.country)


def need_of(escalation: Escalation) -> str:
    """What they need, in their words; for what is about nobody the summary."""
    request = escalation.conversation.request if escalation.conversation else None
    if request is not None and request.need:
        return request.need
    return last_words(escalation) or escalation.summary


def last_words(escalation: Escalation) -> str:
    """What the customer wrote last, or said to the voicemail when they have not written."""
    if escalation.conversation_id is None:
        return ""
    texts = Message.objects.filter(conversation=escalation.conversation_id, direction=Direction.IN).exclude(body="")
    text = texts.order_by("-id").values_list("body", flat=True).first()
    if text is not None or escalation.conversation is None:
        return text or ""
    calls = escalation.conversation.calls.exclude(transcript="").order_by("-started_at")
    return calls.values_list("transcript", flat=True).first() or ""


def _city_of(escalation: Escalation) -> str:
    request = escalation.conversation.request if escalation.conversation else None
    return request.place if request is not None else ""


def called(member: Membership | None) -> str:
    """The name colleagues read."""
    return colleagues.called(member.user) if member is not None else "Somebody"


def author_of(message: Message) -> str:
    """Who of the team wrote it."""
    return colleagues.called(message.author) if message.author is not None else "Somebody"


def number_for(escalation: Escalation) -> PhoneNumber | None:
    """The number whose customers it is about, else the first of the location, else of the business; one that works."""
    ours = PhoneNumber.objects.filter(
        business=escalation.business_id, is_active=True, stopped_at=None, account__is_active=True,
        account__stopped_at=None,
    ).exclude(account__kind=CarrierKind.WEBHOOK)  # fmt: skip
    conversation = escalation.conversation
    nearest = Case(
        When(pk=conversation.number_id if conversation else 0, then=Value(0)),
        When(location=escalation.location_id, then=Value(1)),
        default=Value(2),
    )
    # What was made up for a rehearsal is told to made-up phones only, and the other way round.
    simulated = Q(account__kind=CarrierKind.SIMULATOR)
    rows = ours.filter(simulated if escalation.is_simulated else ~simulated)
    return rows.select_related("account", "business", "location__business").order_by(nearest, F("id")).first()
