"""Maria Lopez, who called, texted and was written about in every corner of the house."""

from datetime import datetime, timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile

from leads import events
from leads.models import CrmConnection, CrmLink, CrmSync, Lead, LeadEvent, Membership, WebhookDelivery, WebhookEndpoint
from messaging.compliance import ledger
from messaging.enums import ConsentKind, ConsentMeans
from messaging.models import (
    Call,
    Conversation,
    Enrollment,
    Escalation,
    EscalationNotice,
    InboundHook,
    Mention,
    Message,
    MessageMedia,
    Note,
    OnCallText,
    Publication,
    Rehearsal,
    SavedView,
    Sequence,
    SequenceVersion,
    StepRun,
)
from scheduling.models import BookingLink, CalDAVAccount, CalendarObject, WaitlistEntry
from tests.factories import (
    fresh,
    make_appointment,
    make_area,
    make_call,
    make_conversation,
    make_lead,
    make_member,
    make_message,
    make_never_text,
    make_opt_out,
    make_publication,
    make_request,
    make_resource,
    make_scenario,
    make_service,
    make_slot_offer,
    make_task,
    make_turn,
    make_unanswered,
    make_user,
)
from tests.wire import Wire

PHONE = "+12125550177"
SPELLINGS = (PHONE, "12125550177", "2125550177", "(212) 555-0177", "212.555.0177", "212-555-0177", "%2B12125550177")
NAME, EMAIL = "Maria Zanzibar", "maria@zanzibar.example"
# Words of hers, each found nowhere else.
WORDS = "my basement is drowning in purple quicksand"
ADDRESS, NEED, SECRET = "77 Quicksand Lane", "drowning basement", "quicksand"
TRACES = (*SPELLINGS, NAME, EMAIL, "Zanzibar", "quicksand", "drowning")


