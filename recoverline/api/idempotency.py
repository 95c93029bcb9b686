"""The same request twice has one effect: `Idempotency-Key` on a POST gives the first answer to each repetition.

What is done and the answer that tells of it are written in one transaction, so that a process which dies in between has
done nothing. Only what succeeded is remembered: whoever was refused may try again with the same key.
"""

import functools
import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from rest_framework.response import Response

from leads.models.api import IdempotentReply
from recoverline.api.problems import Problem
from recoverline.lib import clock

LONGEST = 200
# Longer than any request takes: then whoever began it has died.
_LEASE = timedelta(seconds=90)


def once(act: Callable[..., Response]) -> Callable[..., Response]:
    """For a view's POST."""

    @functools.wraps(act)
    def answer(view: Any, request: Any, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "").strip()
        if not key:
            return act(view, request, *args, **kwargs)
        if len(key) > LONGEST or not key.isprintable():
            raise Problem(400, "invalid_idempotency_key", f"At most {LONGEST} printable characters.")
        now = clock.now()
        row, is_ours = _begin(request, key, now=now)
        if not is_ours:
            return _again(row)
        try:
            with transaction.atomic():
                response = act(view, request, *args, **kwargs)
                body = json.dumps(response.data, default=str)
                kept = IdempotentReply.objects.filter(pk=row.pk, status=None, created_at=now)
                if not kept.update(status=response.status_code, body=body):
                    raise _in_progress()
        except BaseException:
            IdempotentReply.objects.filter(pk=row.pk, status=None, created_at=now).delete()
            raise
        return response

    return answer


def _begin(request: Any, key: str, *, now: datetime) -> tuple[IdempotentReply, bool]:
    """The row of this key, and whether it is ours to act on. Raises Problem."""
    token = request.auth
    said = f"{request.method} {request.get_full_path()}\n".encode() + _body_of(request)
    digest = hashlib.sha256(said).hexdigest()
    rows = IdempotentReply.objects.filter(token=token, idem_key=key)
    for _ in range(3):
        try:
            with transaction.atomic():
                return IdempotentReply.objects.create(
                    business_id=token.business_id, token=token, idem_key=key, request_digest=digest, created_at=now
                ), True
        except IntegrityError:
            row = rows.first()
        if row is None:
            continue  # it was refused and taken away in this moment
        if row.request_digest != digest:
            why = "This key came with another request before. Take a new one for each thing that shall happen."
            raise Problem(422, "idempotency_key_reused", why)
        if row.status is None:
            stale = rows.filter(status=None, created_at__lt=now - _LEASE)
            if not stale.update(created_at=now):
                raise _in_progress()
            return row, True
        return row, False
    raise _in_progress()


def _body_of(request: Any) -> bytes:
    # Parsed, not raw: the stream can be read only once, and spaces make no other request.
    return json.dumps(request.data, sort_keys=True, default=str).encode()


def _in_progress() -> Problem:
    return Problem(409, "in_progress", "The same request is being worked on. Ask again in a second.")


def _again(row: IdempotentReply) -> Response:
    assert row.status is not None  # noqa: S101  else it would be in progress
    response = Response(json.loads(row.body), status=row.status)
    response["Idempotency-Replayed"] = "true"
    return response
