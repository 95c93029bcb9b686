"""A business with a row of everything, and programs that ask its API."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

from leads import api_tokens
from leads.models import Business
from leads.models.api import ApiToken
from tests.base import Cast, make_cast
from tests.factories import NOON, fresh
from tests.leads.canaries import fill_with_canaries


@dataclass
class Program:
    """Asks with a token of `business`; `secret` is what it shows."""

    business: Business
    token: ApiToken
    secret: str
    client: Client = field(default_factory=Client)

    def get(self, path: str, **params: Any) -> HttpResponse:
        return self.client.get(f"/api/v1/{path}", params, headers=self._headers())

    def post(self, path: str, body: Any = None, *, key: str = "") -> HttpResponse:
        headers = self._headers() | ({"Idempotency-Key": key} if key else {})
        return self._send("post", path, body, headers)

    def patch(self, path: str, body: Any) -> HttpResponse:
        return self._send("patch", path, body, self._headers())

    def ids(self, path: str, **params: Any) -> list[str]:
        return [row["id"] for row in self.get(path, **params).json()["results"]]

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> HttpResponse:
        data = json.dumps({} if body is None else body)
        send: Any = getattr(self.client, method)
        answer: HttpResponse = send(f"/api/v1/{path}", data, content_type="application/json", headers=headers)
        return answer

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


def make_program(business: Business, *scopes: str, **values: Any) -> Program:
    """With all scopes, unless some are named."""
    token = ApiToken(business=business, name=f"CRM {fresh()}", scopes=list(scopes or api_tokens.SCOPES), **values)
    secret = api_tokens.issue(token, by=None, now=NOON)
    token.save()
    return Program(business, token, secret)


@dataclass
class World:
    """`rows`: what A has, by model."""

    cast: Cast
    rows: dict[type[Model], Any]
    a: Program
    b: Program


@pytest.fixture
def world(db: None) -> World:
    """Two businesses without customers."""
    cast = make_cast()
    return World(cast, {}, make_program(cast.a), make_program(cast.b))


@pytest.fixture
def full_world(world: World) -> World:
    """A has a row of everything."""
    world.rows = dict(fill_with_canaries(world.cast))
    return world
