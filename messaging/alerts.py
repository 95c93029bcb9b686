"""Tell the team by e-mail that somebody needs a person: who it is, how to call back, and what they said last."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from leads.access import alert_addresses, own_address
from leads.models import CallbackTask, CrmConnection, LeadEvent, Location, WebhookEndpoint
from messaging import beats
from messaging.enums import Direction
from messaging.escalation import sources
from messaging.models import Call, Conversation, Mention, Message, PhoneNumber
from messaging.templatetags.inbox import person
from recoverline.lib import mail, queue
from recoverline.lib.phones import display_phone
from scheduling.models import Appointment

logger = logging.getLogger(__name__)

QUOTED_AT_MOST = 300
# The mail server may be away for an hour; what is older than that people have seen in the inbox.
TRY_AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 45))
# When an e-mail last left, and last could not: in the list of heartbeats, where getting started looks.
MAIL_SENT, MAIL_FAILED = "mail", "mail failed"
# What the team is told, by the field of leads.models.Preferences that says who wants it.
_TEAM_WISHES = {"conversation.urgent": "email_urgent", "conversation.overdue": "email_overdue"}
# What one person alone is told: `user` in the event's data.
_OWN_WISHES = {"conversation.assigned": "email_assigned", "person.mentioned": "email_mentions"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about. `phone` is E.164, "" of a hidden number and None of nobody; `link` is where to click."""

    link: str
    location: Location | None = None
    phone: str | None = None
    words: str = ""
    waiting_since: datetime | None = None


def alert_staff(event_id: int, *, attempt: int = 1) -> None:
    """Mail whoever wants to hear of the event, but not who did it. What the simulator caused says so.

    A mail server that is away is asked again later, up to as often as TRY_AGAIN_AFTER names times.
    """
    event = LeadEvent.objects.select_related("business", "lead", "actor").filter(pk=event_id).first()
    if event is None or _is_of_blocked(event):
        return
    about = _subject_of(event)
    # Whom the escalation mails at this very moment need not read of it twice.
    mailed = sources.mailed_by_chain(event)
    addresses = [address for address in _addresses(event, about.location) if address not in mailed]
    if not addresses:
        return
    problem = mail_noted(*_letter(event, about), addresses)
    if problem is not None:
        _try_again(event_id, attempt, problem)


def mail_noted(subject: str, body: str, addresses: Sequence[str]) -> Exception | None:
    """Send an e-mail, and remember whether that works; why not, None when it has left."""
    try:
        mail.send(subject, body, addresses)
    except (SMTPException, OSError) as problem:
        beats.note(MAIL_FAILED, now=timezone.now())
        return problem
    beats.note(MAIL_SENT, now=timezone.now())
    return None


def _is_of_blocked(event: LeadEvent) -> bool:
    """Nobody is told of blocked people; only a danger makes their conversation urgent, and that is told."""
    return event.lead is not None and event.lead.blocked_at is not None and event.kind != "conversation.urgent"


def _try_again(event_id: int, attempt: int, problem: Exception) -> None:
    # The error alone: addresses are nothing for a log.
    if attempt > len(TRY_AGAIN_AFTER):
        logger.error("gave up mailing event %s: %s", event_id, type(problem).__name__)
        return
    logger.warning("could not mail event %s, trying again later: %s", event_id, type(problem).__name__)
    queue.enqueue_later(
        "messaging.tasks.alert_staff", event_id, attempt + 1, delay=TRY_AGAIN_AFTER[attempt - 1]
    )  # fmt: skip


def _addresses(event: LeadEvent, location: Location | None) -> list[str]:
    """Nobody is told of what they did themselves."""
    wish = _OWN_WISHES.get(event.kind)
    if wish is None:
        return alert_addresses(
            event.business, location, wish=_TEAM_WISHES.get(event.kind, ""), but_not=event.actor_id,
            about_somebody=event.lead_id is not None,
        )  # fmt: skip
    user_id = event.data.get("user")
    if not isinstance(user_id, int) or user_id == event.actor_id:
        return []
    address = own_address(event.business, location, user_id=user_id, wish=wish)
    return [address] if address else []


