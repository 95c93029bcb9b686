"""The carrier's REST routes: a request and the books in, an answer out."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from tests.fakes.carrier_books import E164, CarrierBooks, PhoneCall, StoredFile, Text, new_sid
from tests.fakes.carrier_faults import Answer, json_answer, refusal
from tests.fakes.carrier_shapes import (
    API,
    NUMBER_SETTINGS,
    call_json,
    ledger_json,
    lookup_json,
    message_json,
    number_json,
    page_json,
)

Row = TypeVar("Row", Text, PhoneCall)

MAX_BODY = 1600
REASONS = {
    20003: "Authenticate",
    20009: "Cannot delete a message that is being delivered",
    20404: "The requested resource was not found",
    21210: "The 'From' number is not verified or rented by this account",
    21211: "The 'To' number is not a valid phone number",
    21602: "Message body is required",
    21603: "A 'From' phone number is required",
    21604: "A 'To' phone number is required",
    21606: "The 'From' phone number is not a valid, message-capable phone number of this account",
    21610: "Attempt to send to unsubscribed recipient",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in. `lists` holds the form's repeated fields, `form` the first value of each."""

    operation: str
    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    lists: Mapping[str, Sequence[str]]
    authorization: str
    base_url: str


class Refused(Exception):
    """The carrier says no; the answer says why."""

    def __init__(self, code: int, status: int = 400) -> None:
        super().__init__(code)
        self.answer = refusal(code, status, REASONS.get(code, f"Error {code}"))


@dataclass(frozen=True, slots=True)
class Route:
    operation: str
    method: str
    pattern: re.Pattern[str]
    view: Callable[[CarrierBooks, Request, Mapping[str, str]], Answer]
    public: bool = False


def answer_request(books: CarrierBooks, request: Request, route: Route, args: Mapping[str, str]) -> Answer:
    try:
        if not route.public:
            check_credentials(books, request, args.get("account"))
        return route.view(books, request, args)
    except Refused as refused:
        return refused.answer


def check_credentials(books: CarrierBooks, request: Request, account_sid: str | None) -> None:
    """HTTP Basic with the account's SID and token; a path that names an account wants that account's."""
    scheme, _, encoded = request.authorization.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refused(20003, 401) from None
    known = scheme.lower() == "basic" and user in books.accounts and books.accounts[user] == password
    if not known or (account_sid is not None and account_sid != user):
        raise Refused(20003, 401)


