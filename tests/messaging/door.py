"""The carrier's side of the door: raw posts, and what is said when nothing else can be."""

import logging

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from messaging import hooks
from messaging.models import CarrierAccount
from tests.fakes.signer import FORM_TYPE

SILENCE = '<?xml version="1.0" encoding="UTF-8"?><Response />'
SORRY = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="en-US">'
    f"{hooks.SORRY['en']}</Say><Hangup /></Response>"
)


def path_of(account: CarrierAccount, event: str, query: str = "") -> str:
    path = reverse("hooks:receive", args=["twilio", account.key, event])
    return f"{path}?{query}" if query else path


def post_raw(path: str, body: str | bytes, **headers: str) -> HttpResponse:
    return Client().post(path, body, content_type=FORM_TYPE, headers=headers)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info]
