"""Callback tasks: what happens wherever a text cannot do the job."""

import uuid
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from leads import colleagues, events
from leads.enums import TaskReason
from leads.models import Business, CallbackTask, Lead, Location

# Why a person whom the team has blocked is called all the same: a danger, a visit, the team itself.
_ALSO_WHEN_BLOCKED = (TaskReason.URGENT, TaskReason.APPOINTMENT, TaskReason.CALENDAR, TaskReason.STAFF)


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
    assignee: AbstractBaseUser | None = None,
    created_by: AbstractBaseUser | None = None,
) -> CallbackTask | None:
    """Make a task that somebody calls back; the same `cause` makes only one (None: it exists already).

    Due in the business's `callback_due_minutes` unless `due_at` says otherwise; `not_before` begins a promised window.
    None as well for somebody who is blocked, unless they are in danger or have a visit.
    """
    if lead is not None and lead.blocked_at is not None and reason not in _ALSO_WHEN_BLOCKED:
        return None
    due = due_at or at + timedelta(minutes=business.callback_due_minutes)
    try:
        with transaction.atomic():
            task = CallbackTask.objects.create(
                business=business, location=location, lead=lead, phone=phone or (lead.phone if lead else ""),
                reason=reason, detail=detail[:300], cause=cause[:160], due_at=due,
                not_before=not_before, created_at=at,
                assignee_id=assignee.pk if assignee else None, created_by_id=created_by.pk if created_by else None,
            )  # fmt: skip
    except IntegrityError:
        return None
    events.record(
        "task.created",
        business=business,
        lead=lead,
        at=at,
        text=f"Call back: {TaskReason(reason).label.lower()}",
        actor=created_by,
        task=str(task.key),
    )
    return task


def plan(
    *,
    business: Business,
    location: Location,
    lead: Lead,
    due_at: datetime,
    by: AbstractBaseUser,
    at: datetime,
    detail: str = "",
    assignee: AbstractBaseUser | None = None,
    conversation: uuid.UUID,
    client_id: uuid.UUID,
) -> CallbackTask | None:
    """Somebody of the team wants this person called; the same `client_id` (a page sent twice) makes one task in each
    `conversation`.
    """
    return ask_callback(
        business=business, location=location, lead=lead, cause=f"staff:{conversation}:{client_id}", at=at,
        reason=TaskReason.STAFF, detail=detail, due_at=due_at, assignee=assignee, created_by=by,
    )  # fmt: skip


def change(
    task: CallbackTask, *, due_at: datetime, assignee: AbstractBaseUser | None, by: AbstractBaseUser, at: datetime
) -> bool:
    """Another time, or other hands; False when it is done, or when somebody changed it since `task` was read."""
    after = assignee.pk if assignee else None
    if (task.due_at, task.assignee_id) == (due_at, after):
        return True
    same = CallbackTask.objects.filter(pk=task.pk, done_at=None, due_at=task.due_at, assignee_id=task.assignee_id)
    changed = same.update(due_at=due_at, assignee_id=after)
    if changed:
        _record(task, "task.changed", _changed_words(task, due_at, assignee), by=by, at=at)
    return bool(changed)


def finish(task: CallbackTask, *, by: AbstractBaseUser, at: datetime, text: str = "Called back") -> bool:
    """Mark it done; False when somebody else already did."""
    done = CallbackTask.objects.filter(pk=task.pk, done_at=None).update(done_at=at, done_by_id=by.pk)
    if done:
        _record(task, "task.finished", text, by=by, at=at)
    return bool(done)


def try_again(task: CallbackTask, *, due_at: datetime, by: AbstractBaseUser, at: datetime) -> bool:
    """Nobody picked up: the task stays, with a new time; False when it is done, or somebody else just moved it."""
    same = CallbackTask.objects.filter(pk=task.pk, done_at=None, due_at=task.due_at)
    moved = same.update(due_at=due_at, not_before=None)
    if moved:
        _record(task, "task.tried", f"Called, no answer. Again by {_when(due_at, task.location)}", by=by, at=at)
    return bool(moved)


def drop_all(lead: Lead, *, by: AbstractBaseUser, at: datetime) -> int:
    """Nobody calls somebody who is blocked, but for what cannot be left; how many tasks that ends."""
    ended = CallbackTask.objects.filter(lead=lead, done_at=None).exclude(reason__in=_ALSO_WHEN_BLOCKED)
    return ended.update(done_at=at, done_by_id=by.pk)


def _changed_words(task: CallbackTask, due_at: datetime, assignee: AbstractBaseUser | None) -> str:
    words = f"Call back by {_when(due_at, task.location)}" if task.due_at != due_at else "Call back"
    if task.assignee_id == (assignee.pk if assignee else None):
        return words
    return f"{words}, {colleagues.called(assignee) if isinstance(assignee, User) else 'nobody in particular'}"


def _when(at: datetime, location: Location) -> str:
    local = at.astimezone(location.zone)
    return f"{local:%a, %b} {local.day}, {local.hour % 12 or 12}:{local:%M %p}"


def _record(task: CallbackTask, kind: str, text: str, *, by: AbstractBaseUser, at: datetime) -> None:
    events.record(
        kind, business=task.business, lead=task.lead, at=at, text=text, actor=by, task=str(task.key)
    )  # fmt: skip
