"""Kind of account -> adapter, from settings.CARRIERS."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from messaging.carriers.base import Carrier
from messaging.models import CarrierAccount


@cache
def carrier_class(kind: str) -> type[Carrier]:
    """The adapter of an account kind. Raises KeyError for an unknown one."""
    loaded: type[Carrier] = import_string(settings.CARRIERS[kind])
    assert issubclass(loaded, Carrier)  # noqa: S101  a wrong setting must fail loudly
    return loaded


@cache
def classes_by_hook_name() -> dict[str, type[Carrier]]:
    """First part of the webhook addresses -> adapter; of several that share a name the first."""
    return {carrier_class(kind).hook_name: carrier_class(kind) for kind in reversed(settings.CARRIERS)}


def carrier_for(account: CarrierAccount) -> Carrier:
    return carrier_class(account.kind)(account)
