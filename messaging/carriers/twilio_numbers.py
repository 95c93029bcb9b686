"""A number's own settings at Twilio: the IncomingPhoneNumber resource, and the messaging service it may be in.

https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource: a trunk wins over an application, and an
application over the addresses of the number; an empty value takes an application away.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from twilio.base.exceptions import TwilioRestException

from messaging.carriers.number_settings import NumberAtCarrier

# As TwilioCarrier.hook_urls names them -> the field of the resource, and of the second try where there is one.
_FIELDS = {
    "A call comes in": ("voice_url", "voice_fallback_url"),
    "Call status changes": ("status_callback", None),
    "A message comes in": ("sms_url", "sms_fallback_url"),
}


def look_up(client: Any, phone: str, service_sid: str) -> NumberAtCarrier | None:
    found = client.incoming_phone_numbers.list(phone_number=phone, limit=1)
    if not found:
        return None
    row = found[0]
    urls = {label: str(getattr(row, field) or "") for label, (field, _) in _FIELDS.items()}
    return NumberAtCarrier(
        str(row.sid), urls, tuple(_others(row)), (*_problems(row), *_service_problems(client, service_sid))
    )


def set_urls(client: Any, number_sid: str, urls: Mapping[str, str]) -> None:
    """One update; what `urls` does not name stays as it is."""
    values = {}
    for label, url in urls.items():
        field, fallback = _FIELDS[label]
        values[field] = url
        if fallback:
            values[fallback] = url
        if field != "status_callback":
            values[f"{field.removesuffix('_url')}_application_sid"] = ""
        values[f"{field.removesuffix('_url')}_method"] = "POST"
    client.incoming_phone_numbers(number_sid).update(**values)


def _others(row: Any) -> Iterator[str]:
    if row.voice_application_sid:
        yield f"The application {row.voice_application_sid} answers its calls"
    if row.sms_application_sid:
        yield f"The application {row.sms_application_sid} gets its texts"


def _problems(row: Any) -> Iterator[str]:
    if row.trunk_sid:
        yield f"The SIP trunk {row.trunk_sid} takes its calls: take the number out of the trunk in Twilio's console"
    capable = row.capabilities or {}
    if not capable.get("sms"):
        yield "The number cannot text"
    if not capable.get("voice"):
        yield "The number cannot take calls"


def _service_problems(client: Any, service_sid: str) -> Iterator[str]:
    """A service decides where the texts of its numbers go, unless it leaves that to them."""
    if not service_sid:
        return
    try:
        service = client.messaging.v1.services(service_sid).fetch()
    except TwilioRestException as error:
        if error.status != 404:
            raise
        yield f"There is no messaging service {service_sid} in this account"
        return
    if not service.use_inbound_webhook_on_number:
        yield (
            f"The messaging service {service_sid} keeps the texts of its numbers: "
            "under Integration choose “Defer to sender's webhook”"
        )
