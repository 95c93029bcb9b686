"""One's own account: the password, and the devices that are signed in."""

from datetime import UTC
from typing import cast

from allauth.account.views import password_change
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from leads.access import businesses_for
from recoverline.accounts import sessions


@login_required
def change_password(request: HttpRequest) -> HttpResponseBase:
    if not cast(User, request.user).has_usable_password():
        raise Http404  # the demo's owner: whoever finds the page open must not become able to sign in later
    return cast(HttpResponseBase, password_change(request))


@login_required
@require_safe
def session_list(request: HttpRequest) -> HttpResponseBase:
    mine = sessions.of(cast(User, request.user))
    has_others = any(not session.is_current() for session in mine)
    business = businesses_for(request.user).order_by("pk").first()
    context = {"sessions": mine, "has_others": has_others, "zone": business.zone if business else UTC}
    return render(request, "usersessions/usersession_list.html", context)


@login_required
@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponseBase:
    session = get_object_or_404(UserSession, pk=pk, user_id=request.user.pk)
    if session.is_current():
        raise Http404  # that is what “Sign out” is for
    sessions.end([session])
    messages.success(request, f"Signed out: {sessions.device(session.user_agent)}.")
    return redirect("usersessions_list")


@login_required
@require_POST
def session_end_others(request: HttpRequest) -> HttpResponseBase:
    others = [session for session in sessions.of(cast(User, request.user)) if not session.is_current()]
    sessions.end(others)
    messages.success(request, "You are signed out everywhere else.")
    return redirect("usersessions_list")


urlpatterns = [
    path("sessions/", session_list, name="usersessions_list"),
    path("sessions/<int:pk>/end/", session_end, name="usersessions_end"),
    path("sessions/end-others/", session_end_others, name="usersessions_end_others"),
]
