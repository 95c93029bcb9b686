"""The official SDK's client, made once per account and process, with deadlines and a connection per sender thread."""

import threading
from functools import lru_cache

from django.conf import settings
from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

TIMEOUT_SECONDS = 10.0  # the SDK's default is none at all
LOOKUP_TIMEOUT_SECONDS = 3.0  # a caller's text waits for it


class HeaderKeepingHttpClient(TwilioHttpClient):  # type: ignore[misc]  # the SDK has no types
    """Remembers the last answer's headers per thread: the SDK's exceptions drop them, and Retry-After is among them."""

    def __init__(self, pool_size: int, timeout: float) -> None:
        super().__init__(timeout=timeout)
        assert self.session is not None  # noqa: S101  pool_connections is on by default
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, HTTPAdapter(pool_maxsize=pool_size))
        self._local = threading.local()

    def request(self, *args: object, **kwargs: object) -> Response:
        self._local.headers = {}
        response = super().request(*args, **kwargs)
        self._local.headers = response.headers or {}
        return response

    @property
    def last_headers(self) -> dict[str, str]:
        return getattr(self._local, "headers", {})


@lru_cache(maxsize=256)
def api_client(
    account_sid: str, auth_token: str, base_url: str, timeout: float = TIMEOUT_SECONDS
) -> tuple[Client, HeaderKeepingHttpClient]:
    """A client; `base_url` "" is the carrier itself, anything else a proxy, a regional edge or a loopback server."""
    http_client = HeaderKeepingHttpClient(settings.SENDER_THREADS, timeout)
    # A non-empty environment keeps TWILIO_EDGE and TWILIO_REGION from mangling the host of our base_url.
    environment = {"_": "1"} if base_url else None
    client = Client(account_sid, auth_token, http_client=http_client, environment=environment)
    if base_url:
        client.api.base_url = base_url
        client.lookups.base_url = base_url
        client.messaging.base_url = base_url
    return client, http_client
