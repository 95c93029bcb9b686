"""HubSpot's contacts, notes and deals on loopback, as far as its published schemas say how they behave."""

import re
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.fakes.crm_server import Answer, Asked

TOKEN = "pat-na1-0000"
PHONES = {"hs_searchable_calculated_phone_number": "phone", "hs_searchable_calculated_mobile_number": "mobilephone"}
KNOWN = {"firstname", "lastname", "phone", "mobilephone", "email", "no_texts", "city"}


def error(status: int, category: str, message: str) -> Answer:
    return status, {}, {"status": "error", "message": message, "correlationId": "fake", "category": category}


@dataclass
class FakeHubSpot:
    """`lags`: the search knows nothing yet, as within seconds after a contact was made."""

    contacts: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    deals: dict[str, dict[str, Any]] = field(default_factory=dict)
    token: str = TOKEN
    busy: int = 0
    broken: int = 0
    lags: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: count(501))

    def put(self, **properties: str) -> str:
        external_id = str(next(self._ids))
        self.contacts[external_id] = properties
        return external_id

    def answer(self, asked: Asked) -> Answer:
        self.asked.append((asked.method, asked.path))
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.")
        if self.busy:
            self.busy -= 1
            said = {"status": "error", "message": "You have reached your ten_secondly_rolling limit.",
                    "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"}  # fmt: skip
            return 429, {"Retry-After": "7"}, said
        if self.broken:
            self.broken -= 1
            return 502, {}, None
        match asked.method, asked.path.removeprefix("/crm/v3/objects").split("/")[1:]:
            case "POST", ["contacts", "search"]:
                return self._search(asked.content)
            case "POST", ["contacts"]:
                return self._write_contact(None, asked.content)
            case (("GET" | "PATCH"), ["contacts", external_id]) if external_id not in self.contacts:
                return error(404, "OBJECT_NOT_FOUND", "resource not found")
            case "GET", ["contacts", external_id] if "associations" in asked.query:
                kind = asked.query["associations"]
                rows = [{"id": each, "type": f"contact_to_{kind[:-1]}"} for each in self._at(kind, external_id)]
                said = {"id": external_id, "properties": {}, "archived": False}
                return 200, {}, said | ({"associations": {kind: {"results": rows}}} if rows else {})
            case "POST", [("notes" | "deals") as kind, "batch", "read"]:
                rows = [
                    {"id": each["id"], "properties": {name: self._of(kind)[each["id"]].get(name) for name in
                                                      asked.content["properties"]}}
                    for each in asked.content["inputs"]
                ]  # fmt: skip
                return 200, {}, {"status": "COMPLETE", "results": rows}
            case "GET", ["contacts", external_id]:
                names = asked.query["properties"].split(",")
                known = {name: self.contacts[external_id].get(name) for name in names if name in KNOWN}
                return 200, {}, {"id": external_id, "properties": known, "archived": False}
            case "PATCH", ["contacts", external_id]:
                return self._write_contact(external_id, asked.content)
            case "POST", ["notes"]:
                return self._note(asked.content)
            case "POST", ["deals"]:
                return self._deal(None, asked.content)
            case "PATCH", ["deals", deal_id] if deal_id in self.deals:
                return self._deal(deal_id, asked.content)
        return error(404, "OBJECT_NOT_FOUND", "resource not found")

    def _search(self, content: Any) -> Answer:
        groups = content["filterGroups"]
        if not 0 < len(groups) <= 5:
            return error(400, "VALIDATION_ERROR", "There was a problem with the request.")
        found = (
            [] if self.lags else [each for each in self.contacts if any(self._fits(each, group) for group in groups)]
        )
        rows = [{"id": each, "properties": self.contacts[each]} for each in found[: content.get("limit", 10)]]
        return 200, {}, {"total": len(found), "results": rows}

    def _fits(self, external_id: str, group: Any) -> bool:
        contact = self.contacts[external_id]
        return all(
            each["operator"] == "EQ"
            and (
                re.sub(r"\D", "", contact.get(PHONES[each["propertyName"]], ""))[-10:] == each["value"]
                if each["propertyName"] in PHONES
                else contact.get(each["propertyName"], "").lower() == each["value"].lower()
            )
            for each in group["filters"]
        )

    def _write_contact(self, external_id: str | None, content: Any) -> Answer:
        properties = content["properties"]
        for name in properties:
            if name not in KNOWN:
                wrong = f'[{{"isValid":false,"error":"PROPERTY_DOESNT_EXIST","name":"{name}"}}]'
                said = f"Property values were not valid: {wrong}"
                return error(400, "VALIDATION_ERROR", said)
        for other, values in self.contacts.items():
            if other != external_id and properties.get("email") and values.get("email") == properties["email"]:
                return error(409, "CONFLICT", f"Contact already exists. Existing ID: {other}")
        if external_id is None:
            external_id = self.put()
        self.contacts[external_id] |= properties
        return 201, {}, {"id": external_id, "properties": self.contacts[external_id]}

    def _note(self, content: Any) -> Answer:
        if not content["properties"].get("hs_timestamp"):
            return error(400, "VALIDATION_ERROR", "hs_timestamp is required")
        self.notes.append({**content["properties"], "to": _targets(content)})
        return 201, {}, {"id": str(len(self.notes))}

    def _of(self, kind: str) -> dict[str, dict[str, Any]]:
        return self.deals if kind == "deals" else {str(index + 1): note for index, note in enumerate(self.notes)}

    def _at(self, kind: str, external_id: str) -> list[str]:
        return [each for each, row in self._of(kind).items() if external_id in (to for _, to in row["to"])]

    def _deal(self, deal_id: str | None, content: Any) -> Answer:
        if deal_id is None and not {"dealname", "dealstage", "pipeline"} <= set(
            filter(content["properties"].get, content["properties"])
        ):
            return error(400, "VALIDATION_ERROR", "Required properties are missing.")
        if deal_id is None:
            deal_id = str(next(self._ids))
            self.deals[deal_id] = {"to": _targets(content)}
        self.deals[deal_id] |= content["properties"]
        return 201, {}, {"id": deal_id}


def _targets(content: Any) -> list[tuple[int, str]]:
    return [
        (kind["associationTypeId"], each["to"]["id"])
        for each in content.get("associations", [])
        for kind in each["types"]
        if kind["associationCategory"] == "HUBSPOT_DEFINED"
    ]
