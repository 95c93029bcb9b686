"""The carrier's JSON, field for field as its REST API gives it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote

from tests.fakes.carrier_books import E164, OwnNumber, PhoneCall, Text, count_segments

API = "2010-04-01"
NUMBER_SETTINGS = {
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsFallbackUrl": "sms_fallback_url",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
    "VoiceCallerIdLookup": "voice_caller_id_lookup",
    "FriendlyName": "friendly_name",
    "VoiceApplicationSid": "voice_application_sid",
    "SmsApplicationSid": "sms_application_sid",
    "TrunkSid": "trunk_sid",
}


def rfc2822(moment: datetime | None) -> str | None:
    return format_datetime(moment) if moment else None


def message_json(text: Text) -> dict[str, object]:
    uri = f"/{API}/Accounts/{text.account_sid}/Messages/{text.sid}"
    by_service = text.status == "accepted"
    return {
        "body": text.body,
        "num_segments": "0" if by_service else str(count_segments(text.body)),
        "direction": text.direction,
        "from": None if by_service else text.from_,
        "date_updated": rfc2822(text.updated_at or text.at),
        "price": None,
        "error_message": f"Error {text.error_code}" if text.error_code else None,
        "uri": f"{uri}.json",
        "account_sid": text.account_sid,
        "num_media": str(len(text.media_urls)),
        "to": text.to,
        "date_created": rfc2822(text.at),
        "status": text.status,
        "sid": text.sid,
        "date_sent": rfc2822(text.sent_at),
        "messaging_service_sid": text.messaging_service_sid or None,
        "error_code": text.error_code,
        "price_unit": "USD",
        "api_version": API,
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


def ledger_json(text: Text) -> dict[str, object]:
    return {
        "sid": text.sid,
        "account_sid": text.account_sid,
        "to": text.to,
        "from": text.from_,
        "body": text.body,
        "at_monotonic": text.at_monotonic,
        "at": text.at.isoformat(),
        "status_callback": text.status_callback,
        "validity_period": text.validity_period,
        "messaging_service_sid": text.messaging_service_sid,
        "media_urls": list(text.media_urls),
    }


def call_json(call: PhoneCall) -> dict[str, object]:
    uri = f"/{API}/Accounts/{call.account_sid}/Calls/{call.sid}"
    over = call.status in {"completed", "busy", "failed", "no-answer", "canceled"}
    ended = call.start_time + timedelta(seconds=call.duration)
    return {
        "sid": call.sid,
        "date_created": rfc2822(call.start_time),
        "date_updated": rfc2822(ended if over else call.start_time),
        "parent_call_sid": call.parent_call_sid or None,
        "account_sid": call.account_sid,
        "to": call.to,
        "to_formatted": national(call.to),
        "from": call.from_,
        "from_formatted": national(call.from_),
        "phone_number_sid": None,
        "status": call.status,
        "start_time": rfc2822(call.start_time),
        "end_time": rfc2822(ended) if over else None,
        "duration": str(call.duration) if over else None,
        "price": None,
        "price_unit": "USD",
        "direction": call.direction,
        "answered_by": call.answered_by or None,
        "annotation": None,
        "api_version": API,
        "forwarded_from": call.forwarded_from or None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "stir_verstat": call.stir_verstat or None,
        "trunk_sid": None,
        "uri": f"{uri}.json",
        "subresource_uris": {"recordings": f"{uri}/Recordings.json", "events": f"{uri}/Events.json"},
    }


def number_json(own: OwnNumber) -> dict[str, object]:
    settings: dict[str, object] = {field: own.settings.get(name) for name, field in NUMBER_SETTINGS.items()}
    settings["friendly_name"] = settings["friendly_name"] or national(own.phone_number)
    settings["voice_caller_id_lookup"] = settings["voice_caller_id_lookup"] == "true"
    for method in ("voice_method", "sms_method", "status_callback_method"):
        settings[method] = settings[method] or "POST"
    return {
        "sid": own.sid,
        "account_sid": own.account_sid,
        "phone_number": own.phone_number,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "address_requirements": "none",
        "api_version": API,
        "beta": False,
        "date_created": "Thu, 19 Nov 2026 15:04:05 +0000",
        "date_updated": "Thu, 19 Nov 2026 15:04:05 +0000",
        "origin": "twilio",
        "status": "in-use",
        "type": "local",
        "voice_receive_mode": "voice",
        "uri": f"/{API}/Accounts/{own.account_sid}/IncomingPhoneNumbers/{own.sid}.json",
        **settings,
    }


def lookup_json(phone_number: str, line_type: str | None, fields: str, base_url: str) -> dict[str, object]:
    """Lookup v2; packages that were not asked for are null. A null line type is how an unknown line comes back."""
    valid = bool(E164.fullmatch(phone_number))
    intelligence = {
        "type": line_type,
        "carrier_name": "Example Wireless" if line_type else None,
        "mobile_country_code": "311" if line_type == "mobile" else None,
        "mobile_network_code": "480" if line_type == "mobile" else None,
        "error_code": None,
    }
    return {
        "calling_country_code": "1" if valid and phone_number.startswith("+1") else None,
        "country_code": "US" if valid and phone_number.startswith("+1") else None,
        "phone_number": phone_number,
        "national_format": national(phone_number),
        "valid": valid,
        "validation_errors": [] if valid else ["INVALID_BUT_POSSIBLE"],
        "caller_name": None,
        "sim_swap": None,
        "call_forwarding": None,
        "line_status": None,
        "line_type_intelligence": intelligence if valid and "line_type_intelligence" in fields.split(",") else None,
        "identity_match": None,
        "reassigned_number": None,
        "sms_pumping_risk": None,
        "phone_number_quality_score": None,
        "pre_fill": None,
        "url": f"{base_url}/v2/PhoneNumbers/{quote(phone_number)}",
    }


def page_json(
    name: str, rows: list[dict[str, object]], path: str, query: Mapping[str, str], after: str | None
) -> dict[str, object]:
    """One page of a list; `after` is the SID the next page begins behind, None on the last page."""
    page, size = int(query.get("Page", "0")), len(rows)
    kept = {key: value for key, value in query.items() if key not in {"Page", "PageToken"}}
    address = f"{path}?{encode({**kept, 'Page': str(page)})}"
    following = f"{path}?{encode({**kept, 'Page': str(page + 1), 'PageToken': f'PA{after}'})}" if after else None
    return {
        "end": max(size - 1, 0),
        "first_page_uri": f"{path}?{encode({**kept, 'Page': '0'})}",
        "next_page_uri": following,
        "page": page,
        "page_size": int(query.get("PageSize", "50")),
        "previous_page_uri": None,
        name: rows,
        "start": 0,
        "uri": address,
    }


def encode(query: Mapping[str, str]) -> str:
    return "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in query.items())


def national(phone_number: str) -> str:
    digits = phone_number.removeprefix("+1")
    if phone_number.startswith("+1") and len(digits) == 10:
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return phone_number
