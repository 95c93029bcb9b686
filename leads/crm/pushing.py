"""One lead is written to one CRM: the contact found or made, its fields, its deals, one note. Raises CrmError.

Each step is kept as soon as it is done, so that a try that breaks off goes on where it stood.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leads.crm import content, mapping
from leads.crm.base import Client, Found, Refused, Stages, Taken
from leads.crm.hubspot import HubSpot
from leads.crm.mapping import Deal, Target
from leads.crm.pipedrive import Pipedrive
from leads.enums import CrmKind
from leads.models import CrmConnection, CrmLink, Lead

NEW = "new"


class Several(Exception):
    """A question to staff: none or more than one contact would fit, and nobody guesses."""

    def __init__(self, said: str, found: list[Found]) -> None:
        super().__init__(said)
        self.found = found


class Erased(Exception):
    """The person was erased meanwhile."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is written where. `choice`: an id there, "new", or "" when staff did not have to choose."""

    connection: CrmConnection
    lead: Lead
    choice: str = ""


def client_of(connection: CrmConnection) -> Client:
    """Whoever speaks to its CRM with its token."""
    clients: dict[str, type[HubSpot] | type[Pipedrive]] = {CrmKind.HUBSPOT: HubSpot, CrmKind.PIPEDRIVE: Pipedrive}
    return clients[connection.kind](connection.token)


def push(job: Job, client: Client, *, now: datetime) -> str:
    """Write it; what staff should know of it, "" if all went well. Raises Several, Erased and CrmError."""
    connection, lead = job.connection, job.lead
    requests = content.requests_of(lead)
    link = CrmLink.objects.filter(connection=connection, lead=lead).first()
    if link is None and not content.is_somebody(lead, requests):
        return "Not a customer: nothing was written."
    targets = mapping.targets_of(connection.kind, connection.field_map)
    wanted = mapping.values_of(content.known_of(lead, requests), targets)
    link, there, is_new = _contact(job, client, link, wanted, targets, now=now)
    said = "" if is_new else _update(client, link, wanted, there, targets, now=now)
    if connection.makes_deals:
        _write_deals(client, link, content.deals_of(lead, requests), stages_of(connection), now=now)
    if connection.makes_notes:
        _write_note(client, link, lead, now=now)
    return said


def stages_of(connection: CrmConnection) -> Stages:
    """By the words of `mapping.Deal`."""
    ids = {
        "open": connection.stage_open, "estimated": connection.stage_estimated, "booked": connection.stage_booked,
        "won": connection.stage_won, "lost": connection.stage_lost,
    }  # fmt: skip
    return Stages(connection.pipeline, {stage: each for stage, each in ids.items() if each})


# ---------------------------------------------------------------- the contact
def _contact(
    job: Job,
    client: Client,
    link: CrmLink | None,
    wanted: dict[str, str],
    targets: dict[str, Target],
    *,
    now: datetime,
) -> tuple[CrmLink, dict[str, str], bool]:
    """The link, what stands there, and whether it was made right now."""
    fields = [target.field for target in targets.values()]
    if job.choice and job.choice != NEW and (link is None or link.external_id != job.choice):
        link = _link(job, job.choice, link, now=now)
    if link is not None:
        there = client.read(link.external_id, fields)
        if there is not None:
            return link, there, False
        if link.made_anew_at and job.choice != NEW:
            raise Several("The contact was deleted there twice. Choose whether to make it again.", [])
    found = [] if job.choice == NEW else _find(client, job.lead)
    if len(found) > 1:
        raise Several("Several contacts there would fit. Choose one.", found)
    if found:
        external_id = found[0].external_id
    else:
        try:
            external_id = client.create(wanted)
        except Taken as taken:
            # Its search is some seconds behind, or the e-mail address is a second one there.
            if not taken.external_id or job.choice == NEW:
                raise Refused("Another contact there has this e-mail address. Merge or change it there.") from None
            external_id = taken.external_id
        else:
            made = _link(job, external_id, link, now=now)
            made.written = {name: mapping.digest(value) for name, value in wanted.items()}
            _keep(made, now=now)
            return made, wanted, True
    known = _link(job, external_id, link, now=now)
    return known, client.read(external_id, fields) or {}, False


def _find(client: Client, lead: Lead) -> list[Found]:
    return client.find_by_phone(lead.phone) or (client.find_by_email(lead.email) if lead.email else [])


