"""Carrier webhooks: verify, store, parse, act, answer.

No network work happens here: a carrier, and often a caller, is waiting.
"""

import logging
import math
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent
from django.db import Error, IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt

from messaging import configuration, inbound
from messaging.carriers.base import BadPayload, Carrier, HookAnswer, HookRequest, WrongAccount
from messaging.carriers.plans import Say, VoicePlan
from messaging.carriers.registry import carrier_for, classes_by_hook_name
from messaging.models import CarrierAccount, InboundHook
from recoverline.lib import arrivals, clock, request_ids
from recoverline.lib.crypto import DecryptionFailed

logger = logging.getLogger(__name__)

# How long after its arrival a stored event is tried again, by the number of tries: a slip is made good in seconds, a
# longer trouble within the hour.
RETRIES = {1: timedelta(seconds=2), 2: timedelta(seconds=30), 3: timedelta(minutes=5), 4: timedelta(hours=1)}
SORRY = {
    "en": "Thank you for calling. We cannot take your call right now. Please call again in a few minutes.",
    "es": "Gracias por llamar. Ahora no podemos atender su llamada. Por favor, llame de nuevo en unos minutos.",
}
UNSIGNED_LINE_SECONDS = 60.0
_unsigned_lines: dict[int, float] = {}


class Repetition(Exception):
    """This very event is stored already."""


@csrf_exempt
def receive(request: HttpRequest, carrier_name: str, account_key: str, event: str) -> HttpResponse:
    """403: not signed by this account. 2xx: stored (and done, or known). 5xx: not stored, send it again.

    An event with somebody on the line is answered with words even then: an error would be read out to them.
    """
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    adapter = classes_by_hook_name().get(carrier_name)
    # A key with other characters is nobody's, and PostgreSQL would not even look for some of them.
    if adapter is None or event not in adapter.hook_events or not (account_key.isascii() and account_key.isprintable()):
        return HttpResponse(status=403)
    try:
        account = configuration.account_with_key(account_key)
    except (Error, DecryptionFailed) as error:
        logger.error("the account of a %s webhook cannot be read: %s", event, error)
        return _unavailable(adapter(CarrierAccount()), event)
    if account is None:
        return HttpResponse(status=403)
    carrier = carrier_for(account)
    if carrier.hook_name != carrier_name:
        return HttpResponse(status=403)
    try:
        hook_request = _hook_request(request, event)
    except (RequestDataTooBig, TooManyFieldsSent):
        return HttpResponse(status=413)
    except (BadRequest, MultiPartParserError, UnreadablePostError, UnicodeError):
        return HttpResponse(status=400)
    if not carrier.verify(hook_request):
        _note_unsigned(account)
        return HttpResponse(status=403)
    return _take(account, carrier, hook_request, event, waited=arrivals.waited(request.META))


@dataclass(frozen=True, slots=True)
class Arrival:
    """A verified webhook, ready to be stored."""

    account: CarrierAccount
    carrier: Carrier
    event: str
    natural_key: str
    payload: dict[str, Any]
    at: datetime

    @property
    def is_voice(self) -> bool:
        return self.event in self.carrier.voice_events

    def sorry(self) -> HookAnswer:
        """Words for whoever is on the line, nothing where nobody is."""
        return _sorry(self.carrier, self.event, self.account.business.language)


def _take(
    account: CarrierAccount, carrier: Carrier, request: HookRequest, event: str, *, waited: timedelta
) -> HttpResponse:
    try:
        payload = _storable(carrier.payload(request))
        natural_key = carrier.natural_key(event, payload)[:255]
    except WrongAccount as problem:
        logger.info("a signed %s webhook is another account's: %s", event, problem)
        return HttpResponse(status=403)
    except (BadPayload, RecursionError) as problem:
        # Signed, and yet not understood: repeating it would not help, so it is a 2xx.
        logger.info("a signed %s webhook was not understood: %s", event, problem)
        return _response(_sorry(carrier, event, account.business.language))
    # How long it rang is known from when the carrier told us, not from when a thread was free to listen. A text counts
    # as heard when it is read: nothing we say meanwhile can have been an answer to it, nor against a STOP.
    at = clock.now() - waited if event in carrier.voice_events else clock.now()
    arrival = Arrival(account, carrier, event, natural_key, payload, at)
    try:
        try:
            answer = _process(arrival)
        except Repetition as repetition:
            answer = _repeat(arrival, repetition)
    except Exception as error:
        if isinstance(error, Error):
            logger.warning("the database did not take a %s webhook: %s", event, error)
        else:
            logger.exception("a %s webhook could not be handled", event)
        return _keep_for_later(arrival, error)
    return _response(answer)


def _process(arrival: Arrival) -> HookAnswer:
    """Store the event and act on it in one transaction: both happen, or neither."""
    account, carrier, event = arrival.account, arrival.carrier, arrival.event
    with transaction.atomic():
        try:
            hook = InboundHook.objects.create(
                account=account, event=event, natural_key=arrival.natural_key, payload=arrival.payload,
                received_at=arrival.at, processed_at=arrival.at, attempts=1, request_id=request_ids.current(),
            )  # fmt: skip
        except IntegrityError as error:
            raise Repetition from error
        try:
            plan: VoicePlan | None = None
            for parsed in carrier.parse(event, arrival.payload):
                plan = inbound.handle(account, parsed, now=arrival.at) or plan
            answer, problem = carrier.answer(event, plan if arrival.is_voice else None), ""
        except BadPayload as misunderstood:
            logger.info("a signed %s webhook was not understood: %s", event, misunderstood)
            answer, problem = arrival.sorry(), str(misunderstood)[:300]
        if problem or arrival.is_voice:
            said = answer.body if arrival.is_voice else ""
            InboundHook.objects.filter(pk=hook.pk).update(answer=said, problem=problem)
    return answer


