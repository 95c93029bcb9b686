"""The same request twice has one effect."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from leads.models import Lead
from leads.models.api import IdempotentReply
from recoverline.api.views.people import forms_in
from tests.base import make_cast
from tests.factories import NOON, phone
from tests.recoverline.api.conftest import World, make_program


def test_a_repetition_gets_the_first_answer_and_has_no_effect(world: World) -> None:
    body = {"phone": phone(), "name": "Ana", "location": world.cast.b_location.slug}
    first, again = (world.b.post("leads/", body, key="k1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert Lead.objects.filter(business=world.cast.b).count() == 1


def test_another_request_with_the_same_key_is_refused(world: World) -> None:
    world.b.post("leads/", {"phone": phone()}, key="k1")
    other = world.b.post("leads/", {"phone": phone()}, key="k1")
    elsewhere = world.b.post("consent/opt-out/", {"phone": phone(), "evidence": "x"}, key="k1")
    assert [answer.json()["code"] for answer in (other, elsewhere)] == ["idempotency_key_reused"] * 2
    assert (other.status_code, Lead.objects.filter(business=world.cast.b).count()) == (422, 1)


def test_keys_belong_to_their_token(world: World) -> None:
    colleague = make_program(world.cast.b)
    for program in (world.b, colleague):
        assert program.post("leads/", {"phone": phone()}, key="k1").status_code == 201
    assert Lead.objects.filter(business=world.cast.b).count() == 2


def test_what_was_refused_may_be_tried_again_with_the_same_key(world: World) -> None:
    assert world.b.post("leads/", {"phone": "12"}, key="k1").status_code == 400
    assert IdempotentReply.objects.count() == 0
    assert world.b.post("leads/", {"phone": phone()}, key="k1").status_code == 201


def test_what_breaks_leaves_nothing_behind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*args: Any, **kwargs: Any) -> None:
        Lead.objects.create(business=world.cast.b, phone="+12125550177", created_at=NOON)
        raise RuntimeError

    world.b.client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(forms_in, "add_lead", breaks)
        assert world.b.post("leads/", {"phone": phone()}, key="k1").status_code == 500
    assert (Lead.objects.filter(business=world.cast.b).count(), IdempotentReply.objects.count()) == (0, 0)
    assert world.b.post("leads/", {"phone": phone()}, key="k1").status_code == 201


def test_while_the_first_is_worked_on_the_second_waits_unless_it_has_died(world: World) -> None:
    body = {"phone": phone()}
    with time_machine.travel(NOON, tick=False) as traveller:
        world.b.post("leads/", body, key="k1")
        IdempotentReply.objects.update(status=None)
        Lead.objects.filter(business=world.cast.b).delete()
        answer = world.b.post("leads/", body, key="k1")
        assert (answer.status_code, answer.json()["code"]) == (409, "in_progress")
        traveller.shift(timedelta(seconds=91))
        assert world.b.post("leads/", body, key="k1").status_code == 201


@pytest.mark.parametrize("key", ["x" * 201, "a\x7fb"])
def test_a_key_that_cannot_be_kept_is_refused(world: World, key: str) -> None:
    assert world.b.post("leads/", {"phone": phone()}, key=key).json()["code"] == "invalid_idempotency_key"


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_have_one_effect() -> None:
    cast = make_cast()
    program = make_program(cast.b)
    body, answers, gate = {"phone": phone(), "need": "A leak"}, list[Any](), threading.Barrier(20)

    def ask() -> None:
        try:
            gate.wait(10)
            answers.append(make(program).post("leads/", body, key="k1"))
        finally:
            connection.close()

    def make(program: Any) -> Any:
        return type(program)(program.business, program.token, program.secret)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    codes = Counter(answer.status_code for answer in answers)
    assert (sum(codes.values()), set(codes) <= {201, 409}, codes[201] >= 1) == (20, True, True)
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert Lead.objects.get(business=cast.b).requests.count() == 1
