"""Tell the team by e-mail that somebody needs a person."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from leads.access import alert_addresses
from leads.models import CallbackTask, LeadEvent, Location
from messaging.models import Call, Conversation
from recoverline.lib.phones import display_phone


def alert_staff(event_id: int) -> None:
    """Mail the team members who want alerts about the event's location. What the simulator caused says so."""
    event = LeadEvent.objects.select_related("business", "lead").filter(pk=event_id).first()
    if event is None:
        return
    location, link = _place_of(event)
    addresses = alert_addresses(event.business, location)
    if not addresses:
        return
    lead = event.lead
    who = (lead.name or display_phone(lead.phone, event.business.country)) if lead else ""
    context = {"event": event, "who": who, "location": location, "link": link, "business": event.business}
    simulated = "Simulated: " if lead and lead.is_simulated else ""
    subject = " ".join(f"{simulated}{event.business}: {event.text} {who}".split())[:150]
    send_mail(subject, render_to_string("emails/alert.txt", context), settings.DEFAULT_FROM_EMAIL, addresses)


def _place_of(event: LeadEvent) -> tuple[Location | None, str]:
    """The location concerned, and where to click."""
    data = event.data
    if key := data.get("conversation"):
        conversation = Conversation.objects.select_related("location").filter(key=key).first()
        if conversation:
            return conversation.location, f"{settings.SITE_URL}/inbox/{conversation.key}/"
    if key := data.get("task"):
        task = CallbackTask.objects.select_related("location").filter(key=key).first()
        if task:
            return task.location, f"{settings.SITE_URL}/inbox/callbacks/"
    if key := data.get("call"):
        call = Call.objects.select_related("location", "conversation").filter(key=key).first()
        if call:
            return call.location, f"{settings.SITE_URL}/inbox/" + (
                f"{call.conversation.key}/" if call.conversation else ""
            )
    return None, f"{settings.SITE_URL}/inbox/"
