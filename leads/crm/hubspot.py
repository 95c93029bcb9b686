"""HubSpot's CRM API v3, with the token of a private app."""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from leads.crm.base import Door, Found, Refused, Stages, Taken
from leads.crm.mapping import Deal, national

NAME = "HubSpot"
_CONTACTS, _DEALS, _NOTES = (f"/crm/v3/objects/{each}" for each in ("contacts", "deals", "notes"))
# Association types that HubSpot defines.
_DEAL_TO_CONTACT, _NOTE_TO_CONTACT, _NOTE_TO_DEAL = 3, 202, 214
_ID = re.compile(r"Existing ID: (\d+)")
# How the search knows phones: without signs and country code.
_SEARCHED_PHONES = ("hs_searchable_calculated_phone_number", "hs_searchable_calculated_mobile_number")
MOST_FOUND = 10
MOST_READ = 100


class HubSpot:
    """A `leads.crm.base.Client`."""

    def __init__(self, token: str) -> None:
        self._door = Door(settings.HUBSPOT_BASE_URL, {"Authorization": f"Bearer {token}"}, NAME)

    def find_by_phone(self, phone: str) -> list[Found]:
        wanted = [("phone", phone), ("mobilephone", phone), *((name, national(phone)) for name in _SEARCHED_PHONES)]
        return self._search(wanted)

    def find_by_email(self, email: str) -> list[Found]:
        return self._search([("email", email.lower())])

    def _search(self, wanted: list[tuple[str, str]]) -> list[Found]:
        groups = [{"filters": [{"propertyName": name, "operator": "EQ", "value": value}]} for name, value in wanted]
        said = self._need(
            "POST", f"{_CONTACTS}/search",
            {"filterGroups": groups, "properties": ["firstname", "lastname", "phone", "email"], "limit": MOST_FOUND},
        )  # fmt: skip
        return [Found(str(row["id"]), _name_of(row.get("properties") or {})) for row in said.get("results", ())]

    def read(self, external_id: str, fields: list[str]) -> dict[str, str] | None:
        status, said = self._door.ask("GET", f"{_CONTACTS}/{external_id}?properties={','.join(fields)}")
        if status == 404:
            return None
        _refuse(status, said)
        known = said.get("properties") or {}
        return {name: str(known.get(name) or "") for name in fields}

    def create(self, values: Mapping[str, str]) -> str:
        status, said = self._door.ask("POST", _CONTACTS, {"properties": dict(values)})
        _refuse_twin(status, said)
        _refuse(status, said)
        return str(said["id"])

    def update(self, external_id: str, values: Mapping[str, str]) -> None:
        status, said = self._door.ask("PATCH", f"{_CONTACTS}/{external_id}", {"properties": dict(values)})
        _refuse_twin(status, said)
        _refuse(status, said)

    def note(self, external_id: str, text: str, *, at: datetime, deals: list[str]) -> None:
        body = html.escape(text).replace("\n", "<br>")
        properties = {"hs_timestamp": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"), "hs_note_body": body}
        to = [_to(external_id, _NOTE_TO_CONTACT), *(_to(deal, _NOTE_TO_DEAL) for deal in deals)]
        self._need("POST", _NOTES, {"properties": properties, "associations": to})

    def notes(self, external_id: str) -> list[str]:
        return [html.unescape(body) for _, body in self._at(external_id, "notes", "hs_note_body")]

    def deals(self, external_id: str) -> list[tuple[str, str]]:
        return self._at(external_id, "deals", "dealname")

    def _at(self, external_id: str, kind: str, name: str) -> list[tuple[str, str]]:
        """(id, property `name`) of what is associated with the contact: read from the rows, not from the search."""
        said = self._need("GET", f"{_CONTACTS}/{external_id}?associations={kind}")
        rows = ((said.get("associations") or {}).get(kind) or {}).get("results", ())
        # Ids grow: the longest and largest are the newest.
        ids = sorted({str(row["id"]) for row in rows}, key=lambda each: (len(each), each))[-MOST_READ:]
        if not ids:
            return []
        asked = {"properties": [name], "inputs": [{"id": each} for each in ids]}
        said = self._need("POST", f"/crm/v3/objects/{kind}/batch/read", asked)
        return [(str(row["id"]), str((row.get("properties") or {}).get(name) or "")) for row in said.get("results", ())]

    def create_deal(self, external_id: str, deal: Deal, stages: Stages) -> str:
        properties = {"dealname": deal.title, "pipeline": stages.pipeline or "default", **_moved(deal, stages)}
        properties.setdefault("dealstage", stages.ids.get("open", ""))
        said = self._need(
            "POST", _DEALS, {"properties": properties, "associations": [_to(external_id, _DEAL_TO_CONTACT)]}
        )
        return str(said["id"])

    def update_deal(self, deal_id: str, deal: Deal, stages: Stages) -> None:
        if properties := _moved(deal, stages):
            status, said = self._door.ask("PATCH", f"{_DEALS}/{deal_id}", {"properties": properties})
            if status != 404:
                _refuse(status, said)

    def _need(self, method: str, path: str, content: Any = None) -> Any:
        status, said = self._door.ask(method, path, content)
        _refuse(status, said)
        return said


def _moved(deal: Deal, stages: Stages) -> dict[str, str]:
    stage = stages.ids.get(deal.stage, "")
    amount = "" if deal.amount_cents is None else f"{deal.amount_cents / 100:.2f}"
    return ({"dealstage": stage} if stage else {}) | ({"amount": amount} if amount else {})


def _to(external_id: str, type_id: int) -> dict[str, Any]:
    return {
        "to": {"id": external_id},
        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}],
    }


def _name_of(properties: Mapping[str, Any]) -> str:
    parts = [properties.get("firstname"), properties.get("lastname")]
    return " ".join(part for part in parts if part) or properties.get("email") or properties.get("phone") or ""


def _refuse_twin(status: int, said: Any) -> None:
    if status == 409:
        found = _ID.search(str(said.get("message", "")))
        raise Taken(found[1] if found else "")


def _refuse(status: int, said: Any) -> None:
    if status >= 300:
        # The message may repeat what was sent, so it is not kept; which property it is helps.
        code = re.search(r'"error":"([A-Z_]+)","name":"(\w+)"|"name":"(\w+)"', str(said.get("message", "")))
        about = f" (field {code[2] or code[3]})" if code else ""
        raise Refused(f"{NAME} refused it: {said.get('category') or status}{about}.")
