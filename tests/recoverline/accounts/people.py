"""A browser at the sign-in page, and the app on a phone."""

import time

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

PASSWORD = "correct horse battery"
LOGIN = "/accounts/login/"
SECRET = "JBSWY3DPEHPK3PXP"


def code(secret: str = SECRET, *, steps: int = 0) -> str:
    """What the app shows, `steps` half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def wrong_code(secret: str = SECRET) -> str:
    right = {code(secret, steps=steps) for steps in (-2, -1, 0, 1, 2)}
    return next(one for one in ("000000", "111111", "222222", "333333", "444444", "555555") if one not in right)


def give_app(user: User, secret: str = SECRET) -> Authenticator:
    authenticator: Authenticator = TOTP.activate(user, secret).instance
    RecoveryCodes.activate(user)
    return authenticator


def try_password(client: Client, login: str, password: str = PASSWORD, **extra: str) -> HttpResponse:
    return client.post(LOGIN, {"login": login, "password": password}, **extra)  # type: ignore[arg-type, return-value]


def try_code(client: Client, value: str) -> HttpResponse:
    return client.post("/accounts/2fa/authenticate/", {"code": value})  # type: ignore[return-value]


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def forget_sign_in(client: Client) -> None:
    """As if the person had signed in a while ago."""
    session = client.session
    session.pop(AUTHENTICATION_METHODS_SESSION_KEY, None)
    session.save()
