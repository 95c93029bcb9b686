"""A business whose every row carries a word that no stranger may ever see."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.forms.models import _get_foreign_key
from django.urls import reverse

from leads.admin.tenant import TenantAdmin
from leads.models import (
    Business,
    CrmConnection,
    CrmLink,
    CrmSync,
    LeadEvent,
    Location,
    ServiceArea,
    WebhookDelivery,
    WebhookEndpoint,
    WeeklyDigest,
)
from leads.models.api import ApiToken, FormEntry, IdempotentReply, LeadSource
from messaging.escalation import chain
from messaging.followups.versions import current_version
from messaging.models import (
    CannedReply,
    Enrollment,
    Erasure,
    Escalation,
    EscalationNotice,
    EscalationPolicy,
    EscalationStep,
    Experiment,
    InboundHook,
    Note,
    OnCallText,
    PhoneNumber,
    RingTarget,
    Sequence,
    StepRun,
)
from scheduling.models import (
    BookingLink,
    BusyCalendar,
    CalDAVAccount,
    CalendarFeed,
    Closure,
    OnCallOverride,
    OnCallShift,
    OpeningHours,
    RequestCount,
    TravelTime,
    WaitlistEntry,
)
from tests.base import Cast
from tests.factories import (
    NOON,
    make_agent_settings,
    make_appointment,
    make_booking_settings,
    make_call,
    make_consent_entry,
    make_conversation,
    make_faq,
    make_invitation,
    make_lead,
    make_member,
    make_message,
    make_never_text,
    make_opt_out,
    make_policy,
    make_publication,
    make_question,
    make_request,
    make_resource,
    make_rule,
    make_rules,
    make_safety_text,
    make_scenario,
    make_script,
    make_service,
    make_service_at,
    make_slot_offer,
    make_task,
    make_topic,
    make_turn,
    make_unanswered,
    make_user,
)

CANARY = "zebrafish"
DAY = date(2026, 7, 4)


def url(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def fill(business: Business, location: Location, number: PhoneNumber, word: str) -> dict[type[Model], Model]:
    """A row of every registered model of a business, each with `word` wherever a text has room for it."""
    lead = make_lead(business, name=f"{word} lead", source=f"{word} ads", notes=word)
    request = make_request(lead, location, need=f"{word} need")
    LeadEvent.objects.create(business=business, lead=lead, kind="call.missed", text=f"{word} event", at=NOON)
    conversation = make_conversation(lead, number, request=request, last_preview=f"{word} preview")
    Note.objects.create(business=business, conversation=conversation, body=f"{word} note", created_at=NOON)
    RingTarget.objects.create(number=number, label=f"{word} target", phone="+12125550198")
    business.email = f"{word}@example.com"
    business.save()
    location.address = f"{word} street"
    location.save()
    hours = OpeningHours.objects.create(business=business, location=location, weekday=0, opens=time(9), closes=time(17))
    rule = make_rule(business, name=f"{word} rule")
    script = make_script(business, name=f"{word} script", body=f"{{business}} {word} {{opt_out}}")
    script.body = f"{{business}}: {word} changed. {{opt_out}}"
    script.save()
    service = make_service(business, f"{word} service", aliases=[f"{word} alias"])
    make_service_at(service, location, price_from_cents=100)
    make_slot_offer(conversation, service)
    text = make_message(conversation, f"{word} text")
    robot = make_agent_settings(business, instructions=f"{word} instructions")
    robot.intents.create(intent="financing", mode="draft")
    area = ServiceArea.objects.create(business=business, location=location, city=f"{word}ville")
    resource = make_resource(business, f"{word} technician")
    resource.locations.add(location)
    resource.services.add(service)
    make_booking_settings(business, intro=f"{word} intro")
    appointment = make_appointment(service, location, resource, lead=lead, name=f"{word} customer", area=area)
    BookingLink.objects.create(
        business=business, purpose="manage", token_hash=f"{word}-hash", appointment=appointment, version=1,
        created_at=NOON, expires_at=NOON,
    )  # fmt: skip
    waiting = WaitlistEntry.objects.create(
        business=business, location=location, service=service, lead=lead, name=f"{word} waits", day=DAY, created_at=NOON
    )
    member = business.memberships.first() or make_member(business, make_user(f"{word}-member"))
    policy = EscalationPolicy.objects.create(business=business, name=f"{word} policy", applies_to=["urgent"])
    EscalationStep.objects.create(policy=policy, member=member, target="member")
    alarm = Escalation.objects.create(
        business=business, location=location, conversation=conversation, lead=lead, kind="urgent", opened_at=NOON,
        dedup_key=word, summary=f"{word} smells",
        chain=[{"channel": "text", "wait": 3, "target": "first", "people": [chain.person(member) | {"name": word}]}],
    )  # fmt: skip
    EscalationNotice.objects.create(
        escalation=alarm, member=member, position=0, channel="text", reason=word, created_at=NOON
    )
    sequence = Sequence.objects.create(business=business, location=location, name=f"{word} nudge", trigger="no_reply")
    step = sequence.steps.create(body=f"{{business}} {word} {{opt_out}}")
    version = current_version(sequence, now=NOON)
    enrollment = Enrollment.objects.create(
        business=business, location=location, lead=lead, conversation=conversation, sequence=sequence, version=version,
        cause=word, anchor_at=NOON, created_at=NOON, due_at=NOON,
    )  # fmt: skip
    StepRun.objects.create(
        enrollment=enrollment, position=0, step_key=step.key, action="text", outcome="skipped", reason=word,
        due_at=NOON, at=NOON,
    )  # fmt: skip
    experiment = Experiment.objects.create(business=business, name=f"{word} wording", created_at=NOON)
    arm = experiment.arms.create(business=business, name=f"{word} arm", script=script)
    endpoint = WebhookEndpoint.objects.create(
        business=business, name=f"{word} crm", url=f"https://{word}.example/hook", secret=f"whsec_{word}",
        disabled_reason=f"{word} went", created_at=NOON,
    )  # fmt: skip
    crm = CrmConnection.objects.create(
        business=business, name=f"{word} hub", kind="hubspot", token=f"{word}-pat", last_error=f"{word} failed",
        created_at=NOON,
    )  # fmt: skip
    token = ApiToken.objects.create(
        business=business, name=f"{word} program", scopes=["leads:read"], digest=f"{word}-digest", created_at=NOON
    )
    source = LeadSource.objects.create(
        business=business, location=location, name=f"{word} website", consent_text=f"{word} agrees", created_at=NOON
    )
    travel = TravelTime.objects.create(business=business, origin=area, destination=area, minutes=10)
    rows: list[Model] = [
        business,
        location,
        number,
        number.account,
        lead,
        conversation,
        hours,
        rule,
        script,
        make_invitation(business, email=f"{word}@invited.example"),
        member,
        service,
        area,
        resource,
        make_rules(service),
        appointment,
        waiting,
        policy,
        alarm,
        sequence,
        enrollment,
        experiment,
        experiment.assignments.create(business=business, arm=arm, lead=lead, at=NOON),
        WeeklyDigest.objects.create(business=business, week=DAY, sent_at=NOON),
        token,
        IdempotentReply.objects.create(
            business=business, token=token, idem_key=f"{word}-1", request_digest="0", body=word, created_at=NOON
        ),
        source,
        FormEntry.objects.create(
            business=business,
            source=source,
            lead=lead,
            external_id=f"{word}-1",
            answers={"message": f"{word} entered"},
            consent_text=f"{word} agrees",
            created_at=NOON,
        ),
        crm,
        CrmLink.objects.create(
            business=business, connection=crm, lead=lead, external_id=f"{word}-1", created_at=NOON, updated_at=NOON
        ),
        CrmSync.objects.create(
            business=business,
            connection=crm,
            lead=lead,
            last_error=f"{word} failed",
            created_at=NOON,
            candidates=[{"id": "1", "name": f"{word} person"}],
            status="conflict",
        ),
        endpoint,
        WebhookDelivery.objects.create(
            business=business, endpoint=endpoint, kind="lead.noted", body=f'{{"text": "{word} told"}}', created_at=NOON
        ),
        OnCallText.objects.create(
            business=business,
            member=member,
            escalation=alarm,
            phone="+12125550177",
            at=NOON,
            command="useless",
            carrier_message_id=f"SM{word}",
            body=f"{word} mine",
            result=f"{word} done",
        ),
        OnCallShift.objects.create(
            business=business, location=location, member=member, weekday=0, starts=time(9), ends=time(17)
        ),
        OnCallOverride.objects.create(
            business=business, location=location, member=member, starts_at=NOON, ends_at=NOON + timedelta(days=1)
        ),
        travel,
        CalendarFeed.objects.create(business=business, resource=resource, token_hash=f"{word}-feed", created_at=NOON),
        BusyCalendar.objects.create(
            business=business,
            resource=resource,
            name=f"{word} calendar",
            url=f"https://{word}.example/1.ics",
            created_at=NOON,
        ),
        CalDAVAccount.objects.create(
            business=business,
            resource=resource,
            url=f"https://{word}.example/dav/",
            username=word,
            password=word,
            created_at=NOON,
        ),
        make_faq(business, f"{word}?", word, examples=[f"{word} example"]),
        make_policy(business, f"{word} policy", word),
        make_question(business, f"{word} question?", service=service),
        make_topic(business, word, name=f"{word} topic"),
        make_safety_text(business, text=f"{word}: leave the house."),
        robot,
        make_turn(text, summary=f"{word} summary", reply=word),
        make_unanswered(business, f"{word} unanswered", conversation=conversation),
        CannedReply.objects.create(
            business=business, shortcut=f"{word}-hi", title=f"{word} hello", body=f"Hi, {word}."
        ),
        make_scenario(business, f"{word} line", name=f"{word} scenario"),
        make_publication(business, changes=[f"{word} change"]),
        Closure.objects.create(
            business=business,
            location=location,
            name=f"{word} day",
            starts_on=DAY,
            ends_on=DAY,
        ),
        make_task(location, lead=lead, detail=f"{word} detail"),
        make_never_text(business, label=f"{word} vendor"),
        make_opt_out(business, evidence=f"{word} stop"),
        make_consent_entry(business, said=f"{word} stop"),
        Erasure.objects.create(business=business, pseudonym="#0", reason=f"{word} asked", requested_at=NOON),
        make_call(number, lead=lead, caller_name=f"{word} caller", rule=rule, conversation=conversation),
        text,
        InboundHook.objects.create(
            account=number.account, event="voice", natural_key=f"{word}-1", payload={"x": word}, received_at=NOON
        ),
    ]
    return {type(row): row for row in rows}


def tenant_admins() -> Iterator[TenantAdmin]:
    return (each for each in admin.site._registry.values() if isinstance(each, TenantAdmin))


def snapshot() -> dict[str, int]:
    models = [model for model in apps.get_models() if model._meta.app_label in ("leads", "scheduling", "messaging")]
    models.remove(RequestCount)  # how often a stranger knocks is counted on purpose
    return {model._meta.label: model._default_manager.count() for model in models}


def fill_with_canaries(cast: Cast) -> dict[type[Model], Model]:
    """Business A full of canaries."""
    cast.a.name, cast.a_location.name = f"{CANARY} Plumbing", f"{CANARY} Main"
    cast.a_number.label, cast.a_account.name = f"{CANARY} line", f"{CANARY} account"
    for row in (cast.a, cast.a_location, cast.a_number, cast.a_account):
        row.save()
    make_member(cast.a, make_user(f"{CANARY}-colleague", email=f"{CANARY}@colleague.example"))
    return fill(cast.a, cast.a_location, cast.a_number, CANARY)


def no_inlines(model: type[Model]) -> dict[str, Any]:
    """The management forms of the inlines of a page, saying that there is nothing."""
    data: dict[str, Any] = {}
    for inline in admin.site._registry[model].inlines:
        prefix = _get_foreign_key(model, inline.model).remote_field.get_accessor_name()
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data
