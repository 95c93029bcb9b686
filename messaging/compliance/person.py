"""Everything of one phone at one business, as numbers of rows: read before anything is changed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from leads.models import Business, JobRequest, Lead
from messaging.models import Call, Conversation, Escalation, EscalationNotice, Message
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

OPEN_VISITS = (AppointmentStatus.HOLD, AppointmentStatus.REQUESTED, AppointmentStatus.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Person:
    """`carrier_ids`: what the carriers call their calls and texts. `words`: what they wrote that is long enough to be
    known again where somebody quotes it.
    """

    business: Business
    phone: str
    leads: tuple[int, ...]
    conversations: tuple[int, ...]
    requests: tuple[int, ...]
    appointments: tuple[int, ...]
    calls: tuple[int, ...]
    escalations: tuple[int, ...]
    alerts: tuple[int, ...]
    carrier_ids: frozenset[str]
    names: frozenset[str]
    emails: frozenset[str]
    words: frozenset[str]

    @property
    def is_known(self) -> bool:
        return bool(self.leads or self.calls)


SHORTEST_QUOTE = 10


def person_of(business: Business, phone: str) -> Person:
    """`phone`: E.164. Of somebody who was erased before, only what came since."""
    leads = list(Lead.objects.filter(business=business, phone=phone))
    ids = tuple(lead.pk for lead in leads)
    calls = Call.objects.filter(Q(lead__in=ids) | Q(caller=phone), business=business)
    texts = Message.objects.filter(lead__in=ids)
    conversations = _ids(Conversation.objects.filter(lead__in=ids))
    escalations = _ids(Escalation.objects.filter(Q(lead__in=ids) | Q(conversation__in=conversations)))
    notices = EscalationNotice.objects.filter(escalation__in=escalations, message__isnull=False)
    appointments = Appointment.objects.filter(Q(lead__in=ids) | Q(request__lead__in=ids))
    names = {lead.name for lead in leads} | set(appointments.values_list("name", flat=True))
    names |= set(calls.values_list("caller_name", flat=True))
    said = texts.filter(direction="in").values_list("body", flat=True)
    carrier_ids = {
        *calls.values_list("carrier_call_id", flat=True),
        *texts.values_list("carrier_message_id", flat=True),
    }
    return Person(
        business=business,
        phone=phone,
        leads=ids,
        conversations=conversations,
        requests=_ids(JobRequest.objects.filter(lead__in=ids)),
        appointments=_ids(appointments),
        calls=_ids(calls),
        escalations=escalations,
        alerts=tuple(notices.values_list("message_id", flat=True)),
        carrier_ids=frozenset(carrier_id for carrier_id in carrier_ids if carrier_id),
        # A first name alone is anybody's.
        names=frozenset(name for name in names if len(name.split()) > 1),
        emails=frozenset(lead.email for lead in leads) - {""},
        words=frozenset(body.strip() for body in said if len(body.strip()) >= SHORTEST_QUOTE),
    )


def open_visits(person: Person, *, now: datetime) -> list[Appointment]:
    """Appointments that somebody still counts on."""
    rows = Appointment.objects.filter(pk__in=person.appointments, status__in=OPEN_VISITS, ends_at__gt=now)
    return list(rows.select_related("service", "location__business").order_by("starts_at"))


def _ids(rows: object) -> tuple[int, ...]:
    return tuple(rows.order_by().values_list("pk", flat=True))  # type: ignore[attr-defined]  # any queryset
