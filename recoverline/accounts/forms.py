"""The library's forms with our words, and codes that work once."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm, ResetPasswordForm
from allauth.account.forms import ResetPasswordKeyForm as NewPasswordBase
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainBase
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpRequest

from recoverline.lib import queue

CODE_SECONDS = 30
NEW_PASSWORD_HINT = "At least 12 characters. A few words in a row are good, and spaces count."  # noqa: S105  words


class OwnWords(forms.Form):
    """Labels instead of placeholders, which vanish while one types."""

    words: dict[str, str] = {}
    hints: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.words.get(name, field.label)
            field.help_text = self.hints.get(name, "")


class SignInForm(OwnWords, LoginForm):
    words = {"login": "E-mail or username", "password": "Password", "remember": "Stay signed in on this device"}
    hints = {"remember": "For a week at most, and 12 hours without use. Not on a shared computer."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": "254"}
        self.fields["login"].widget.attrs.update(attrs)


class PasswordChangeForm(OwnWords, ChangePasswordForm):
    words = {"oldpassword": "Present password", "password1": "New password", "password2": "New password again"}
    hints = {"password1": NEW_PASSWORD_HINT}


class NewPasswordForm(OwnWords, NewPasswordBase):
    words = {"password1": "New password", "password2": "New password again"}
    hints = {"password1": NEW_PASSWORD_HINT}


class PasswordAgainForm(OwnWords, ReauthenticateForm):
    words = {"password": "Your password"}


class ForgottenForm(OwnWords, ResetPasswordForm):
    words = {"email": "E-mail"}

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """The same for every address; the worker finds out whose it is."""
        email = str(self.cleaned_data["email"])
        queue.enqueue("recoverline.accounts.mail.send_reset", email)
        return email


def _used(user: User, code: str) -> str:
    return f"recoverline.code:{user.pk}:{normalize_user_code(code)}"


class OnlyOnce(OwnWords):
    """A code is out of use as long as the app's clock and ours may differ.

    The library remembers it for one period only, and never the one that set the app up.
    """

    user: User
    words = {"code": "Code"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "20"}

    def clean_code(self) -> str:
        key = _used(self.user, self.cleaned_data["code"])
        # Asked before too: what the library takes for right would forgive the wrong ones before it.
        if cache.get(key) is not None:
            raise get_adapter().validation_error("incorrect_code")
        code = str(super().clean_code())  # type: ignore[misc]  # of the form beside this one
        if not cache.add(key, True, timeout=CODE_SECONDS * (2 * settings.MFA_TOTP_TOLERANCE + 1)):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(OnlyOnce, AuthenticateForm):
    pass


class CodeAgainForm(OnlyOnce, CodeAgainBase):
    pass


class AppForm(OnlyOnce, ActivateTOTPForm):
    words = {"code": "The 6 digits that the app shows"}
