"""Callback tasks: what happens wherever a text cannot do the job."""

from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction

from leads import events
from leads.enums import TaskReason
from leads.models import Business, CallbackTask, Lead, Location


def ask_callback(
    *,
    business: Business,
    location: Location,
    cause: str,
    reason: TaskReason,
    at: datetime,
    lead: Lead | None = None,
    phone: str = "",
    detail: str = "",
    due_at: datetime | None = None,
    not_before: datetime | None = None,
) -> CallbackTask | None:
    """Make a task that somebody calls back; the same `cause` makes only one (None: it exists already).

    Due in the business's `callback_due_minutes` unless `due_at` says otherwise; `not_before` begins a promised window.
    """
    due = due_at or at + timedelta(minutes=business.callback_due_minutes)
    try:
        with transaction.atomic():
            task = CallbackTask.objects.create(
                business=business, location=location, lead=lead, phone=phone or (lead.phone if lead else ""),
                reason=reason, detail=detail[:300], cause=cause[:160], due_at=due,
                not_before=not_before, created_at=at,
            )  # fmt: skip
    except IntegrityError:
        return None
    events.record(
        "task.created",
        business=business,
        lead=lead,
        at=at,
        text=f"Call back: {TaskReason(reason).label.lower()}",
        task=str(task.key),
    )
    return task


def finish(task: CallbackTask, *, by: AbstractBaseUser, at: datetime) -> bool:
    """Mark it done; False when somebody else already did."""
    done = CallbackTask.objects.filter(pk=task.pk, done_at=None).update(done_at=at, done_by_id=by.pk)
    if done:
        events.record(
            "task.finished",
            business=task.business,
            lead=task.lead,
            at=at,
            text="Called back",
            actor=by,
            task=str(task.key),
        )
    return bool(done)
