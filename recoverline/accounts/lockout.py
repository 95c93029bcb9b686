"""Who is locked out after too many wrong passwords, and what they read (settings.AXES_*)."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from recoverline.lib.client_address import client_address

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104  a value for a column, nothing listens there
NAME_LENGTH = 150


def name_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Whose password is guessed: a person has one count, whether by username or address, in whatever case."""
    typed = str((credentials or {}).get("username") or request.POST.get("login") or "").strip()[:NAME_LENGTH]
    # Neither database can be asked for it.
    typed = typed.replace("\0", "")
    known = User.objects.filter(Q(username__iexact=typed) | Q(email__iexact=typed)).exclude(username="")
    usernames = known.order_by("pk").values_list("username", flat=True)[:1] if typed else []
    return next(iter(usernames), typed.lower())


def address_of(request: HttpRequest) -> str:
    """The address that attempts are counted for; an IPv6 home counts as one."""
    address = client_address(
        request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""), proxies=settings.PROXY_COUNT
    )
    return address.partition("/")[0] or UNKNOWN_ADDRESS


def locked_out(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    return render(request, "account/locked_out.html", status=429)
