"""Callback tasks, and whether somebody may be texted."""

import uuid
from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from leads import callbacks
from leads.enums import TaskReason
from leads.models import CallbackTask, Lead
from messaging import consent
from messaging.enums import ConsentMeans, OptOutSource
from messaging.models import ConsentEntry, NeverText, OptOut
from recoverline.api.idempotency import once
from recoverline.api.serializers import TaskShape
from recoverline.api.views.base import Endpoint, ListQuery, Moment, Phone, Plain, Readable, Strict, people, refuse
from recoverline.lib import clock

_LINES = 50


class TaskQuery(ListQuery):
    """Filters of the list of tasks."""

    is_done = serializers.BooleanField(required=False, allow_null=True, default=None)
    reason = serializers.ChoiceField(TaskReason.choices, required=False)
    lead = serializers.UUIDField(required=False)
    phone = Phone(required=False, help_text="In any spelling.")
    location = Plain(max_length=60, required=False)
    created_since = Moment(required=False)
    created_before = Moment(required=False)
    due_before = Moment(required=False)


class Completion(Strict):
    """What came of the call."""

    note = Plain(max_length=200, required=False, default="", help_text="Stands in the timeline.")


@extend_schema_view(
    list=extend_schema(parameters=[TaskQuery], summary="List callback tasks"),
    retrieve=extend_schema(summary="Get a callback task"),
)
class Tasks(Readable):
    """Whom somebody has to call back."""

    serializer_class = TaskShape
    query_shape = TaskQuery
    scopes = {"list": "tasks:read", "retrieve": "tasks:read", "complete": "tasks:write"}

    def rows(self) -> QuerySet[CallbackTask]:
        return CallbackTask.objects.select_related("business")

    def of_the_business(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(Q(lead=None) | people(self.business, "lead__"), business=self.business)

    def narrow(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        columns = {
            "reason": "reason", "lead": "lead__key", "phone": "phone", "location": "location__slug",
            "created_since": "created_at__gte", "created_before": "created_at__lt", "due_before": "due_at__lt",
        }  # fmt: skip
        rows = rows.filter(**{column: asked[name] for name, column in columns.items() if name in asked})
        is_done = asked["is_done"]
        return rows if is_done is None else rows.filter(done_at__isnull=not is_done)

    @extend_schema(summary="Mark a task as done", request=Completion, responses=TaskShape)
    @action(detail=True, methods=["post"])
    @once
    def complete(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        task: CallbackTask = self.get_object()
        note = self.read(Completion, request.data or {})["note"]
        said = f"Called back ({self.token.name}){f': {note}' if note else ''}"
        if not callbacks.finish(task, by=self.actor, at=clock.now(), text=said):
            raise refuse("done_already", "Somebody has marked it as done before.")
        return Response(TaskShape(self.get_object()).data)


# ---------------------------------------------------------------- consent
class ConsentQuery(Strict):
    """Of whom."""

    phone = Phone(help_text="In any spelling.")


class ConsentLine(serializers.ModelSerializer):
    """One line of the ledger."""

    class Meta:
        model = ConsentEntry
        fields = ["at", "kind", "means", "scope", "said", "evidence"]
        read_only_fields = fields


@extend_schema_serializer(many=False)
class ConsentStanding(serializers.Serializer):
    """How a phone stands. `may_text`: nothing of this keeps texts back; hours and limits are asked when one leaves."""

    phone = serializers.CharField()
    may_text = serializers.BooleanField()
    opted_out_at = serializers.DateTimeField(allow_null=True)
    is_never_text = serializers.BooleanField()
    is_blocked = serializers.BooleanField()
    is_landline = serializers.BooleanField()
    is_unreachable = serializers.BooleanField()
    ledger = ConsentLine(many=True)


class OptingOut(Strict):
    """That somebody asked not to be texted any more."""

    phone = Phone(help_text="In any spelling.")
    evidence = Plain(max_length=120, help_text="How it is known: told us on the phone on June 3, ticket 4711...")


class OptingIn(OptingOut):
    """That somebody who had opted out wants texts again, by their own explicit word."""

    said = Plain(max_length=160, required=False, default="", help_text="Their words, where they are known.")


class Consent(Endpoint):
    """May we text this phone? What was said about it, and what is said now."""

    scopes = {"list": "consent:read", "opt_out": "consent:write", "opt_in": "consent:write"}
    pagination_class = None
    query_shape = ConsentQuery

    def _standing(self, phone: str) -> Response:
        names = consent.names_of(self.business.pk, phone)
        mine = {"business": self.business, "phone__in": names}
        lead = Lead.objects.filter(people(self.business), business=self.business, phone=phone).first()
        stopped = OptOut.objects.filter(**mine, revoked_at=None).values_list("opted_out_at", flat=True).first()
        facts = {
            "is_never_text": NeverText.objects.filter(**mine).exists(),
            "is_blocked": lead is not None and lead.blocked_at is not None,
            "is_landline": lead is not None and lead.is_landline,
            "is_unreachable": lead is not None and lead.is_unreachable,
        }
        lines = ConsentEntry.objects.filter(**mine)[:_LINES]
        standing = {
            "phone": phone, "opted_out_at": stopped, "may_text": stopped is None and not any(facts.values()), **facts,
            "ledger": lines,
        }  # fmt: skip
        return Response(ConsentStanding(standing).data)

    @extend_schema(summary="Ask how a phone stands", parameters=[ConsentQuery], responses=ConsentStanding)
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._standing(self.asked["phone"])

    @extend_schema(summary="Write down an opt-out", request=OptingOut, responses=ConsentStanding)
    @action(detail=False, methods=["post"], url_path="opt-out")
    @once
    def opt_out(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        asked = self.read(OptingOut, request.data)
        consent.opt_out(
            self.business, phone=asked["phone"], source=OptOutSource.API, now=clock.now(),
            evidence=f"{self.token.name}: {asked['evidence']}",
        )  # fmt: skip
        return self._standing(asked["phone"])

    @extend_schema(summary="Write down that somebody opted in again", request=OptingIn, responses=ConsentStanding)
    @action(detail=False, methods=["post"], url_path="opt-in")
    @once
    def opt_in(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        asked = self.read(OptingIn, request.data)
        consent.opt_in(
            self.business, phone=asked["phone"], means=ConsentMeans.API, said=asked["said"], now=clock.now(),
            # The same evidence makes one line of the ledger, and a program may say the same of many phones.
            evidence=f"{self.token.name}, {uuid.uuid4().hex[:12]}: {asked['evidence']}",
        )  # fmt: skip
        return self._standing(asked["phone"])
