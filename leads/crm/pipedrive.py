"""Pipedrive's API v2 (notes: v1), with a personal API token."""

import re
from collections.abc import Mapping
from datetime import datetime
from html import escape, unescape
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from leads.crm.base import Door, Found, Refused, Stages
from leads.crm.mapping import Deal, is_named, spellings

NAME = "Pipedrive"
_PERSONS, _DEALS, _NOTES = "/api/v2/persons", "/api/v2/deals", "/api/v1/notes"
_CUSTOM = re.compile(r"[0-9a-f]{40}")
_LISTS = frozenset({"phones", "emails"})
MOST_FOUND = 10
MOST_READ = 100
CURRENCY = "USD"
LABEL = "work"


class Pipedrive:
    """A `leads.crm.base.Client`."""

    def __init__(self, token: str) -> None:
        self._door = Door(settings.PIPEDRIVE_BASE_URL, {"x-api-token": token}, NAME)

    def find_by_phone(self, phone: str) -> list[Found]:
        """Whether its search reads past signs is not published, so each usual spelling is asked for."""
        found: dict[str, Found] = {}
        for spelling in spellings(phone):
            for item in self._search(spelling, "phone"):
                if is_named(phone, item.get("phones") or []):
                    found[str(item["id"])] = Found(str(item["id"]), item.get("name") or "")
        return list(found.values())

    def find_by_email(self, email: str) -> list[Found]:
        same = [
            item
            for item in self._search(email, "email")
            if email.casefold() in (other.casefold() for other in item.get("emails") or [])
        ]
        return [Found(str(item["id"]), item.get("name") or "") for item in same]

    def _search(self, term: str, field: str) -> list[dict[str, Any]]:
        asked = urlencode({"term": term, "fields": field, "exact_match": "true", "limit": MOST_FOUND})
        said = self._need("GET", f"{_PERSONS}/search?{asked}")
        return [row["item"] for row in (said.get("data") or {}).get("items", ())]

    def read(self, external_id: str, fields: list[str]) -> dict[str, str] | None:
        status, said = self._door.ask("GET", f"{_PERSONS}/{external_id}")
        if status == 404:
            return None
        _refuse(status, said)
        row = said.get("data") or {}
        return None if row.get("is_deleted") else {name: _text_of(row, name) for name in fields}

    def create(self, values: Mapping[str, str]) -> str:
        content = _content(values)
        # It shows nothing without a name.
        content.setdefault("name", values.get("phones") or "Unknown caller")
        return str(self._need("POST", _PERSONS, content)["data"]["id"])

    def update(self, external_id: str, values: Mapping[str, str]) -> None:
        content = _content(values)
        if _LISTS & set(content):
            # What is sent replaces the whole list; the numbers that somebody added there stay.
            row = self._need("GET", f"{_PERSONS}/{external_id}").get("data") or {}
            for name in _LISTS & set(content):
                others = [entry for entry in row.get(name) or [] if not entry.get("primary")]
                content[name] += [{**_entry(entry["value"]), **entry, "primary": False} for entry in others]
        self._need("PATCH", f"{_PERSONS}/{external_id}", content)

    def note(self, external_id: str, text: str, *, at: datetime, deals: list[str]) -> None:
        content = {"content": escape(text).replace("\n", "<br>"), "person_id": int(external_id)}
        if deals:
            content["deal_id"] = int(deals[-1])
        self._need("POST", _NOTES, content)

    def notes(self, external_id: str) -> list[str]:
        asked = urlencode({"person_id": external_id, "limit": MOST_READ, "sort": "add_time DESC"})
        return [unescape(row.get("content") or "") for row in self._need("GET", f"{_NOTES}?{asked}").get("data") or ()]

    def deals(self, external_id: str) -> list[tuple[str, str]]:
        newest = {"limit": MOST_READ, "sort_by": "add_time", "sort_direction": "desc"}
        said = self._need("GET", f"{_DEALS}?{urlencode({'person_id': external_id, **newest})}")
        return [(str(row["id"]), row.get("title") or "") for row in said.get("data") or ()]

    def create_deal(self, external_id: str, deal: Deal, stages: Stages) -> str:
        content = {"title": deal.title, "person_id": int(external_id), **_moved(deal, stages)}
        if stages.pipeline and "stage_id" not in content:
            content["pipeline_id"] = int(stages.pipeline)
        return str(self._need("POST", _DEALS, content)["data"]["id"])

    def update_deal(self, deal_id: str, deal: Deal, stages: Stages) -> None:
        status, said = self._door.ask("PATCH", f"{_DEALS}/{deal_id}", _moved(deal, stages))
        if status != 404:
            _refuse(status, said)

    def _need(self, method: str, path: str, content: Any = None) -> Any:
        status, said = self._door.ask(method, path, content)
        _refuse(status, said)
        return said


def _entry(value: str) -> dict[str, Any]:
    return {"value": value, "primary": True, "label": LABEL}


def _content(values: Mapping[str, str]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name, value in values.items():
        if _CUSTOM.fullmatch(name):
            content.setdefault("custom_fields", {})[name] = value
        else:
            content[name] = [_entry(value)] if name in _LISTS else value
    return content


def _text_of(row: Mapping[str, Any], name: str) -> str:
    if name in _LISTS:
        entries = row.get(name) or []
        primary = [entry for entry in entries if entry.get("primary")] or entries
        return str(primary[0].get("value") or "") if primary else ""
    value = (row.get("custom_fields") or {}).get(name) if _CUSTOM.fullmatch(name) else row.get(name)
    return "" if value is None else str(value)


def _moved(deal: Deal, stages: Stages) -> dict[str, Any]:
    """Won and lost are states there, whatever the stage."""
    moved: dict[str, Any] = {"status": deal.stage if deal.stage in ("won", "lost") else "open"}
    if stage := stages.ids.get(deal.stage):
        moved["stage_id"] = int(stage)
    if deal.amount_cents is not None:
        moved |= {"value": deal.amount_cents / 100, "currency": CURRENCY}
    return moved


def _refuse(status: int, said: Any) -> None:
    if status >= 300 or said.get("success") is False:
        code = str(said.get("code") or said.get("errorCode") or status)
        raise Refused(f"{NAME} refused it: {code[:40]}.")
