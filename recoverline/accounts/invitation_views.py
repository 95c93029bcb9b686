"""What the link of an invitation opens. Looking changes nothing: mail scanners look, too."""

from typing import cast

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from leads import invitations
from recoverline.accounts.team_forms import JoinForm


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_show(request: HttpRequest, token: str) -> HttpResponse:
    """The same answer for a link that is wrong, too old, used or revoked."""
    invitation = invitations.find(token)
    if invitation is None:
        raise Http404
    known = invitations.known_as(invitation.email)
    if known.exists() or request.user.is_authenticated:
        is_theirs = request.user.is_authenticated and known.filter(pk=request.user.pk).exists()
        if request.method == "POST" and is_theirs:
            return _join(request, token)
        return render(request, "accounts/invitation.html", {"invitation": invitation, "is_theirs": is_theirs})
    form = JoinForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        return _join_as_new(request, token, form)
    context = {"invitation": invitation, "form": form}
    return render(request, "accounts/invitation.html", context, status=422 if form.errors else 200)


def _join(request: HttpRequest, token: str) -> HttpResponse:
    member = invitations.join(token, cast(User, request.user))
    if member is None:
        raise Http404
    messages.success(request, f"Welcome to {member.business}.")
    return redirect(settings.LOGIN_REDIRECT_URL)


def _join_as_new(request: HttpRequest, token: str, form: JoinForm) -> HttpResponse:
    user = invitations.join_as_new(token, **form.cleaned_data)
    if user is None:
        raise Http404
    login = Login(user=user, email=user.email, redirect_url=settings.LOGIN_REDIRECT_URL)
    return cast(HttpResponse, perform_password_login(request, {"email": user.email}, login))


urlpatterns = [path("<str:token>/", invitation_show, name="invitation")]
