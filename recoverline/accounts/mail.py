"""E-mails about accounts: sent by the worker, so that a page tells nobody by its speed whether an address is known."""

import logging
from smtplib import SMTPException

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.template.loader import render_to_string
from django.urls import reverse

from leads.models import Invitation
from recoverline.lib import mail

logger = logging.getLogger(__name__)

# What the library calls it -> what the person reads.
NOTICES = {
    "account/email/password_changed": "Your password was changed.",
    "account/email/password_reset": "Your password was set anew, by a link from an e-mail.",
    "mfa/email/totp_activated": "Signing in now asks for a code from an authenticator app.",
    "mfa/email/totp_deactivated": "Signing in no longer asks for a code: the authenticator app was removed.",
    "mfa/email/recovery_codes_generated": "New recovery codes were made. The former ones no longer work.",
    "second_factor_reset": "An owner has reset your second step of signing in. You set up a new one next time.",
}


def send_reset(address: str) -> None:
    """A link for each active account with this address; nothing at all for an address that nobody has."""
    for user in User.objects.filter(email__iexact=address, is_active=True).order_by("pk"):
        link = reverse(
            "account_reset_password_from_key",
            kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
        )
        context = {"link": settings.SITE_URL + link, "name": user.get_short_name(), "username": user.get_username()}
        text = render_to_string("emails/password_reset.txt", context)
        mail.send("Set a new password", text, [user.email])


def send_notice(user_id: int, what: str) -> None:
    """Tell people what happened to their account, as it may not have been them."""
    user = User.objects.filter(pk=user_id, is_active=True).exclude(email="").first()
    if user is None or what not in NOTICES:
        return
    link = settings.SITE_URL + reverse("account_reset_password")
    text = render_to_string("emails/account_notice.txt", {"what": NOTICES[what], "link": link})
    mail.send(NOTICES[what].partition(":")[0].rstrip("."), text, [user.email])


def send_invitation(invitation: Invitation, token: str) -> bool:
    """Whether the mail server took it. Sent at once: the link's key must not lie in the queue's table."""
    link = settings.SITE_URL + reverse("invitation", args=[token])
    business, by = invitation.business, invitation.invited_by
    context = {
        "business": business.name,
        "by": (by.get_full_name() or by.get_username()) if by else business.name,
        "role": invitation.get_role_display().lower(),
        "link": link,
        "until": invitation.expires_at.astimezone(business.zone),
    }
    text = render_to_string("emails/invitation.txt", context)
    try:
        mail.send(f"Join {business.name} on Recoverline", text, [invitation.email])
    except (OSError, SMTPException):
        logger.exception("An invitation could not be sent")
        return False
    return True