def _link(job: Job, external_id: str, before: CrmLink | None, *, now: datetime) -> CrmLink:
    """Written down under the lead's row, so that nobody is kept who is being erased."""
    with transaction.atomic():
        if not Lead.objects.select_for_update().filter(pk=job.lead.pk, erased_at=None).exists():
            raise Erased
        if before is not None:
            is_anew = before.external_id != external_id and not job.choice
            before.external_id, before.written, before.deals = external_id, {}, {}
            before.made_anew_at = now if is_anew else before.made_anew_at
            _keep(before, now=now)
            return before
        link, _ = CrmLink.objects.update_or_create(
            connection=job.connection,
            lead=job.lead,
            defaults={"external_id": external_id, "updated_at": now},
            create_defaults={
                "business_id": job.lead.business_id,
                "external_id": external_id,
                "created_at": now,
                "updated_at": now,
            },
        )
        return link


def _keep(link: CrmLink, *, now: datetime) -> None:
    """An update of a row that may be gone: whoever was erased stays so."""
    link.updated_at = now
    names = ("external_id", "written", "deals", "noted_to", "noting_to", "made_anew_at", "updated_at")
    if not CrmLink.objects.filter(pk=link.pk).update(**{name: getattr(link, name) for name in names}):
        raise Erased


def _update(
    client: Client,
    link: CrmLink,
    wanted: dict[str, str],
    there: dict[str, str],
    targets: dict[str, Target],
    *,
    now: datetime,
) -> str:
    new = mapping.changes(wanted, there, link.written, targets)
    said = ""
    if new:
        try:
            client.update(link.external_id, new)
        except Taken as taken:
            email = targets["email"].field
            if new.pop(email, None) is None:
                raise Refused("Another contact there has the same value in a field that must be unique.") from None
            said = f"{taken} It was left out."
            if new:
                client.update(link.external_id, new)
    same = {name for name, value in wanted.items() if mapping.is_same(value, there.get(name, ""))}
    link.written = link.written | {name: mapping.digest(wanted[name]) for name in (*new, *same)}
    _keep(link, now=now)
    return said


# ---------------------------------------------------------------- deals
def _write_deals(client: Client, link: CrmLink, deals: list[Deal], stages: Stages, *, now: datetime) -> None:
    """A deal is made once and moved when its request has moved: whoever drags it there wins until then."""
    for deal in deals:
        state = {"stage": deal.stage, "amount": deal.amount_cents}
        before = link.deals.get(deal.key)
        if before is None or not before["id"]:
            deal_id = _made(client, link, deal, stages, now=now)
        elif {name: before[name] for name in state} != state:
            deal_id = str(before["id"])
            client.update_deal(deal_id, deal, stages)
        else:
            continue
        link.deals = {**link.deals, deal.key: {"id": deal_id, **state}}
        _keep(link, now=now)


def _made(client: Client, link: CrmLink, deal: Deal, stages: Stages, *, now: datetime) -> str:
    """Its id there. That it is about to be made is written down first, so that one of which we did not hear is found
    again: at this contact, under the title it was given, and nobody's yet.
    """
    before = link.deals.get(deal.key)
    if before is not None:
        ours = {str(each["id"]) for each in link.deals.values()}
        there = [each for each, title in client.deals(link.external_id) if mapping.digest(title) == before["title"]]
        if found := [each for each in there if each not in ours]:
            client.update_deal(found[0], deal, stages)
            return found[0]
    link.deals = {**link.deals, deal.key: {"id": "", "title": mapping.digest(deal.title)}}
    _keep(link, now=now)
    return client.create_deal(link.external_id, deal, stages)


def _write_note(client: Client, link: CrmLink, lead: Lead, *, now: datetime) -> None:
    """What happened since the last one. One that was under way when something broke off is looked for first."""
    if link.noting_to > link.noted_to:
        mark = content.mark_of(link.noting_to)
        if any(mark in text for text in client.notes(link.external_id)):
            link.noted_to = link.noting_to
            _keep(link, now=now)
    note = content.note_of(lead, after=link.noted_to)
    if note is None:
        return
    link.noting_to = note.noted_to
    _keep(link, now=now)
    client.note(link.external_id, note.text, at=note.at, deals=_ids(link))
    link.noted_to = note.noted_to
    _keep(link, now=now)


def _ids(link: CrmLink) -> list[str]:
    return [str(deal["id"]) for deal in link.deals.values() if deal["id"]][-1:]


def as_candidates(found: list[Found]) -> list[dict[str, str]]:
    """For the row that asks staff."""
    return [{"id": each.external_id, "name": each.name[:120]} for each in found]
