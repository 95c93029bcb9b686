"""Tell the team by e-mail that somebody needs a person: who it is, how to call back, and what they said last."""

from dataclasses import dataclass

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from leads.access import alert_addresses
from leads.models import CallbackTask, LeadEvent, Location
from messaging.enums import Direction
from messaging.models import Call, Conversation, Message
from recoverline.lib.phones import display_phone

QUOTED_AT_MOST = 300


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about. `phone` is E.164, "" of a hidden number and None of nobody; `link` is where to click."""

    link: str
    location: Location | None = None
    phone: str | None = None
    words: str = ""


def alert_staff(event_id: int) -> None:
    """Mail the team members who want alerts about the event's location. What the simulator caused says so."""
    event = LeadEvent.objects.select_related("business", "lead").filter(pk=event_id).first()
    if event is None:
        return
    about = _subject_of(event)
    addresses = alert_addresses(event.business, about.location)
    if not addresses:
        return
    lead = event.lead
    phone = lead.phone if lead else about.phone
    shown = "" if phone is None else display_phone(phone, event.business.country) or "Hidden number"
    name = lead.name if lead else ""
    who = name or shown
    context = {
        "event": event,
        "name": name,
        "shown": shown,
        "phone": phone,
        "quoted": _one_line(about.words),
        "about": about,
        "business": event.business,
    }
    simulated = "Simulated: " if lead and lead.is_simulated else ""
    subject = " ".join(f"{simulated}{event.business}: {event.text} {who}".split())[:150]
    send_mail(subject, render_to_string("emails/alert.txt", context), settings.DEFAULT_FROM_EMAIL, addresses)


def _subject_of(event: LeadEvent) -> Subject:
    inbox, data = f"{settings.SITE_URL}/inbox/", event.data
    if key := data.get("conversation"):
        conversation = Conversation.objects.select_related("location").filter(key=key).first()
        if conversation:
            words = _last_words(conversation)
            return Subject(f"{inbox}{conversation.key}/", conversation.location, words=words)
    if key := data.get("task"):
        task = CallbackTask.objects.select_related("location").filter(key=key).first()
        if task:
            return Subject(f"{inbox}callbacks/", task.location, task.phone)
    if key := data.get("call"):
        call = Call.objects.select_related("location", "conversation").filter(key=key).first()
        if call:
            link = f"{inbox}{call.conversation.key}/" if call.conversation else inbox
            return Subject(link, call.location, call.caller, call.transcript)
    return Subject(inbox)


def _last_words(conversation: Conversation) -> str:
    """The customer's last text; what they said to the voicemail when they have not written or have spoken since."""
    texts = Message.objects.filter(conversation=conversation, direction=Direction.IN).exclude(body="")
    text = texts.order_by("-created_at", "-id").first()
    call = conversation.calls.exclude(transcript="").order_by("-started_at").first()
    if call and (text is None or call.started_at > text.created_at):
        return call.transcript
    return text.body if text else ""


def _one_line(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= QUOTED_AT_MOST else line[: QUOTED_AT_MOST - 1].rstrip() + "…"