def fill(wire: Wire, *, at: datetime, future: bool = False) -> Lead:
    """Rows of every kind, all of them at `at` and settled; `future`: with a visit a day after it."""
    business, location, number = wire.business, wire.number.location, wire.number
    lead = make_lead(
        business, phone=PHONE, name=NAME, email=EMAIL, notes=f"She lives at {ADDRESS}", created_at=at, source="ads"
    )
    request = make_request(
        lead, location, need=NEED, address=ADDRESS, place="Quicksandville", preferred="drowning soon", notes=WORDS,
        answers={"What?": WORDS}, outcome_note=SECRET, status="won", value_cents=25_000, opened_at=at, closed_at=at,
    )  # fmt: skip
    thread = make_conversation(
        lead, number, request=request, last_preview=WORDS[:50], agent_state={"asked": NEED, "phone": PHONE},
        status="done", last_at=at, opened_at=at, closed_at=at,
    )  # fmt: skip
    call = make_call(
        number, caller=PHONE, caller_raw=PHONE, caller_name=NAME, lead=lead, conversation=thread, started_at=at,
        transcript=WORDS, voicemail_url=f"{wire.carrier.url}/2010-04-01/Accounts/{wire.account.account_sid}"
        f"/Recordings/RE{fresh():032x}", voicemail_status="stored", facts={"caller": PHONE, "name": NAME},
    )  # fmt: skip
    call.voicemail_file.save("hers.mp3", ContentFile(WORDS.encode()), save=True)
    first = make_message(thread, f"Hi Maria Zanzibar! {SECRET}", created_at=at, carrier_message_id=f"SM{fresh():032x}")
    said = make_message(
        thread, WORDS, direction="in", kind="inbound", status="received", created_at=at,
        carrier_message_id=f"SM{fresh():032x}",
    )  # fmt: skip
    picture = MessageMedia.objects.create(
        message=said, position=0, status="stored", content_type="image/jpeg",
        url=f"{wire.carrier.url}/2010-04-01/Accounts/{wire.account.account_sid}"
        f"/Messages/{said.carrier_message_id}/Media/ME{fresh():032x}",
    )  # fmt: skip
    picture.file.save("hers.jpg", ContentFile(WORDS.encode()), save=True)
    note = Note.objects.create(
        business=business, conversation=thread, body=f"Call {SPELLINGS[3]}: {SECRET}", created_at=at
    )
    member = make_member(business, make_user(f"sam{fresh()}"))
    Mention.objects.create(note=note, user=member.user)
    turn = make_turn(
        said, summary=WORDS, reply=f"Sorry about the {NEED}", tools=[{"arguments": {"need": NEED}}],
        facts=[[NEED, ADDRESS]], objections=[SECRET], started_at=at, finished_at=at,
    )  # fmt: skip
    type(turn).objects.filter(pk=turn.pk).update(message=first)
    events.record(
        "call.missed", business=business, lead=lead, at=at, text=f"{NAME} called", call=str(call.key), who=NAME
    )
    endpoint = WebhookEndpoint.objects.create(
        business=business, name=f"crm{fresh()}", url="https://crm.example/", secret="whsec_x", created_at=at
    )
    for event, said_of_her in ((LeadEvent.objects.filter(lead=lead).first(), WORDS), (None, f"{NAME}, {PHONE}")):
        WebhookDelivery.objects.create(
            business=business, endpoint=endpoint, event=event, kind="call.missed", body=said_of_her, created_at=at,
            status="delivered",
        )  # fmt: skip
    crm = CrmConnection.objects.create(
        business=business, name=f"hub{fresh()}", kind="hubspot", token="x", is_active=False, created_at=at
    )
    CrmLink.objects.create(
        business=business, connection=crm, lead=lead, external_id="501", created_at=at, updated_at=at
    )  # fmt: skip
    CrmSync.objects.create(
        business=business, connection=crm, lead=lead, status="conflict", candidates=[{"id": "501", "name": NAME}],
        created_at=at,
    )  # fmt: skip
    make_unanswered(business, WORDS, conversation=thread, message=said)
    make_scenario(business, WORDS, source=thread, name=f"The one with {SECRET}")
    make_task(
        location, lead=lead, phone=PHONE, detail=f"{NAME}: {SECRET}", cause=f"test:{PHONE}", done_at=at, created_at=at
    )
    make_never_text(business, phone=PHONE, label=NAME)
    make_opt_out(business, phone=PHONE, evidence=f"text SM1: {WORDS}", opted_out_at=at)
    ledger.note(
        business.pk, PHONE, ConsentKind.OPTED_OUT, means=ConsentMeans.TEXT, at=at, evidence="text SM1", said=WORDS
    )
    ledger.note(
        business.pk,
        PHONE,
        ConsentKind.OPTED_IN,
        means=ConsentMeans.STAFF,
        at=at,
        evidence=f"{NAME} said so",
        said=WORDS,
    )
    _follow(lead, thread, first, at=at)
    _escalate(wire, thread, member, at=at)
    _visit(wire, lead, thread, at=at + timedelta(days=1) if future else at - timedelta(days=1))
    _elsewhere(wire, lead, thread, call, said, member, at=at)
    return lead


def _follow(lead: Lead, thread: Conversation, text: Message, *, at: datetime) -> None:
    sequence = Sequence.objects.create(business=lead.business, name=f"After {fresh()}", trigger="after_job")
    version = SequenceVersion.objects.create(sequence=sequence, number=1, digest=f"{fresh()}", steps=[], created_at=at)
    enrollment = Enrollment.objects.create(
        business=lead.business, location=thread.location, lead=lead, conversation=thread, sequence=sequence,
        version=version, cause=f"call:{PHONE}", anchor_at=at, created_at=at, status="finished",
    )  # fmt: skip
    StepRun.objects.create(
        enrollment=enrollment, position=0, step_key=sequence.key, action="text", outcome="sent", due_at=at, at=at,
        message=text, reason=f"{NAME} wrote",
    )  # fmt: skip