def _letter(event: LeadEvent, about: Subject) -> tuple[str, str]:
    """Subject and text."""
    lead = event.lead
    phone = lead.phone if lead else about.phone
    shown = "" if phone is None else display_phone(phone, event.business.country) or "Hidden number"
    name = lead.name if lead else ""
    who = name or shown
    what = _what_happened(event)
    context = {
        "what": what,
        "is_note": event.kind == "person.mentioned",
        "name": name,
        "shown": shown,
        "phone": phone,
        "quoted": _one_line(about.words),
        "about": about,
        "business": event.business,
        "preferences": f"{settings.SITE_URL}/inbox/preferences/",
    }
    simulated = "Simulated: " if lead and lead.is_simulated else ""
    subject = f"{simulated}{event.business}: {what} {who}"
    return subject, render_to_string("emails/alert.txt", context)


def _what_happened(event: LeadEvent) -> str:
    """As the timeline says it; to one person as it concerns them."""
    by = person(event.actor) if event.actor else "Somebody"
    if event.kind == "conversation.assigned":
        return f"{by} assigned to you:"
    if event.kind == "person.mentioned":
        return f"{by} mentions you in a note about"
    return f"{event.text}:" if event.kind == "conversation.overdue" else event.text


def _subject_of(event: LeadEvent) -> Subject:
    inbox, data = f"{settings.SITE_URL}/inbox/", event.data
    if key := data.get("conversation"):
        conversation = Conversation.objects.select_related("location").filter(key=key).first()
        if conversation:
            link = f"{inbox}{conversation.key}/"
            if event.kind == "person.mentioned":
                return Subject(link, conversation.location, words=_note(conversation, event))
            since = conversation.waiting_since if event.kind == "conversation.overdue" else None
            return Subject(link, conversation.location, words=_last_words(conversation), waiting_since=since)
    if key := data.get("task"):
        task = CallbackTask.objects.select_related("location").filter(key=key).first()
        if task:
            return Subject(f"{inbox}callbacks/", task.location, task.phone)
    if key := data.get("call"):
        call = Call.objects.select_related("location", "conversation").filter(key=key).first()
        if call:
            link = f"{inbox}{call.conversation.key}/" if call.conversation else inbox
            return Subject(link, call.location, call.caller, call.transcript)
    if key := data.get("message"):
        message = Message.objects.select_related("conversation__location").filter(key=key).first()
        if message:
            return Subject(f"{inbox}{message.conversation.key}/", message.conversation.location)
    if key := data.get("number"):
        number = PhoneNumber.objects.select_related("location").filter(business=event.business_id, key=key).first()
        if number:
            return Subject(f"{settings.SITE_URL}/status/", number.location)
    if key := data.get("endpoint"):
        endpoint = WebhookEndpoint.objects.filter(key=key).only("pk").first()
        if endpoint:
            return Subject(f"{settings.SITE_URL}{reverse('admin:leads_webhookendpoint_change', args=[endpoint.pk])}")
    if key := data.get("crm"):
        crm = CrmConnection.objects.filter(business=event.business_id, key=key).only("pk").first()
        if crm:
            return Subject(f"{settings.SITE_URL}{reverse('admin:leads_crmconnection_change', args=[crm.pk])}")
    if key := data.get("appointment"):
        appointment = Appointment.objects.select_related("location").filter(key=key).first()
        if appointment:
            return Subject(inbox, appointment.location)
    return Subject(inbox)


def _last_words(conversation: Conversation) -> str:
    """The customer's last text; what they said to the voicemail when they have not written or have spoken since."""
    texts = Message.objects.filter(conversation=conversation, direction=Direction.IN).exclude(body="")
    text = texts.order_by("-created_at", "-id").first()
    call = conversation.calls.exclude(transcript="").order_by("-started_at").first()
    if call and (text is None or call.started_at > text.created_at):
        return call.transcript
    return text.body if text else ""


def _note(conversation: Conversation, event: LeadEvent) -> str:
    """The latest note in which they are named by whoever did so."""
    named = Mention.objects.filter(
        note__conversation=conversation, note__author=event.actor_id, user=event.data.get("user")
    )  # fmt: skip
    return named.order_by("-id").values_list("note__body", flat=True).first() or ""


def _one_line(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= QUOTED_AT_MOST else line[: QUOTED_AT_MOST - 1].rstrip() + "…"
