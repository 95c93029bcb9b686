"""The team of a business: for its owners and managers."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads import invitations, memberships
from leads.access import CONFIGURERS, businesses_for, may, visible
from leads.memberships import Reach, Refused, locations_of, reach_of
from leads.models import Business, Invitation, Membership
from recoverline.accounts import mail, second_factor
from recoverline.accounts.team_forms import InviteForm, RoleForm
from recoverline.lib import clock


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the page."""

    member: Membership
    has_factor: bool
    seen_at: datetime | None
    is_managed: bool


@login_required
@require_safe
def team_show(request: HttpRequest) -> HttpResponse:
    mine = list(businesses_for(request.user, roles=CONFIGURERS).order_by("name", "pk"))
    if not mine and businesses_for(request.user).exists():
        raise PermissionDenied
    wanted = request.GET.get("business", "")
    business = next((one for one in mine if one.slug == wanted), next(iter(mine), None))
    if business is None:
        raise PermissionDenied
    return _page(request, business, InviteForm(business=business, reach=reach_of(_user(request), business)))


@login_required
@require_POST
def team_invite(request: HttpRequest, slug: str) -> HttpResponse:
    business = _configured(request, get_object_or_404(businesses_for(request.user), slug=slug))
    user = _user(request)
    form = InviteForm(request.POST, business=business, reach=reach_of(user, business))
    if not form.is_valid():
        return _page(request, business, form, status=422)
    role, places = form.role_given(), form.locations_given()
    try:
        invitation, token = invitations.invite(
            business, email=form.cleaned_data["email"], role=role, locations=places, by=user
        )
    except Refused as problem:
        form.add_error("email", str(problem))
        return _page(request, business, form, status=422)
    _mail(request, invitation, token)
    return _back(business)


@login_required
@require_POST
def invitation_resend(request: HttpRequest, key: str) -> HttpResponse:
    invitation = _invitation(request, key)
    try:
        token = invitations.renew(invitation, by=_user(request))
    except Refused as problem:
        messages.error(request, str(problem))
    else:
        invitation.refresh_from_db()
        _mail(request, invitation, token)
    return _back(invitation.business)


@login_required
@require_POST
def invitation_revoke(request: HttpRequest, key: str) -> HttpResponse:
    invitation = _invitation(request, key)
    try:
        invitations.revoke(invitation, by=_user(request))
        messages.success(request, f"The invitation of {invitation.email} is revoked.")
    except Refused as problem:
        messages.error(request, str(problem))
    return _back(invitation.business)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def member_show(request: HttpRequest, pk: int) -> HttpResponse:
    member, user = _member(request, pk), _user(request)
    reach = reach_of(user, member.business)
    if not reach.covers(member.role, locations_of(member)):
        raise PermissionDenied
    now = {"role": member.role, "locations": locations_of(member)}
    form = RoleForm(request.POST or None, initial=now, business=member.business, reach=reach)
    if request.method == "POST" and form.is_valid():
        try:
            memberships.change(member, role=form.role_given(), locations=form.locations_given(), by=user)
            messages.success(request, f"Saved: {member.user.get_full_name() or member.user}.")
            return _back(member.business)
        except Refused as problem:
            form.add_error("role", str(problem))
    has_factor = Authenticator.objects.filter(user=member.user).exists()
    context = {"member": member, "form": form, "resets": has_factor and second_factor.may_reset(user, member)}
    return render(request, "accounts/member.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def member_remove(request: HttpRequest, pk: int) -> HttpResponse:
    member = _member(request, pk)
    try:
        memberships.remove(member, by=_user(request))
        messages.success(request, f"Removed: {member.user.get_full_name() or member.user}.")
    except Refused as problem:
        messages.error(request, str(problem))
    return _back(member.business)


@login_required
@require_POST
def member_reset(request: HttpRequest, pk: int) -> HttpResponse:
    member = _member(request, pk)
    try:
        second_factor.reset(member, by=_user(request))
        messages.success(request, f"{member.user.get_full_name() or member.user} sets up a new second step next time.")
    except Refused as problem:
        messages.error(request, str(problem))
    return _back(member.business)


# ---------------------------------------------------------------- who and what
def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _configured(request: HttpRequest, business: Business) -> Business:
    if not may(request.user, business, CONFIGURERS):
        raise PermissionDenied
    return business


def _member(request: HttpRequest, pk: int) -> Membership:
    rows = visible(request.user, Membership.objects.select_related("user", "business").prefetch_related("locations"))
    member = get_object_or_404(rows, pk=pk)
    _configured(request, member.business)
    return member


def _invitation(request: HttpRequest, key: str) -> Invitation:
    rows = visible(request.user, Invitation.objects.select_related("business"))
    invitation = get_object_or_404(rows, key=key)
    _configured(request, invitation.business)
    return invitation


def _mail(request: HttpRequest, invitation: Invitation, token: str) -> None:
    if mail.send_invitation(invitation, token):
        messages.success(request, f"Invited: {invitation.email}. The link works for a week.")
    else:
        messages.error(request, f"The e-mail to {invitation.email} could not be sent. Try “Send again” later.")


def _back(business: Business) -> HttpResponse:
    return redirect(f"{reverse('team')}?business={business.slug}")


def _page(request: HttpRequest, business: Business, form: InviteForm, status: int = 200) -> HttpResponse:
    user = _user(request)
    reach = reach_of(user, business)
    open_ones = invitations.waiting(business).prefetch_related("locations").select_related("invited_by")
    invited = [(one, [place.pk for place in one.locations.all()]) for one in open_ones]
    context = {
        "business": business,
        "others": businesses_for(user, roles=CONFIGURERS).exclude(pk=business.pk).order_by("name", "pk"),
        "people": _people(business, reach),
        "invitations": [
            (one, one.expires_at <= clock.now(), reach.covers(one.role, places))
            for one, places in invited
            if reach.includes(places)
        ],
        "form": form,
    }
    return render(request, "accounts/team.html", context, status=status)


def _people(business: Business, reach: Reach) -> list[Person]:
    members = business.memberships.select_related("user").prefetch_related("locations")
    users = members.values("user")
    with_factor = set(Authenticator.objects.filter(user__in=users).values_list("user", flat=True))
    sessions = UserSession.objects.filter(user__in=users).values_list("user").annotate(Max("last_seen_at"))
    seen = dict(sessions.order_by("user"))
    return [
        Person(
            member,
            has_factor=member.user_id in with_factor,
            seen_at=max(filter(None, (seen.get(member.user_id), member.user.last_login)), default=None),
            is_managed=reach.covers(member.role, locations_of(member)),
        )
        for member in members.order_by("user__first_name", "user__username")
    ]


urlpatterns = [
    path("", team_show, name="team"),
    path("<slug:slug>/invite/", team_invite, name="team-invite"),
    path("invitations/<uuid:key>/resend/", invitation_resend, name="team-invitation-resend"),
    path("invitations/<uuid:key>/revoke/", invitation_revoke, name="team-invitation-revoke"),
    path("members/<int:pk>/", member_show, name="team-member"),
    path("members/<int:pk>/remove/", member_remove, name="team-member-remove"),
    path("members/<int:pk>/reset/", member_reset, name="team-member-reset"),
]
