"""Who is let in, to what, and how often."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from leads import api_tokens
from leads.models.api import ApiToken
from recoverline.api.urls import router
from recoverline.lib import clock
from tests.base import sign_in
from tests.factories import NOON
from tests.recoverline.api.conftest import World, make_program

UNKNOWN = "rl_0000000000000000000000000000000000000000000"


def test_only_the_digest_is_kept(world: World) -> None:
    token = ApiToken.objects.get(pk=world.a.token.pk)
    kept = " ".join(str(value) for value in token.__dict__.values())
    assert world.a.secret.removeprefix("rl_") not in kept
    assert (token.hint, len(world.a.secret)) == (world.a.secret[-4:], 46)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": f"Bearer {UNKNOWN}"}, {"Authorization": "Bearer "}, {"Authorization": "Basic YTpi"}],
)
def test_nobody_else_is_let_in(world: World, headers: dict[str, str]) -> None:
    for client in (Client(), sign_in(world.cast.ana)):  # a session opens nothing
        answer = client.get("/api/v1/leads/", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_that_is_over_or_revoked_opens_nothing_from_the_next_request_on(world: World) -> None:
    over = make_program(world.cast.a, expires_at=clock.now() - timedelta(seconds=1))
    assert (world.a.get("leads/").status_code, over.get("leads/").status_code) == (200, 401)
    assert api_tokens.revoke(world.a.token, now=clock.now()) is True
    assert api_tokens.revoke(world.a.token, now=clock.now()) is False
    assert world.a.get("leads/").status_code == 401


def test_each_act_needs_its_scope_and_no_other_helps(world: World) -> None:
    """Every action of every view, with a token that has all scopes but the one it needs."""
    asked = 0
    key = "0b0f7f6e-0000-4000-8000-000000000000"
    for prefix, view, _ in router.registry:
        for action, scope in view.scopes.items():
            others = [each for each in api_tokens.SCOPES if each != scope]
            program = make_program(world.cast.a, *others)
            path = f"{prefix}/" + ("" if action in ("list", "create") else f"{key}/")
            match action:
                case "list" | "retrieve":
                    answer = program.get(path)
                case "create":
                    answer = program.post(path)
                case "partial_update":
                    answer = program.patch(path, {})
                case "opt_out" | "opt_in":
                    answer = program.post(f"{prefix}/{action.replace('_', '-')}/")
                case _:
                    answer = program.post(f"{path}{action}/")
            said = answer.json()
            assert (prefix, action, answer.status_code, said.get("scope")) == (prefix, action, 403, scope)
            asked += 1
    assert asked == 30


def test_when_it_was_used_is_known_to_the_minute(world: World) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        world.a.get("leads/")
        traveller.shift(30)
        world.a.get("leads/")
        assert ApiToken.objects.get(pk=world.a.token.pk).used_at == NOON
        traveller.shift(31)
        world.a.get("leads/")
    assert ApiToken.objects.get(pk=world.a.token.pk).used_at == NOON + timedelta(seconds=61)


def test_too_many_requests_wait_and_other_tokens_do_not(world: World, settings: Any) -> None:
    settings.API_READS_PER_MINUTE, settings.API_WRITES_PER_MINUTE = 2, 1
    other = make_program(world.cast.a)
    with time_machine.travel(NOON, tick=False) as traveller:
        assert [world.a.get("leads/").status_code for _ in range(3)] == [200, 200, 429]
        answer = world.a.get("leads/")
        assert (answer["Retry-After"], answer.json()["code"]) == ("60", "too_many_requests")
        assert other.get("leads/").status_code == 200
        assert [world.a.patch("leads/x/", {}).status_code for _ in range(2)] == [404, 404]  # no such address
        assert [world.a.post("leads/").status_code for _ in range(2)] == [400, 429]
        traveller.shift(60)
        assert world.a.get("leads/").status_code == 200


def test_every_problem_has_the_same_shape(world: World) -> None:
    client = world.a.client
    headers = {"Authorization": f"Bearer {world.a.secret}"}
    answers = {
        "not_found": client.get("/api/v1/leads/%0a/", headers=headers),
        "method_not_allowed": client.delete("/api/v1/leads/", headers=headers),
        "unsupported_media_type": client.post("/api/v1/leads/", {"a": 1}, headers=headers),
        "malformed": client.post("/api/v1/leads/", "{", content_type="application/json", headers=headers),
        "invalid": client.post("/api/v1/leads/", "[1]", content_type="application/json", headers=headers),
        "not_authenticated": client.get("/api/v1/leads/"),
    }
    deep = "[" * 200_000
    answers["deep"] = client.post("/api/v1/leads/", deep, content_type="application/json", headers=headers)
    for code, answer in answers.items():
        said = answer.json()
        assert (code, answer["Content-Type"]) == (code, "application/problem+json")
        assert (code, said["status"], {"title", "status", "code", "detail"} <= set(said)) == (
            code, answer.status_code, True,
        )  # fmt: skip
        assert said["code"] == ("malformed" if code == "deep" else code)
        assert (code, 400 <= answer.status_code < 500) == (code, True)
