"""What is asked of everybody who is signed in, at each request."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from recoverline.accounts import sessions

Respond = Callable[[HttpRequest], HttpResponseBase]

# Asked by an open page on its own: a screen that nobody looks at does not stay signed in for ever.
BY_ITSELF = frozenset({"inbox:poll", "inbox:conversation-presence"})

# Nobody's account counts there: carriers sign, and links are their own key.
PUBLIC = frozenset({"hooks", "booking", "booking_link"})
# What leads to a second factor, or out.
ALLOWED = frozenset(
    {"account_logout", "logout", "account_reauthenticate", "invitation", "healthz", "healthz-live", "metrics",
     "demo-sign-in", "mfa_index", "mfa_activate_totp", "mfa_reauthenticate", "mfa_authenticate"}
)  # fmt: skip


class SessionLimits:
    """Signs out whoever was idle for half a day or signed in a week ago. Without a cookie nothing is looked up."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            if sessions.is_over(request.session):
                logout(request)
                messages.info(request, "You were signed out, as you had not been here for a while. Sign in again.")
            elif request.user.is_authenticated and not _is_by_itself(request):
                sessions.note_use(request)
            return _kept_by_nobody(self.get_response(request))
        return self.get_response(request)


def _kept_by_nobody(answer: HttpResponseBase) -> HttpResponseBase:
    """What a signed-in person was shown is not left behind in the browser; pictures say themselves how long."""
    kind = answer.get("Content-Type", "")
    if not answer.has_header("Cache-Control") and not kind.startswith(("image/", "audio/", "video/")):
        answer["Cache-Control"] = "private, no-store"
    return answer


def _is_by_itself(request: HttpRequest) -> bool:
    # What a script fetches is no page that somebody opened; what somebody sends is always theirs.
    if request.method == "GET" and request.headers.get("Sec-Fetch-Dest") == "empty":
        return True
    try:
        return resolve(request.path_info).view_name in BY_ITSELF
    except Resolver404:  # an address that does not exist is used by a person
        return False


class SecondFactor:
    """Whoever has none can do nothing but set one up, where settings.SECOND_FACTOR_REQUIRED."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: Any, kwargs: Any) -> HttpResponseBase | None:
        match = request.resolver_match
        if not settings.SECOND_FACTOR_REQUIRED or match is None:
            return None
        if match.view_name in ALLOWED or PUBLIC & set(match.namespaces):
            return None
        # Looked up each time: it may be taken away while somebody is signed in.
        if not request.user.is_authenticated or is_mfa_enabled(request.user):
            return None
        return redirect("mfa_activate_totp")
