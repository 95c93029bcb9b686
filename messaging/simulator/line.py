"""The wire between the simulated carrier and us: real webhooks, signed with the account's token, over HTTP."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.urls import reverse
from twilio.request_validator import SIGNATURE_HEADER, RequestValidator

from messaging.models import CarrierAccount
from messaging.simulator.errors import SimulatorError
from recoverline.lib import http

SECONDS = 15.0  # a carrier waits no longer for the answer to a call


def hook_url(account: CarrierAccount, event: str) -> str:
    """The public address of one of the account's webhooks."""
    return settings.SITE_URL + reverse("hooks:receive", args=["twilio", account.key, event])


def post(account: CarrierAccount, url: str, params: Mapping[str, str]) -> str:
    """Post a webhook as the carrier does and return the answer. Raises SimulatorError when it is not taken.

    It is signed for the public address `url` and delivered to settings.SIMULATOR_URL: both are the same server.
    """
    public = url.partition("#")[0]
    if not public.startswith(f"{settings.SITE_URL}/"):
        raise SimulatorError(f"{public} is not an address of this installation ({settings.SITE_URL}).")
    form = {"AccountSid": account.account_sid or _made_up_sid(account), **params}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "Recoverline simulator",
        SIGNATURE_HEADER: RequestValidator(account.auth_token).compute_signature(public, form),
    }
    if settings.SITE_URL.startswith("https://"):
        headers["X-Forwarded-Proto"] = "https"
    target = settings.SIMULATOR_URL + public.removeprefix(settings.SITE_URL)
    try:
        answer = http.fetch(
            target,
            method="POST",
            headers=headers,
            body=urlencode(form).encode(),
            allow_hosts=own_hosts(),
            timeout=(3, SECONDS),
        )
    except http.FetchError as error:
        raise SimulatorError(f"Nothing answers at {settings.SIMULATOR_URL}: {error}") from error
    if answer.status == 403:
        raise SimulatorError(
            f"The server at {settings.SIMULATOR_URL} refused the signature. "
            "Does it run with the same database and SITE_URL?"
        )
    if not 200 <= answer.status < 300:
        raise SimulatorError(f"The server at {settings.SIMULATOR_URL} answered {answer.status}.")
    return answer.body.decode()


def own_hosts() -> frozenset[str]:
    """host:port of this very installation."""
    return frozenset({_host(settings.SIMULATOR_URL), _host(settings.SITE_URL)})


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _made_up_sid(account: CarrierAccount) -> str:
    return f"AC{account.pk:032x}"
