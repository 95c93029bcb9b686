"""Pipedrive's persons, deals (v2) and notes (v1) on loopback, as far as its published schemas say how they behave."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.fakes.crm_server import Answer, Asked

TOKEN = "0123456789abcdef"
NO_TEXTS = "a" * 40


def error(status: int, code: str, said: str) -> Answer:
    return status, {}, {"success": False, "error": said, "code": code}


def done(data: Any) -> Answer:
    return 200, {}, {"success": True, "data": data}


@dataclass
class FakePipedrive:
    """Its search compares signs as they are: the strict reading of `exact_match`."""

    persons: dict[int, dict[str, Any]] = field(default_factory=dict)
    deals: dict[int, dict[str, Any]] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    token: str = TOKEN
    busy: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: count(11))

    def put(self, name: str, *, phones: tuple[str, ...] = (), emails: tuple[str, ...] = ()) -> str:
        pk = next(self._ids)
        self.persons[pk] = {
            "id": pk, "name": name, "is_deleted": False, "custom_fields": {},
            "phones": [{"value": each, "primary": not index, "label": "work"} for index, each in enumerate(phones)],
            "emails": [{"value": each, "primary": not index, "label": "work"} for index, each in enumerate(emails)],
        }  # fmt: skip
        return str(pk)

    def answer(self, asked: Asked) -> Answer:
        self.asked.append((asked.method, asked.path))
        if asked.headers.get("x-api-token") != self.token:
            return 401, {}, {"success": False, "error": "unauthorized access", "errorCode": 401}
        if self.busy:
            self.busy -= 1
            headers = {"x-ratelimit-limit": "20", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "2"}
            return 429, headers, {"success": False, "error": "Rate limit exceeded", "errorCode": 429}
        match asked.method, asked.path.strip("/").split("/"):
            case "GET", ["api", "v2", "persons", "search"]:
                return self._search(asked.query)
            case "POST", ["api", "v2", "persons"]:
                if not asked.content.get("name"):
                    return error(400, "ERR_SCHEMA_VALIDATION_FAILED", "name is required")
                return self._write(int(self.put(asked.content["name"])), asked.content)
            case (("GET" | "PATCH"), ["api", "v2", "persons", pk]) if int(pk) not in self.persons:
                return error(404, "ERR_NOT_FOUND", "Person not found")
            case "GET", ["api", "v2", "persons", pk]:
                return done(self.persons[int(pk)])
            case "PATCH", ["api", "v2", "persons", pk]:
                return self._write(int(pk), asked.content)
            case "POST", ["api", "v2", "deals"]:
                if not asked.content.get("title"):
                    return error(400, "ERR_SCHEMA_VALIDATION_FAILED", "title is required")
                pk = next(self._ids)
                self.deals[pk] = {"id": pk, **asked.content}
                return done(self.deals[pk])
            case "PATCH", ["api", "v2", "deals", pk] if int(pk) in self.deals:
                self.deals[int(pk)] |= asked.content
                return done(self.deals[int(pk)])
            case "GET", ["api", "v2", "deals"]:
                wanted = int(asked.query["person_id"])
                return done([row for row in self.deals.values() if row.get("person_id") == wanted])
            case "GET", ["api", "v1", "notes"]:
                wanted = int(asked.query["person_id"])
                return done([row for row in self.notes if row.get("person_id") == wanted] or None)
            case "POST", ["api", "v1", "notes"]:
                if not asked.content.get("content") or not {"person_id", "deal_id"} & set(asked.content):
                    return 400, {}, {"success": False, "error": "content and one of its objects are required"}
                self.notes.append(asked.content)
                return done({"id": next(self._ids)})
        return error(404, "ERR_NOT_FOUND", "not found")

    def _search(self, query: Any) -> Answer:
        key = {"phone": "phones", "email": "emails"}[query["fields"]]
        items = [
            {"item": {
                "id": pk, "type": "person", "name": row["name"],
                "phones": [each["value"] for each in row["phones"]],
                "emails": [each["value"] for each in row["emails"]],
            }, "result_score": 1.0}
            for pk, row in self.persons.items()
            if not row["is_deleted"] and any(each["value"].lower() == query["term"].lower() for each in row[key])
        ]  # fmt: skip
        return 200, {}, {"success": True, "data": {"items": items}, "additional_data": {"next_cursor": None}}

    def _write(self, pk: int, content: Any) -> Answer:
        row = self.persons[pk]
        for name, value in content.items():
            if name not in row:
                return error(400, "ERR_SCHEMA_VALIDATION_FAILED", f"{name} is not allowed")
            if name in ("phones", "emails") and not all(isinstance(each, dict) and each.get("value") for each in value):
                return error(400, "ERR_SCHEMA_VALIDATION_FAILED", f"{name} must be objects")
            row[name] = row[name] | value if name == "custom_fields" else value
        return done(row)
