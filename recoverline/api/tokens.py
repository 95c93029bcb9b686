"""Who asks: a program with a token, nobody else. A session that is signed in here opens nothing."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.throttling import BaseThrottle

from leads import api_tokens
from leads.models.api import ApiToken
from recoverline.api.problems import Problem
from recoverline.lib import clock
from scheduling import limits

_MINUTE = timedelta(minutes=1)


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer rl_...`. What it opens is one business: `request.auth.business`."""

    def authenticate(self, request: HttpRequest) -> tuple[AnonymousUser, ApiToken] | None:
        kind, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        token = api_tokens.holder_of(secret.strip(), now=clock.now())
        if token is None:
            raise exceptions.AuthenticationFailed("This token is not known, or not valid any more.")
        return AnonymousUser(), token

    def authenticate_header(self, request: HttpRequest) -> str:
        return 'Bearer realm="Recoverline"'


class HasScope(BasePermission):
    """Each action of a view names the scope it needs; one that names none is closed."""

    def has_permission(self, request: Any, view: Any) -> bool:
        if request.auth is None:
            raise exceptions.NotAuthenticated("Send a token: Authorization: Bearer rl_...")
        if view.action is None:  # a method that is not there: 405 says so
            return True
        needed = view.scopes.get(view.action)
        if needed is None:
            return False
        if needed not in request.auth.scopes:
            raise Problem(403, "missing_scope", f"This token lacks the scope {needed}.", scope=needed)
        return True


class TokenThrottle(BaseThrottle):
    """So many requests of a token in a minute, in all processes together; changes count, and cost, apart."""

    def allow_request(self, request: Any, view: Any) -> bool:
        token, now = request.auth, clock.now()
        if token is None:
            return True
        writes = request.method not in ("GET", "HEAD", "OPTIONS")
        most = settings.API_WRITES_PER_MINUTE if writes else settings.API_READS_PER_MINUTE
        kind = "write" if writes else "read"
        self.left = 60 - now.second
        return limits.allow(f"api-{kind}:{token.pk}", most=most, per=_MINUTE, now=now)

    def wait(self) -> float:
        return self.left
