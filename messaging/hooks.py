"""Carrier webhooks: verify, store, parse, act, answer. No network work happens here: a carrier, and often a caller, is waiting."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DatabaseError, IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt

from messaging import inbound
from messaging.carriers.base import BadPayload, Carrier, HookAnswer, HookRequest, Say, VoicePlan
from messaging.carriers.registry import carrier_for
from messaging.models import CarrierAccount, InboundHook
from recoverline.lib import clock

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
SORRY = "Thank you for calling. We cannot take your call right now. Please call again in a few minutes."


class Repetition(Exception):
    """This very event is stored already."""


@csrf_exempt
def receive(request: HttpRequest, carrier_name: str, account_key: str, event: str) -> HttpResponse:
    """403: not signed by this account. 2xx: stored (and done, or known). 5xx: not stored, send it again."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    try:
        account = CarrierAccount.objects.select_related("business").filter(key=account_key, is_active=True).first()
    except DatabaseError:
        return _unavailable(event)
    if account is None:
        return HttpResponse(status=403)
    carrier = carrier_for(account)
    if carrier.hook_name != carrier_name or event not in carrier.hook_events:
        return HttpResponse(status=403)
    try:
        hook_request = _hook_request(request, event)
    except (RequestDataTooBig, TooManyFieldsSent):
        return HttpResponse(status=413)
    except (MultiPartParserError, UnicodeError):
        return HttpResponse(status=400)
    if not carrier.verify(hook_request):
        logger.info("a webhook for account %s was not signed by it", account.pk)
        return HttpResponse(status=403)
    return _take(account, carrier, hook_request, event)


def _take(account: CarrierAccount, carrier: Carrier, request: HookRequest, event: str) -> HttpResponse:
    now = clock.now()
    try:
        payload = carrier.payload(request)
        natural_key = carrier.natural_key(event, payload)[:255]
    except BadPayload as problem:
        # Signed, and yet not understood: repeating it would not help, so it is a 2xx (or a 403 for another account's).
        logger.info("a signed %s webhook was not understood: %s", event, problem)
        return HttpResponse(status=403 if "AccountSid" in str(problem) else 204)
    try:
        answer = _process_new(account, carrier, event, natural_key, payload, now)
    except Repetition:
        answer = _repeat(account, carrier, event, natural_key)
    except Exception as error:
        if isinstance(error, DatabaseError):
            logger.warning("the database did not take a %s webhook: %s", event, error)
        else:
            logger.exception("a %s webhook could not be handled", event)
        return _keep_for_later(account, carrier, event, natural_key, payload, now, error)
    return HttpResponse(answer.body, content_type=answer.content_type)


def _process_new(
    account: CarrierAccount, carrier: Carrier, event: str, natural_key: str, payload: dict[str, Any], now: datetime
) -> HookAnswer:
    """Store the event and act on it in one transaction: both happen, or neither."""
    with transaction.atomic():
        try:
            hook = InboundHook.objects.create(
                account=account, event=event, natural_key=natural_key, payload=payload, received_at=now, processed_at=now, attempts=1
            )
        except IntegrityError as error:
            raise Repetition from error
        plan: VoicePlan | None = None
        for parsed in carrier.parse(event, payload):
            plan = inbound.handle(account, parsed, now=now) or plan
        answer = carrier.answer(event, plan)
        if event in carrier.voice_events:
            InboundHook.objects.filter(pk=hook.pk).update(answer=answer.body)
    return answer


def _repeat(account: CarrierAccount, carrier: Carrier, event: str, natural_key: str) -> HookAnswer:
    """Say again what was said the first time."""
    hook = InboundHook.objects.filter(account=account, event=event, natural_key=natural_key).first()
    empty = carrier.answer(event, None)
    return HookAnswer(hook.answer, empty.content_type) if hook is not None and hook.answer else empty


def _keep_for_later(
    account: CarrierAccount, carrier: Carrier, event: str, natural_key: str, payload: dict[str, Any], now: datetime, error: Exception
) -> HttpResponse:
    """Our own failure: keep the event for the sweep, and never let a caller hear the carrier's error message."""
    try:
        InboundHook.objects.get_or_create(
            account=account, event=event, natural_key=natural_key,
            defaults={"payload": payload, "received_at": now, "attempts": 1, "problem": f"{type(error).__name__}: {error}"[:300]},
        )  # fmt: skip
    except (DatabaseError, ValueError):
        stored = False
    else:
        stored = True
    if event in carrier.voice_events:
        answer = carrier.answer(event, Say(SORRY, account.business.language))
        return HttpResponse(answer.body, content_type=answer.content_type)
    return HttpResponse(status=204) if stored else _unavailable(event)


def _unavailable(event: str) -> HttpResponse:
    return HttpResponse(status=503, headers={"Retry-After": "5"})


def process_stored(hook: InboundHook, *, now: datetime) -> bool:
    """Act on an event that was only stored; False when it failed again. Five times, then staff see it."""
    mine = InboundHook.objects.filter(pk=hook.pk, processed_at=None, attempts=hook.attempts)
    if not mine.update(attempts=hook.attempts + 1):
        return False
    carrier = carrier_for(hook.account)
    try:
        with transaction.atomic():
            for parsed in carrier.parse(hook.event, hook.payload):
                inbound.handle(hook.account, parsed, now=now)
            InboundHook.objects.filter(pk=hook.pk).update(processed_at=now, problem="")
    except Exception as error:  # the row stays for the next sweep, whatever went wrong
        logger.exception("stored webhook %s failed again", hook.pk)
        InboundHook.objects.filter(pk=hook.pk).update(problem=f"{type(error).__name__}: {error}"[:300])
        return False
    return True


def unprocessed(now: datetime) -> list[InboundHook]:
    """Stored events that still wait, oldest first."""
    waiting = InboundHook.objects.filter(processed_at=None, attempts__lt=MAX_ATTEMPTS, received_at__lte=now - timedelta(seconds=2))
    return list(waiting.select_related("account__business").order_by("id")[:500])


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
