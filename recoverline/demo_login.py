"""A link that signs in the demo's owner, who has no password: once, within half an hour, from this very machine."""

from datetime import datetime
from urllib.parse import urlsplit

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from recoverline.lib import clock, signing

PURPOSE = "demo sign-in"
SECONDS = 1800
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-Ip")


def link_for(user: User) -> str:
    """The address that signs `user` in. It ends with its first use, because it names the last sign-in before."""
    token = signing.sign(PURPOSE, f"{user.pk} {_stamp(user.last_login)}", key=settings.SECRET_KEY)
    return settings.SITE_URL + reverse("demo-sign-in", args=[token])


@never_cache
@require_GET
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """To the simulator, signed in; an explanation when the link is used up or too old."""
    if not _is_at_the_desk(request):
        raise PermissionDenied
    value = signing.unsign(PURPOSE, token, key=settings.SECRET_KEY, max_age=SECONDS, now=clock.now())
    user = _take(value) if value else None
    if user is None:
        return render(request, "simulator/link_used.html", status=410)
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    UserSession.objects.create_from_request(request)
    return redirect("simulator:show")


def _take(value: str) -> User | None:
    """The user, if nobody has signed in with this link: the database decides between two at once."""
    key, _, stamp = value.partition(" ")
    users = get_user_model().objects.filter(pk=int(key), is_active=True)
    user = users.first()
    if user is None or _stamp(user.last_login) != stamp:
        return None
    same = users.filter(last_login=user.last_login) if user.last_login else users.filter(last_login=None)
    return user if same.update(last_login=timezone.now()) else None


def _is_at_the_desk(request: HttpRequest) -> bool:
    """DEBUG, asked for by a loopback name from a loopback address, and by no proxy for somebody else."""
    host = urlsplit(f"//{request.get_host()}").hostname
    direct = not any(name in request.headers for name in FORWARDED)
    return settings.DEBUG and direct and host in LOOPBACK and request.META.get("REMOTE_ADDR") in LOOPBACK


def _stamp(moment: datetime | None) -> str:
    return moment.isoformat() if moment else "never"