def _escalate(wire: Wire, thread: Conversation, member: Membership, *, at: datetime) -> None:
    line = make_conversation(
        make_lead(wire.business, phone="+12125550101", is_team=True, created_at=at), wire.number, is_team=True,
        status="done", last_at=at, opened_at=at,
    )  # fmt: skip
    alert = make_message(
        line, f"Urgent: {NAME}: {WORDS}", kind="alert", created_at=at, carrier_message_id=f"SM{fresh():032x}"
    )
    make_message(line, f"Sent to {NAME}, {SPELLINGS[3]}.", kind="alert", created_at=at)
    escalation = Escalation.objects.create(
        business=wire.business, location=thread.location, conversation=thread, lead=thread.lead, kind="urgent",
        dedup_key=f"urgent:{PHONE}", summary=f"{NAME}: {WORDS}", status="closed", opened_at=at, closed_at=at,
    )  # fmt: skip
    EscalationNotice.objects.create(
        escalation=escalation, member=member, position=0, channel="text", phone="+12125550101", message=alert,
        status="taken", created_at=at, reason=f"{NAME}",
    )  # fmt: skip
    for number, owner in enumerate((escalation, None)):
        OnCallText.objects.create(
            business=wire.business, member=member, escalation=owner, phone="+12125550101", command="reply", at=at,
            carrier_message_id=f"SM{number}{fresh()}", body=f"Tell {NAME} that {WORDS}",
            result=f"Sent to {SPELLINGS[4]}",
        )  # fmt: skip


def _visit(wire: Wire, lead: Lead, thread: Conversation, *, at: datetime) -> None:
    service, resource = make_service(wire.business), make_resource(wire.business)
    visit = make_appointment(
        service, thread.location, resource, lead=lead, name=NAME, address=ADDRESS, note=WORDS, starts_at=at,
        ends_at=at + timedelta(hours=1), area=make_area(wire.business), idem_key=f"page:{PHONE}",
    )  # fmt: skip
    make_slot_offer(thread, service, appointment=visit)
    BookingLink.objects.create(
        business=wire.business, purpose="manage", token_hash=f"{fresh()}", appointment=visit, lead=lead, version=1,
        created_at=at, expires_at=at,
    )  # fmt: skip
    WaitlistEntry.objects.create(
        business=wire.business, location=thread.location, service=service, lead=lead, name=NAME, address=ADDRESS,
        day=at.date(), created_at=at, status="expired",
    )  # fmt: skip
    account = CalDAVAccount.objects.create(
        business=wire.business, resource=resource, url="https://dav.example/c/", username="u", password="p",
        created_at=at, is_active=False,
    )  # fmt: skip
    CalendarObject.objects.create(
        account=account, appointment=visit, href="/c/1.ics", uid=f"{visit.key}@x", body=f"SUMMARY:{NAME} {PHONE}"
    )
    CalendarObject.objects.create(
        account=account, uid=f"other{fresh()}", body=f"SUMMARY:lunch with {NAME} {SPELLINGS[5]}"
    )


def _elsewhere(
    wire: Wire, lead: Lead, thread: Conversation, call: Call, said: Message, member: Membership, *, at: datetime
) -> None:
    """Where others speak of her."""
    business = wire.business
    other = make_conversation(make_lead(business, created_at=at), wire.number, status="done", last_at=at, opened_at=at)
    Note.objects.create(
        business=business, conversation=other, body=f"Her sister {NAME} has {SPELLINGS[4]}", created_at=at
    )
    make_message(other, f"Is this {NAME}? You can reach her at {SPELLINGS[3]}.", created_at=at)
    Rehearsal.objects.create(
        business=business, user=member.user, lines=[{"who": "customer", "text": WORDS}], state={"phone": PHONE},
        updated_at=at,
    )  # fmt: skip
    make_publication(business, results=[{"name": "x", "problems": [f"said {WORDS}"]}])
    assert Publication.objects.exists()
    SavedView.objects.create(user=member.user, name=NAME[:40], query="q=2125550177", created_at=at)
    for row in (lead, call, thread):
        LogEntry.objects.create(
            user=member.user, content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk),
            object_repr=str(row)[:200], action_flag=CHANGE, change_message=f"Added {NAME}",
        )  # fmt: skip
    payloads = (
        ("voice", call.carrier_call_id, {"From": PHONE, "CallerName": NAME}),
        ("transcription", f"{call.carrier_call_id}:x", {"TranscriptionText": WORDS}),
        ("message", said.carrier_message_id, {"From": PHONE, "Body": WORDS}),
        ("reported", f"call of {SPELLINGS[3]}", {"caller": {"number": SPELLINGS[3], "name": NAME}}),
    )
    for event, key, payload in payloads:
        InboundHook.objects.create(
            account=wire.account, event=event, natural_key=key or "", payload=payload, answer=f"<Say>{PHONE}</Say>",
            received_at=at, processed_at=at,
        )  # fmt: skip
