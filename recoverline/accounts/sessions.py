"""Signed-in browsers: how long they stay so, where they are, and how they are signed out."""

import re
import time
from collections.abc import Iterable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

BEGAN, USED = "recoverline.began_at", "recoverline.used_at"
# Writing down each request would cost more than most requests do.
NOTED_EVERY = 300

# Of each family the name that says most comes first: every browser claims to be several others.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
            ("SamsungBrowser", "Samsung Internet"), ("Chrom", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
           ("CrOS", "ChromeOS"), ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip


# Not the simulator's clock: moving it by a day must not sign anybody out, nor keep them in.
def begin(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    """Somebody signed in, in whatever way."""
    request.session[BEGAN] = request.session[USED] = int(time.time())


def is_over(session: SessionBase) -> bool:
    """Whether it lay idle too long or is too old; one from before these limits begins now."""
    now = int(time.time())
    began, used = session.setdefault(BEGAN, now), session.setdefault(USED, now)
    return bool(now - began >= settings.SESSION_COOKIE_AGE or now - used >= settings.SESSION_IDLE_SECONDS)


def note_use(request: HttpRequest) -> None:
    """Write down that a person uses this session, now and then."""
    if time.time() - request.session[USED] < NOTED_EVERY:
        return
    request.session[USED] = int(time.time())
    known = UserSession.objects.filter(session_key=request.session.session_key)
    if not known.update(last_seen_at=timezone.now()):
        UserSession.objects.create_from_request(request)


def of(user: User) -> list[UserSession]:
    """Where `user` is signed in; what has ended on its own is forgotten."""
    found: list[UserSession] = UserSession.objects.purge_and_list(user)
    return sorted(found, key=lambda session: session.last_seen_at, reverse=True)


def end(sessions: Iterable[UserSession]) -> int:
    """Sign them out; how many there were."""
    ended = list(sessions)
    for session in ended:
        session.end()
    return len(ended)


def device(user_agent: str) -> str:
    """What a person would call it: “Chrome on Windows”."""
    browser = next((name for sign, name in BROWSERS if re.search(rf"\b{sign}", user_agent)), "A browser")
    system: Any = next((name for sign, name in SYSTEMS if sign in user_agent), None)
    return f"{browser} on {system}" if system else browser