def _repeat(arrival: Arrival, repetition: Repetition) -> HookAnswer:
    """Say again what was said the first time."""
    same = {"account": arrival.account, "event": arrival.event, "natural_key": arrival.natural_key}
    hook = InboundHook.objects.filter(**same).first()
    if hook is None:
        # The row was refused for another reason than being there already.
        raise repetition.__cause__ or repetition
    empty = arrival.carrier.answer(arrival.event, None)
    return HookAnswer(hook.answer, empty.content_type) if hook.answer else empty


def _keep_for_later(arrival: Arrival, error: Exception) -> HttpResponse:
    """Our own failure: keep the event for the sweep, and never let a caller hear the carrier's error message."""
    answer = arrival.sorry()
    try:
        InboundHook.objects.get_or_create(
            account=arrival.account, event=arrival.event, natural_key=arrival.natural_key,
            defaults={
                "payload": arrival.payload, "received_at": arrival.at, "attempts": 1,
                "answer": answer.body if arrival.is_voice else "", "problem": f"{type(error).__name__}: {error}"[:300],
                "request_id": request_ids.current(),
            },
        )  # fmt: skip
    except (Error, ValueError):
        return _unavailable(arrival.carrier, arrival.event, arrival.account.business.language)
    return _response(answer) if arrival.is_voice else HttpResponse(status=204)


# ---------------------------------------------------------------- answers
def _response(answer: HookAnswer) -> HttpResponse:
    return HttpResponse(answer.body, content_type=answer.content_type)


def _sorry(carrier: Carrier, event: str, language: str) -> HookAnswer:
    spoken = Say(SORRY.get(language, SORRY["en"]), language) if event in carrier.voice_events else None
    return carrier.answer(event, spoken)


def _unavailable(carrier: Carrier, event: str, language: str = "en") -> HttpResponse:
    """Nothing could be stored: the carrier shall come again. A call on the line is answered, and reconciled later."""
    if event in carrier.voice_events:
        return _response(_sorry(carrier, event, language))
    return HttpResponse(status=503, headers={"Retry-After": "5"})


def _note_unsigned(account: CarrierAccount) -> None:
    """A line a minute and account at the most: a flood of forgeries must not become a flood of lines."""
    now = time.monotonic()
    if now - _unsigned_lines.get(account.pk, -math.inf) >= UNSIGNED_LINE_SECONDS:
        _unsigned_lines[account.pk] = now
        logger.warning("a webhook for account %s was not signed by it", account.pk)


# ---------------------------------------------------------------- what was only stored
def process_stored(hook: InboundHook, *, now: datetime) -> bool:
    """Act on an event that was only stored; False when it failed again. After the last try staff see it."""
    mine = InboundHook.objects.filter(pk=hook.pk, processed_at=None, attempts=hook.attempts)
    if not mine.update(attempts=hook.attempts + 1):
        return False
    with request_ids.of(hook.request_id):
        return _act_late(hook, now=now)


def _act_late(hook: InboundHook, *, now: datetime) -> bool:
    problem = ""
    try:
        carrier = carrier_for(hook.account)
        with transaction.atomic():
            try:
                for parsed in carrier.parse(hook.event, hook.payload):
                    # As of its arrival: a text that has become too late by now must know it.
                    inbound.handle_late(hook.account, parsed, now=hook.received_at)
            except BadPayload as misunderstood:
                problem = str(misunderstood)[:300]
            InboundHook.objects.filter(pk=hook.pk).update(processed_at=now, problem=problem)
    except Exception as error:  # the row stays for the next sweep, whatever went wrong
        logger.exception("stored webhook %s failed again", hook.pk)
        InboundHook.objects.filter(pk=hook.pk).update(problem=f"{type(error).__name__}: {error}"[:300])
        return False
    return True


def unprocessed(now: datetime) -> list[InboundHook]:
    """Stored events whose next try is due, oldest first."""
    due = Q()
    for attempts, wait in RETRIES.items():
        due |= Q(attempts=attempts, received_at__lte=now - wait)
    waiting = InboundHook.objects.filter(due, processed_at=None)
    return list(waiting.select_related("account__business").order_by("id")[:500])


# ---------------------------------------------------------------- the request as the carrier sent it
def _hook_request(request: HttpRequest, event: str) -> HookRequest:
    # The public address comes from our own settings: forwarded headers can be made up by anybody.
    body = request.body
    return HookRequest(
        url=settings.SITE_URL + request.get_full_path(),
        path_event=event,
        query={name: value for name, value in request.GET.items() if isinstance(value, str)},
        headers=request.headers,
        body=body,
        form={name: [str(value) for value in values] for name, values in request.POST.lists()},
    )


def _storable(value: Any) -> Any:
    """What both databases take as JSON: no NUL, no lone surrogate, no number that JSON has no word for."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "ignore").decode()
    if isinstance(value, dict):
        return {_storable(str(name)): _storable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
