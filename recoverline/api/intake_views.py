"""Forms of websites and ads: whoever fills one in is texted as quickly as somebody who rang in vain."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.models.api import LeadSource
from messaging import forms_in
from messaging.form_fields import TRAP, Filled, answers_of, digest_of, read_form, read_google
from recoverline.api.problems import Problem
from recoverline.lib import clock
from recoverline.lib.client_address import client_address
from recoverline.lib.phones import parse_phone
from recoverline.lib.text import clean_inbound
from scheduling import limits

_HOUR = timedelta(hours=1)
MOST_PER_ADDRESS, MOST_PER_SOURCE = 20, 300
_LARGEST = 1_000_000
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "86400",
}


class Entry(serializers.Serializer):
    """What a form may hold, under these names or the usual others; further fields are kept as they are."""

    phone = serializers.CharField()
    name = serializers.CharField(required=False)
    email = serializers.CharField(required=False)
    message = serializers.CharField(required=False)
    zip = serializers.CharField(required=False)
    language = serializers.CharField(required=False, help_text="en or es.")
    consent = serializers.CharField(required=False, help_text="The box that says they may be texted: yes, on, true, 1.")


class Received(serializers.Serializer):
    """The same for every entry that could be read: what came of it is nobody's business outside."""

    received = serializers.BooleanField()


class Intake(APIView):
    """One entry of a form. No token: the key stands in the address."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []
    throttle_classes: list[Any] = []
    parser_classes = [JSONParser, FormParser, MultiPartParser]
    renderer_classes = [JSONRenderer]

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        for name, value in _CORS.items():
            response[name] = value
        return super().finalize_response(request, response, *args, **kwargs)

    @extend_schema(exclude=True)
    def options(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(status=204)

    @extend_schema(
        summary="Hand in an entry of a form",
        description=(
            "For the form itself (form-encoded or multipart), for a script (JSON), or for Google's lead forms in their "
            "own shape. A person gets a thank-you page, a program JSON."
        ),
        parameters=[OpenApiParameter("key", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        request=Entry,
        responses={201: Received},
        auth=[],
    )
    def post(self, request: Any, key: Any) -> HttpResponseBase:
        source = LeadSource.objects.select_related("business", "location__business")
        row = source.filter(key=key, is_active=True).first()
        if row is None:
            raise Problem(404, "not_found", "There is no such form.")
        if _length(request) > _LARGEST:
            raise Problem(413, "too_large", "At most a megabyte.")
        if not isinstance(request.data, dict):
            raise Problem(400, "malformed", "Send the fields of the form as an object.")
        row.business = row.location.business
        google = read_google(request.data)
        try:
            if google is None:
                _take(row, request)
            else:
                _refuse_wrong_secret(row, google.key)
                forms_in.take(
                    row, google.filled, external_id=google.lead_id or _digest(google.answers), answers=google.answers,
                    is_test=google.is_test, now=clock.now(),
                )  # fmt: skip
        except Problem as problem:
            if not _is_person(request):
                raise
            return render(request, "api/form_problem.html", {"problem": problem}, status=problem.status)
        if _is_person(request):
            return render(request, "api/form_thanks.html", {"business": row.business}, status=201)
        return Response({"received": True}, status=200 if google else 201)


receive = Intake.as_view()


def _take(source: LeadSource, request: Any) -> None:
    """An entry that is not Google's. Raises Problem."""
    now, address = clock.now(), _address_of(request)
    fields = list(_pairs(request.data))
    for_machines = {str(name): str(value) for name, value in fields if str(name).startswith("_")}
    is_proven = bool(source.shared_secret)
    if is_proven:
        _refuse_wrong_secret(source, for_machines.get("_secret", ""))
    elif not limits.allow(f"form-from:{_hidden(address)}", most=MOST_PER_ADDRESS, per=_HOUR, now=now):
        raise Problem(429, "too_many_requests", "Too many entries from this address. Please call instead.")
    if not limits.allow(f"form:{source.pk}", most=MOST_PER_SOURCE, per=_HOUR, now=now):
        raise Problem(429, "too_many_requests", "Too many entries in this hour. Please call instead.")
    if for_machines.get(TRAP, "").strip():
        return  # nobody sees that field: a machine, which need not know that it was noticed
    answers = answers_of(fields)
    filled = read_form(answers)
    _refuse_bad_phone(source, filled)
    own_id = clean_inbound(for_machines.get("_id", ""))[:100]
    forms_in.take(
        source, filled, external_id=f"id:{own_id}" if own_id else _digest(answers), answers=answers,
        address=address.partition("/")[0] or None, is_direct=not is_proven, now=now,
    )  # fmt: skip


def _refuse_bad_phone(source: LeadSource, filled: Filled) -> None:
    # A person is there and can correct it.
    if parse_phone(filled.phone, source.business.country) is None:
        said = "This is not a phone number. Write it with the area code."
        raise Problem(422, "bad_phone", said, errors={"phone": [said]})


def _refuse_wrong_secret(source: LeadSource, shown: str) -> None:
    if not hmac.compare_digest(source.shared_secret.encode(), shown.encode("utf-8", "replace")) or not shown:
        raise Problem(403, "wrong_secret", "The key of this form is another one.")


def _pairs(data: Any) -> Iterable[tuple[str, Any]]:
    """Fields and values; a field that comes several times comes several times here."""
    if hasattr(data, "lists"):
        return [(name, value) for name, values in data.lists() for value in values]
    return [(name, _flat(value)) for name, value in data.items()]


def _flat(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value)[:2000] if isinstance(value, dict | list) else value


def _digest(answers: Any) -> str:
    return digest_of(answers, on=f"{clock.now():%Y-%m-%d}")


def _length(request: Any) -> int:
    said = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(said) if said.isdigit() else 0


def _address_of(request: Any) -> str:
    meta = request.META
    return client_address(
        meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""), proxies=settings.PROXY_COUNT
    )  # fmt: skip


def _hidden(value: str) -> str:
    return hmac.digest(settings.SECRET_KEY.encode(), value.encode(), hashlib.sha256).hex()[:32]


def _is_person(request: Any) -> bool:
    """Whether a browser has sent its form here and shows what we answer."""
    asked: HttpRequest = request._request
    is_form = not request.content_type.startswith("application/json")
    return is_form and asked.get_preferred_type(["application/json", "text/html"]) == "text/html"
