"""Somebody in front of the booking page, and the business behind it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import urlencode

import time_machine
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

from leads.models import CallbackTask, JobRequest, Lead, LeadEvent
from scheduling import links
from scheduling.models import Appointment, Assignment, BookingLink, Claim, WaitlistEntry
from tests.factories import NOON, make_booking_settings
from tests.scheduling.shop import Shop, make_shop

MARIA = {"name": "Maria Lopez", "phone": "(212) 555-0147", "note": "Dripping faucet"}
MARIA_PHONE = "+12125550147"
WRITTEN: tuple[type[Model], ...] = (
    Appointment, Assignment, Claim, Lead, LeadEvent, JobRequest, CallbackTask, WaitlistEntry, BookingLink,
)  # fmt: skip


def make_page(*, name: str = "Alder Plumbing", slug: str = "alder", settings: Any = None, **rules: Any) -> Shop:
    """A shop in New York with its page on; NOON is a Wednesday, 2 PM there."""
    shop = make_shop(**rules)
    for field, value in {"name": name, "slug": slug, "phone": "+12125550100"}.items():
        setattr(shop.business, field, value)
    shop.business.save()
    make_booking_settings(shop.business, **(settings or {}))
    return shop


@contextmanager
def at(moment: datetime = NOON) -> Iterator[None]:
    """The time stands still."""
    with time_machine.travel(moment, tick=False):
        yield


class Visitor:
    """A browser without scripts: it remembers cookies and reads what a page says."""

    def __init__(self, **options: Any) -> None:
        self.client = Client(**options)

    def get(self, path: str, **params: str) -> HttpResponse:
        return self.client.get(f"{path}?{urlencode(params)}" if params else path)

    def post(self, path: str, **data: Any) -> HttpResponse:
        return self.client.post(path, data)

    def keep(self, path: str, start: datetime) -> str:
        """Choose a time; the address of the next step."""
        self.get(path)
        answer = self.post(path, start=start.isoformat())
        assert answer.status_code == 302, text_of(answer)
        return str(answer["Location"])

    def book(self, path: str, start: datetime, **values: str) -> HttpResponse:
        """All the way; the page that says so."""
        answer = self.post(self.keep(path, start), **{**MARIA, **values})
        assert answer.status_code == 302, text_of(answer)
        return self.get(answer["Location"])


def text_of(answer: HttpResponse) -> str:
    """What a person reads on a page, in one line."""
    body = re.sub(r"<(head|script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    words = unescape(re.sub(r"<[^>]*>", " ", body)).replace("\u00a0", " ")
    return re.sub(r" ([.,])", r"\1", " ".join(words.split()))


def heading_of(answer: HttpResponse) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", found[1])).replace("\u00a0", " ").split()) if found else ""


def starts_in(answer: HttpResponse) -> list[str]:
    """What can be chosen on a page, in its order."""
    return re.findall(r'name="start" value="([^"]+)"', answer.content.decode())


def written() -> list[object]:
    """Every row that a visitor could cause; what is counted of requests is not among it."""
    return [list(model._default_manager.order_by("pk").values()) for model in WRITTEN]


def times(shop: Shop) -> str:
    """Where the page offers the shop's service."""
    return f"/book/{shop.business.slug}/service/{shop.service.pk}/"


def path_to_manage(appointment: Appointment, *, now: datetime = NOON) -> str:
    return "/b/" + links.link_to_manage(appointment, now=now).partition("/b/")[2]


def path_to_book(lead: Lead, *, now: datetime = NOON, **values: Any) -> str:
    return "/b/" + links.link_to_book(lead, now=now, **values).partition("/b/")[2]
