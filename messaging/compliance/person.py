"""Everything of one phone at one business, as numbers of rows: read before anything is changed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from leads.models import Business, JobRequest, Lead
from messaging.delivery import AGAIN
from messaging.escalation import commands, relay, throttle
from messaging.models import Call, Conversation, Escalation, EscalationNotice, Message, OnCallText
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

OPEN_VISITS = (AppointmentStatus.HOLD, AppointmentStatus.REQUESTED, AppointmentStatus.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Person:
    """`alerts`: texts to the team about them. `carrier_ids`: what the carriers call their calls and texts. `names`:
    what anybody called them. `marks`: what is nobody else's: e-mail addresses, and names behind their code on a team
    phone. `words`: what they wrote that is long enough to be known again where somebody quotes it.
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
    marks: frozenset[str]
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
    codes = EscalationNotice.objects.filter(escalation__in=escalations).exclude(code="").values_list("code", flat=True)
    coded = {f"{code} {lead.name}" for code in codes for lead in leads if lead.name}
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
        alerts=_alerts(business, escalations),
        carrier_ids=frozenset(carrier_id for carrier_id in carrier_ids if carrier_id),
        # A first name alone is anybody's.
        names=frozenset(name for name in names if len(name.split()) > 1),
        marks=frozenset({lead.email for lead in leads if lead.email} | coded),
        words=frozenset(body.strip() for body in said if len(body.strip()) >= SHORTEST_QUOTE),
    )


def _alerts(business: Business, escalations: tuple[int, ...]) -> tuple[int, ...]:
    """Texts to the team that quote them: alerts, their words passed on, answers to what the team texted about it."""
    notices = EscalationNotice.objects.filter(escalation__in=escalations, message__isnull=False)
    found = set(notices.values_list("message_id", flat=True))
    if not escalations:
        return ()
    quoting = Q(pk=None)
    for key in Escalation.objects.filter(pk__in=escalations).values_list("key", flat=True):
        quoting |= Q(idem_key__startswith=f"{throttle.SAID}{key}:") | Q(idem_key__startswith=f"{relay.SEEN}{key}:")
    asked = OnCallText.objects.filter(escalation__in=escalations).values_list("carrier_message_id", flat=True)
    quoting |= Q(idem_key__in=[f"{commands.ANSWER}{text_id}"[:200] for text_id in asked])
    lines = Message.objects.filter(business=business, conversation__is_team=True)
    found |= set(lines.filter(quoting).values_list("pk", flat=True))
    # The second try of one.
    keys = Message.objects.filter(pk__in=found).values_list("key", flat=True)
    found |= set(lines.filter(idem_key__in=[f"{AGAIN}{key}" for key in keys]).values_list("pk", flat=True))
    return tuple(sorted(found))


def open_visits(person: Person, *, now: datetime) -> list[Appointment]:
    """Appointments that somebody still counts on."""
    rows = Appointment.objects.filter(pk__in=person.appointments, status__in=OPEN_VISITS, ends_at__gt=now)
    return list(rows.select_related("service", "location__business").order_by("starts_at"))


def _ids(rows: object) -> tuple[int, ...]:
    return tuple(rows.order_by().values_list("pk", flat=True))  # type: ignore[attr-defined]  # any queryset
