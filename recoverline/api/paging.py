"""Pages by cursor: what comes in while a program reads on is neither skipped nor told twice."""

import base64
import binascii
import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

from recoverline.api.problems import Problem

USUAL, MOST = 50, 100


class Cursor(BasePagination):
    """By the view's `moment` (a column of instants) and the key, so that rows of the same instant have an order."""

    def paginate_queryset(self, queryset: QuerySet[Any], request: Any, view: Any = None) -> list[Any]:
        asked = view.asked
        self.request, self.moment = request, view.moment
        self.limit, self.is_oldest_first = asked.get("limit", USUAL), asked.get("order") == "oldest"
        sign, side = ("", "gt") if self.is_oldest_first else ("-", "lt")
        rows = queryset.order_by(f"{sign}{self.moment}", f"{sign}key")
        if asked.get("cursor"):
            at, key = _read(asked["cursor"])
            later = Q(**{f"{self.moment}__{side}": at}) | Q(**{self.moment: at, f"key__{side}": key})
            rows = rows.filter(later)
        found = list(rows[: self.limit + 1])
        self.has_more, page = len(found) > self.limit, found[: self.limit]
        self.last = page[-1] if page else None
        return page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self._next()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {
                    "type": "string", "format": "uri", "nullable": True,
                    "description": "The address of the next page; null on the last one.",
                },
            },
        }  # fmt: skip

    def _next(self) -> str | None:
        if not self.has_more or self.last is None:
            return None
        said = f"{getattr(self.last, self.moment).isoformat()} {self.last.key}"
        cursor = base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")
        params = [(name, value) for name, value in self.request.query_params.items() if name != "cursor"]
        return str(self.request.build_absolute_uri(f"?{urlencode([*params, ('cursor', cursor)])}"))


def _read(cursor: str) -> tuple[datetime, uuid.UUID]:
    try:
        said = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        at, _, key = said.partition(" ")
        moment = parse_datetime(at)
        if moment is None or moment.tzinfo is None:
            raise ValueError(at)
        return moment, uuid.UUID(key)
    except (ValueError, binascii.Error) as error:
        raise Problem(400, "invalid_cursor", "This cursor is none of ours. Follow the address in `next`.") from error
