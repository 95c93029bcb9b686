"""What is one business's own: its carriers, lines, robot, calendars and webhooks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q
from django.urls import reverse

from leads.access import CONFIGURERS, User, visible_by_location
from leads.crm import running
from leads.enums import CrmStatus
from leads.models import Business, CrmConnection, WebhookEndpoint
from leads.webhooks import endpoints
from messaging import silence
from messaging.enums import AgentMode, CarrierKind, Driver, NumberMode
from messaging.models import AgentSettings, CarrierAccount, InboundHook, Message, ModelOutage, PhoneNumber
from recoverline.lib.logs import mask_personal
from recoverline.lib.phones import display_phone
from recoverline.status.lines import Line, State, since
from scheduling.calendars.staleness import is_stale
from scheduling.models import BusyCalendar, CalDAVAccount
from scheduling.open_days import clock_text

# Of the newest rows of all businesses; on a busy installation that is some hours, and always as quick.
NEWEST = 20_000
LATELY = timedelta(days=7)
RECONCILED_WITHIN = timedelta(minutes=20)  # it is done every five
LINES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class LastError:
    """The last text that the carrier refused or could not deliver."""

    at: datetime
    code: str
    said: str


def lines(business: Business, user: User, *, now: datetime) -> list[Line]:
    return [
        *_carriers(business, now), *_numbers(business, user, now), _model(business, now), *_calendars(business, now),
        *_webhooks(business, now), *_crms(business, now),
    ]  # fmt: skip


# ---------------------------------------------------------------- carriers
def _carriers(business: Business, now: datetime) -> Iterator[Line]:
    accounts = list(CarrierAccount.objects.filter(business=business, is_active=True))
    if not accounts:
        page = reverse("admin:messaging_carrieraccount_add")
        yield Line("Carrier", State.OFF, "There is no carrier account: no text can leave.", "Add one.", page)
    heard = _last_hooks(accounts)
    for account in accounts:
        yield _carrier(account, heard.get(account.pk), _last_error(account, now), now)
        if account.kind == CarrierKind.TWILIO:
            yield _reconciliation(account, now)


def _carrier(account: CarrierAccount, heard: datetime | None, error: LastError | None, now: datetime) -> Line:
    label = f"Carrier: {account.name}"
    page = reverse("admin:messaging_carrieraccount_change", args=[account.pk])
    last = f"It last told us something {since(heard, now)}." if heard else "It has told us nothing lately."
    refused = f" Last error {since(error.at, now)}: {error.said} ({error.code})." if error else " No error in a week."
    if account.stopped_at is not None:
        why = account.problem or "the carrier refuses it"
        said = f"Stopped {since(account.stopped_at, now)}, and no text leaves: {why}. {last}"
        return Line(label, State.LOOK, said, "Put it right at the carrier, then choose Resume texting.", page)
    return Line(label, State.OK, f"{last}{refused}", url=page)


def _last_hooks(accounts: list[CarrierAccount]) -> dict[int, datetime]:
    newest = InboundHook.objects.aggregate(pk=Max("pk"))["pk"] or 0
    rows = InboundHook.objects.filter(pk__gt=newest - NEWEST, account__in=accounts).order_by()
    return dict(rows.values_list("account").annotate(at=Max("received_at")))


def _last_error(account: CarrierAccount, now: datetime) -> LastError | None:
    newest = Message.objects.aggregate(pk=Max("pk"))["pk"] or 0
    rows = Message.objects.filter(pk__gt=newest - NEWEST, account=account, created_at__gt=now - LATELY)
    found = rows.exclude(error_code="").order_by("-pk").values_list("created_at", "error_code", "error_text").first()
    # The carrier's own words may name the customer.
    return LastError(found[0], found[1], mask_personal(found[2]).rstrip(".") or "no reason given") if found else None


def _reconciliation(account: CarrierAccount, now: datetime) -> Line:
    label = f"Call log of {account.name}"
    at = account.reconciled_at
    if at is None:
        return Line(label, State.OFF, "It was not compared with ours yet: that begins with its first number.")
    said = f"Last compared with ours {since(at, now)}; missed calls that never reached us are found there."
    if now - at > RECONCILED_WITHIN:
        page = reverse("admin:messaging_carrieraccount_change", args=[account.pk])
        return Line(label, State.LOOK, said, "Check account id and token; the worker has to run as well.", page)
    return Line(label, State.OK, said)


# ---------------------------------------------------------------- lines
def _numbers(business: Business, user: User, now: datetime) -> Iterator[Line]:
    rows = PhoneNumber.objects.filter(business=business, is_active=True).select_related("location__business")
    mine = visible_by_location(user, rows, roles=CONFIGURERS).order_by("number")
    for number in mine[:LINES_SHOWN]:
        number.business = business
        yield _number(number, now)


def _number(number: PhoneNumber, now: datetime) -> Line:
    label = f"Line: {number.label or display_phone(number.number, number.business.country)}"
    page = reverse("admin:messaging_phonenumber_change", args=[number.pk])
    if number.stopped_at is not None:
        why = number.problem or "the carrier refuses it"
        said = f"Stopped {since(number.stopped_at, now)}, and no text leaves from it: {why}."
        return Line(label, State.LOOK, said, "Put it right at the carrier, then choose Resume texting.", page)
    if number.last_call_at is None:
        return Line(label, State.OFF, "No call has arrived yet.", "Call it from a mobile and let it ring.", page)
    quiet = silence.quiet_on(number, now=now) if not number.business.is_simulated else None
    if quiet is not None:
        tip = "Call your usual number from a mobile and do not pick up: the call must arrive here."
        if number.mode == NumberMode.FORWARDED:
            tip += " If it does not, forward the line again."
        return Line(label, State.LOOK, f"{silence.words(quiet)}", tip, page)
    return Line(label, State.OK, f"Last call {since(number.last_call_at, now)}.", url=page)


# ---------------------------------------------------------------- the robot
def _model(business: Business, now: datetime) -> Line:
    robot = AgentSettings.objects.filter(business=business).first()
    page = reverse("admin:messaging_agentsettings_changelist")
    if robot is None or robot.mode == AgentMode.OFF:
        return Line("Robot", State.OFF, "It is off: people answer.", url=page)
    if robot.driver != Driver.MODEL:
        return Line("Robot", State.OK, "Rules answer, as chosen.", url=page)
    if not settings.ANTHROPIC_API_KEY:
        return Line("Robot", State.OK, "Rules answer, as there is no key for Claude.", url=page)
    model = robot.model or settings.ANTHROPIC_MODEL
    outage = ModelOutage.objects.filter(model=model, until__gt=now).first()
    if outage is not None:
        until = clock_text(outage.until.astimezone(business.zone).time())
        said = f"{model} is out ({outage.reason}), and asked again at {until}. Until then rules answer."
        return Line(
            "Robot", State.LOOK, said, "Nothing, unless it stays so: then look at the key and its credit.", page
        )
    return Line("Robot", State.OK, f"{model} answers.", url=page)


# ---------------------------------------------------------------- calendars and webhooks
def _calendars(business: Business, now: datetime) -> Iterator[Line]:
    busy = BusyCalendar.objects.filter(business=business, is_active=True)
    both = CalDAVAccount.objects.filter(business=business, is_active=True).select_related("resource")
    rows: list[tuple[BusyCalendar | CalDAVAccount, str]] = [
        *((row, "admin:scheduling_busycalendar_change") for row in busy),
        *((row, "admin:scheduling_caldavaccount_change") for row in both),
    ]
    if not rows:
        page = reverse("admin:scheduling_busycalendar_changelist")
        yield Line("Calendars", State.OFF, "No calendar of yours is read.", url=page)
    for row, name in rows[:LINES_SHOWN]:
        label, page = str(row) if isinstance(row, CalDAVAccount) else f"Calendar: {row}", reverse(name, args=[row.pk])
        read = f"Last read {since(row.ok_at, now)}." if row.ok_at else "It could not be read yet."
        if is_stale(ok_at=row.ok_at, created_at=row.created_at, now=now) or row.problem:
            said = f"{read} {mask_personal(row.problem)}".strip()
            tip = "Check its address and password. Until it is read, times that it may block are only asked for."
            yield Line(label, State.LOOK, said, tip, page)
        else:
            yield Line(label, State.OK, read, url=page)


def _webhooks(business: Business, now: datetime) -> Iterator[Line]:
    rows = list(WebhookEndpoint.objects.filter(business=business)[:LINES_SHOWN])
    if not rows:
        yield Line("Webhooks to your software", State.OFF, "Nothing of yours is told what happens.")
    for row in rows:
        page = reverse("admin:leads_webhookendpoint_change", args=[row.pk])
        is_bad = row.failing_since is not None or row.disabled_at is not None
        state = State.LOOK if is_bad else State.OK if row.is_active else State.OFF
        tip = "Look at its deliveries, then send a test event." if is_bad else ""
        yield Line(f"Webhook: {row.name}", state, endpoints.health(row, now=now), tip, page)


def _crms(business: Business, now: datetime) -> Iterator[Line]:
    """Nothing is said of those who have none: most businesses do without."""
    counts = {
        "waiting": Count("syncs", filter=Q(syncs__status__in=running.UNDER_WAY)),
        "asked": Count("syncs", filter=Q(syncs__status__in=[CrmStatus.CONFLICT, CrmStatus.FAILED])),
    }
    rows: Any = CrmConnection.objects.filter(business=business).defer("token").annotate(**counts)
    for row in rows[:LINES_SHOWN]:
        page = reverse("admin:leads_crmconnection_change", args=[row.pk])
        said = [running.health(row, now=now)]
        if row.written_at:
            said.append(f"Last written {since(row.written_at, now)}.")
        if row.waiting:
            said.append(f"{row.waiting:,} {'lead waits' if row.waiting == 1 else 'leads wait'}.")
        if row.asked:
            said.append(f"{row.asked:,} {'needs' if row.asked == 1 else 'need'} somebody to look.")
        is_bad = bool(row.failures or row.paused_at or row.asked)
        state = State.LOOK if is_bad else State.OK if row.is_active else State.OFF
        tip = "Open it: it says what it refused, and what you can do." if is_bad else ""
        yield Line(f"CRM: {row.name}", state, mask_personal(" ".join(said)), tip, page)