def create_message(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    form = request.form
    account_sid, to, body = args["account"], form.get("To", ""), form.get("Body", "")
    service = form.get("MessagingServiceSid", "")
    from_ = form.get("From", "") or books.messaging_services.get(service, "")
    media = tuple(request.lists.get("MediaUrl", ()))
    if code := refused_with(books, account_sid, to=to, from_=from_, body=body, has_media=bool(media)):
        raise Refused(code)
    text = Text(
        sid=new_sid("MM" if media else "SM"),
        account_sid=account_sid,
        to=to,
        from_=from_,
        body=body,
        at_monotonic=books.monotonic(),
        at=books.now(),
        status="accepted" if service and not form.get("From") else "queued",
        status_callback=form.get("StatusCallback", ""),
        validity_period=int(form["ValidityPeriod"]) if form.get("ValidityPeriod") else None,
        messaging_service_sid=service,
        media_urls=media,
    )
    books.accept(text)
    return json_answer(201, message_json(text))


def refused_with(
    books: CarrierBooks, account_sid: str, *, to: str, from_: str, body: str, has_media: bool
) -> int | None:
    """The code of the first thing wrong with a text, in the order the carrier looks at them."""
    if not to:
        return 21604
    if not from_:
        return 21603
    if not E164.fullmatch(to):
        return 21211
    if not body and not has_media:
        return 21602
    if len(body) > MAX_BODY:
        return 21617
    if not books.owns(account_sid, from_):
        return 21606
    if (from_, to) in books.opted_out:
        return 21610
    return books.refusals.get(to)


def list_messages(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    query = request.query
    rows = [
        text
        for text in books.listed_texts(args["account"])
        if query.get("To", text.to) == text.to
        and query.get("From", text.from_) == text.from_
        # A text that has not left yet has no sending time; it is found by the time it was taken.
        and in_period(query, "DateSent", text.sent_at or text.at)
    ]
    return page(request, "messages", rows, message_json)


def fetch_message(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    text = books.texts.get(args["sid"])
    if text is None or text.account_sid != args["account"]:
        raise Refused(20404, 404)
    return json_answer(200, message_json(text))


def delete_message(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    """A text that is still being delivered cannot be deleted yet."""
    text = books.texts.get(args["sid"])
    if text is None or text.account_sid != args["account"]:
        raise Refused(20404, 404)
    if text.status in ("accepted", "queued", "sending"):
        raise Refused(20009, 409)
    with books.lock:
        del books.texts[args["sid"]]
    return Answer(204, b"")


def delete_call(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    with books.lock:
        if books.calls.pop(args["sid"], None) is None:
            raise Refused(20404, 404)
    return Answer(204, b"")


def delete_file(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    """A recording or a picture, in every format under which it is fetched."""
    path = request.path.removesuffix(".json")
    with books.lock:
        gone = [name for name in books.files if name == path or name.startswith(f"{path}.")]
        for name in gone:
            del books.files[name]
    if not gone:
        raise Refused(20404, 404)
    return Answer(204, b"")


def list_calls(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    query = request.query
    rows = [
        call
        for call in books.listed_calls(args["account"])
        if query.get("To", call.to) == call.to
        and query.get("From", call.from_) == call.from_
        and query.get("Status", call.status) == call.status
        and query.get("ParentCallSid", call.parent_call_sid) == call.parent_call_sid
        and in_period(query, "StartTime", call.start_time)
    ]
    return page(request, "calls", rows, call_json)


def create_call(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    form = request.form
    to, from_ = form.get("To", ""), form.get("From", "")
    if not E164.fullmatch(to):
        raise Refused(21211)
    if not books.owns(args["account"], from_):
        raise Refused(21210)
    if code := books.refusals.get(to):
        raise Refused(code)
    call = books.add_call(
        from_=from_, to=to, status="queued", account_sid=args["account"], direction="outbound-api",
        url=form.get("Url", ""), status_callback=form.get("StatusCallback", ""), timeout=form.get("Timeout", ""),
    )  # fmt: skip
    books.ring(call)
    return json_answer(201, call_json(call))


def update_call(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    fetch_call(books, request, args)
    with books.lock:
        call = books.calls[args["sid"]] = replace(books.calls[args["sid"]], status=request.form.get("Status", ""))
    return json_answer(200, call_json(call))


def fetch_service(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    if args["sid"] not in books.messaging_services:
        raise Refused(20404, 404)
    defers = args["sid"] in books.deferring_services
    return json_answer(200, {"sid": args["sid"], "use_inbound_webhook_on_number": defers, "inbound_request_url": None})


def fetch_call(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    call = books.calls.get(args["sid"])
    if call is None or call.account_sid != args["account"]:
        raise Refused(20404, 404)
    return json_answer(200, call_json(call))


def list_numbers(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    wanted = request.query.get("PhoneNumber")
    rows = [
        number_json(own)
        for own in books.numbers.values()
        if own.account_sid == args["account"] and wanted in (None, own.phone_number)
    ]
    return json_answer(200, page_json("incoming_phone_numbers", rows, request.path, request.query, None))


def rent_number(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    phone_number = request.form.get("PhoneNumber", "")
    if not E164.fullmatch(phone_number):
        raise Refused(21421)
    own = books.add_number(phone_number, args["account"], **number_settings(request.form))
    return json_answer(201, number_json(own))


def fetch_number(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    own = books.numbers.get(args["sid"])
    if own is None or own.account_sid != args["account"]:
        raise Refused(20404, 404)
    return json_answer(200, number_json(own))


def update_number(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    fetch_number(books, request, args)
    return json_answer(200, number_json(books.set_number(args["sid"], number_settings(request.form))))


def number_settings(form: Mapping[str, str]) -> dict[str, str]:
    return {name: form[name] for name in NUMBER_SETTINGS if name in form}


def lookup_number(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    number = args["number"]
    line_type = books.line_types.get(number, "mobile")
    return json_answer(200, lookup_json(number, line_type, request.query.get("Fields", ""), request.base_url))


def fetch_file(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    """Media and recordings; the redirect's target needs no credentials, as it is a storage address signed for a short
    time."""
    if books.require_media_auth:
        check_credentials(books, request, args["account"])
    stored = books.files.get(request.path)
    if stored is None:
        raise Refused(20404, 404)
    if stored.redirect:
        return Answer(307, b"", headers=(("Location", f"{request.base_url}/storage{request.path}"),))
    return file_answer(stored)


def fetch_stored(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    stored = books.files.get(args["path"])
    if stored is None:
        raise Refused(20404, 404)
    return file_answer(stored)


def file_answer(stored: StoredFile) -> Answer:
    return Answer(200, stored.content, stored.content_type)


def show_ledger(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    """Everything, or with `after` what came behind the first so many: a ledger only grows."""
    with books.lock:
        return json_answer(200, [ledger_json(text) for text in books.ledger[int(request.query.get("after", "0")) :]])


def log_calls(books: CarrierBooks, request: Request, args: Mapping[str, str]) -> Answer:
    """Calls that came in, each "sid from to", for the carrier's own log: what makes the calls is another process."""
    for line in request.lists.get("Call", ()):
        sid, from_, to = line.split()
        books.add_call(from_=from_, to=to, sid=sid)
    return json_answer(200, len(books.calls))


def page(request: Request, name: str, rows: list[Row], shape: Callable[[Row], dict[str, object]]) -> Answer:
    """A page of at most PageSize rows, behind the row named by PageToken: new rows on top do not shift it."""
    size = max(1, min(int(request.query.get("PageSize", "50")), 1000))
    token = request.query.get("PageToken", "").removeprefix("PA")
    sids = [row.sid for row in rows]
    start = sids.index(token) + 1 if token in sids else 0
    shown = rows[start : start + size]
    after = shown[-1].sid if start + size < len(rows) else None
    shaped = [shape(row) for row in shown]
    return json_answer(200, page_json(name, shaped, request.path, request.query, after))


def in_period(query: Mapping[str, str], name: str, moment: datetime) -> bool:
    """`name` names a UTC day or an instant, `name>` and `name<` are inclusive bounds; everything is whole seconds."""
    moment = moment.replace(microsecond=0)
    if exact := query.get(name):
        start = parse_time(exact)
        length = timedelta(days=1) if len(exact) == 10 else timedelta(seconds=1)
        if not start <= moment < start + length:
            return False
    after, before = query.get(f"{name}>"), query.get(f"{name}<")
    return (not after or parse_time(after) <= moment) and (not before or moment <= parse_time(before))


def parse_time(value: str) -> datetime:
    """YYYY-MM-DD or an ISO instant, in UTC when it names no zone."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Refused(20001) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def routes() -> tuple[Route, ...]:
    account = rf"/{API}/Accounts/(?P<account>\w+)"
    table: tuple[tuple[str, str, str, Callable[[CarrierBooks, Request, Mapping[str, str]], Answer]], ...] = (
        ("create_message", "POST", rf"{account}/Messages\.json", create_message),
        ("list_messages", "GET", rf"{account}/Messages\.json", list_messages),
        ("fetch_message", "GET", rf"{account}/Messages/(?P<sid>\w+)\.json", fetch_message),
        ("delete_message", "DELETE", rf"{account}/Messages/(?P<sid>\w+)\.json", delete_message),
        ("delete_media", "DELETE", rf"{account}/Messages/\w+/Media/\w+\.json", delete_file),
        ("delete_recording", "DELETE", rf"{account}/Recordings/\w+\.json", delete_file),
        ("delete_call", "DELETE", rf"{account}/Calls/(?P<sid>\w+)\.json", delete_call),
        ("create_call", "POST", rf"{account}/Calls\.json", create_call),
        ("list_calls", "GET", rf"{account}/Calls\.json", list_calls),
        ("fetch_call", "GET", rf"{account}/Calls/(?P<sid>\w+)\.json", fetch_call),
        ("update_call", "POST", rf"{account}/Calls/(?P<sid>\w+)\.json", update_call),
        ("fetch_service", "GET", r"/v1/Services/(?P<sid>\w+)", fetch_service),
        ("list_numbers", "GET", rf"{account}/IncomingPhoneNumbers\.json", list_numbers),
        ("rent_number", "POST", rf"{account}/IncomingPhoneNumbers\.json", rent_number),
        ("fetch_number", "GET", rf"{account}/IncomingPhoneNumbers/(?P<sid>\w+)\.json", fetch_number),
        ("update_number", "POST", rf"{account}/IncomingPhoneNumbers/(?P<sid>\w+)\.json", update_number),
        ("lookup", "GET", r"/v2/PhoneNumbers/(?P<number>[^/]+)", lookup_number),
    )
    public = (
        ("fetch_media", "GET", rf"{account}/Messages/\w+/Media/\w+", fetch_file),
        ("fetch_recording", "GET", rf"{account}/Recordings/\w+(\.\w+)?", fetch_file),
        ("fetch_stored", "GET", r"/storage(?P<path>/.+)", fetch_stored),
        ("ledger", "GET", r"/ledger", show_ledger),
        ("log_calls", "POST", r"/log/calls", log_calls),
    )
    return tuple(Route(name, method, re.compile(pattern), view) for name, method, pattern, view in table) + tuple(
        Route(name, method, re.compile(pattern), view, public=True) for name, method, pattern, view in public
    )


ROUTES = routes()


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    for route in ROUTES:
        if route.method == method and (match := route.pattern.fullmatch(path)):
            return route, {name: value for name, value in match.groupdict().items() if value is not None}
    return None
