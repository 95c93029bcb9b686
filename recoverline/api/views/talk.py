"""Conversations, their texts, and calls."""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from leads import colleagues
from messaging.call_kinds import without_team
from messaging.enums import CallState, ConversationStatus, Direction, Handler, MessageStatus, MissReason
from messaging.inbox import acts
from messaging.models import Call, Conversation, Message
from recoverline.api import texting
from recoverline.api.idempotency import once
from recoverline.api.serializers import CallShape, ConversationShape, MessageShape
from recoverline.api.views.base import ListQuery, Moment, Phone, Plain, Readable, Rows, Strict, people, refuse
from recoverline.lib import clock


class ConversationQuery(ListQuery):
    """Filters of the list of conversations; `updated_*` is when something happened last."""

    status = serializers.ChoiceField(ConversationStatus.choices, required=False)
    handler = serializers.ChoiceField(Handler.choices, required=False)
    lead = serializers.UUIDField(required=False)
    phone = Phone(required=False, help_text="In any spelling.")
    location = Plain(max_length=60, required=False)
    needs_reply = serializers.BooleanField(required=False, allow_null=True, default=None)
    updated_since = Moment(required=False)
    updated_before = Moment(required=False)


class Assignment(Strict):
    """Whose conversation it is."""

    assignee = Plain(max_length=150, allow_null=True, help_text="A username of the team; null: nobody's.")


class Nothing(Strict):
    """A body without fields."""


@extend_schema_view(
    list=extend_schema(parameters=[ConversationQuery], summary="List conversations"),
    retrieve=extend_schema(summary="Get a conversation"),
)
class Conversations(Readable):
    """What is being said with one person on one number."""

    serializer_class = ConversationShape
    query_shape = ConversationQuery
    moment = "last_at"
    scopes = {
        "list": "conversations:read", "retrieve": "conversations:read", "assign": "conversations:write",
        "close": "conversations:write", "reopen": "conversations:write",
    }  # fmt: skip

    def rows(self) -> QuerySet[Conversation]:
        return Conversation.objects.filter(is_team=False)

    def of_the_business(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(
            people(self.business, "lead__"), business=self.business, is_simulated=self.business.is_simulated
        )

    def narrow(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        columns = {
            "status": "status", "handler": "handler", "lead": "lead__key", "phone": "lead__phone",
            "location": "location__slug", "needs_reply": "needs_reply", "updated_since": "last_at__gte",
            "updated_before": "last_at__lt",
        }  # fmt: skip
        return rows.filter(**{column: asked[name] for name, column in columns.items() if asked.get(name) is not None})

    def _fresh(self) -> Response:
        return Response(ConversationShape(self.get_object()).data)

    @extend_schema(summary="Give a conversation to somebody", request=Assignment, responses=ConversationShape)
    @action(detail=True, methods=["post"])
    @once
    def assign(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        thread: Conversation = self.get_object()
        name = self.read(Assignment, request.data)["assignee"]
        to = None
        if name is not None:
            to = colleagues.writers_at(thread.location).filter(username=name).first()
            if to is None:
                raise serializers.ValidationError({"assignee": ["Nobody of that name answers at this location."]})
        has_it = thread.assignee_id == (to.pk if to else None)
        if not has_it and not acts.assign(thread, to, by=self.actor, now=clock.now()):
            raise refuse("changed", "Somebody else has taken or given it in this moment.")
        return self._fresh()

    @extend_schema(summary="Mark a conversation as done", request=Nothing, responses=ConversationShape)
    @action(detail=True, methods=["post"])
    @once
    def close(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.read(Nothing, request.data or {})
        acts.close(self.get_object(), by=self.actor, now=clock.now())
        return self._fresh()

    @extend_schema(summary="Open a conversation again", request=Nothing, responses=ConversationShape)
    @action(detail=True, methods=["post"])
    @once
    def reopen(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.read(Nothing, request.data or {})
        thread: Conversation = self.get_object()
        is_done = thread.status == ConversationStatus.DONE
        if is_done and not acts.reopen(thread, by=self.actor, now=clock.now()):
            raise refuse("not_reopened", "They are blocked, or have a newer conversation that is open.")
        return self._fresh()


class MessageQuery(ListQuery):
    """Filters of lists of texts."""

    direction = serializers.ChoiceField(Direction.choices, required=False)
    status = serializers.ChoiceField(MessageStatus.choices, required=False)
    created_since = Moment(required=False)
    created_before = Moment(required=False)


class Text(Strict):
    """A text to the customer."""

    body = Plain(max_length=1600, help_text="At most 1,600 characters; each segment of it costs.")


class _Texts(Rows):
    serializer_class = MessageShape
    query_shape = MessageQuery

    def rows(self) -> QuerySet[Message]:
        return Message.objects.filter(conversation__is_team=False).prefetch_related("media")

    def of_the_business(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(
            people(self.business, "lead__"), business=self.business, is_simulated=self.business.is_simulated
        )

    def narrow(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        columns = {"direction": "direction", "status": "status"}
        columns |= {"created_since": "created_at__gte", "created_before": "created_at__lt"}
        return rows.filter(**{column: asked[name] for name, column in columns.items() if name in asked})


@extend_schema_view(
    list=extend_schema(parameters=[MessageQuery], summary="List texts"),
    retrieve=extend_schema(summary="Get a text"),
)
class Messages(_Texts, Readable):
    """Texts of all conversations: for a program that keeps its own copy, and to see what became of one."""

    scopes = {"list": "messages:read", "retrieve": "messages:read"}


class ConversationMessages(_Texts, Readable):
    """The texts of one conversation."""

    scopes = {"list": "messages:read", "create": "messages:write"}

    def _thread(self) -> Conversation:
        rows = Conversation.objects.filter(people(self.business, "lead__"), business=self.business, is_team=False)
        rows = rows.filter(is_simulated=self.business.is_simulated)
        return get_object_or_404(
            rows.select_related("business", "location__business", "lead", "number__account", "request"),
            key=self.kwargs["conversation_id"],
        )

    def of_the_business(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return super().of_the_business(rows).filter(conversation=self._thread())

    @extend_schema(parameters=[MessageQuery], summary="List the texts of a conversation")
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(
        summary="Text the customer",
        description=(
            "The text counts as one of a person: the robot is silent from then on. It leaves as any other does, and "
            "not at all if they have opted out, or in quiet hours where they are unless they wrote in the last half "
            "hour. The answer is the text as it waits to leave; ask for it again, or use webhooks, to see it arrive."
        ),
        request=Text,
        responses={201: MessageShape},
    )
    @once
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        body = self.read(Text, request.data)["body"]
        thread = self._thread()
        with transaction.atomic():
            message = texting.send(thread, body, by=self.actor, now=clock.now())
        return Response(MessageShape(message).data, status=201)


class CallQuery(ListQuery):
    """Filters of the list of calls."""

    state = serializers.ChoiceField(CallState.choices, required=False)
    miss_reason = serializers.ChoiceField(MissReason.choices, required=False)
    lead = serializers.UUIDField(required=False)
    phone = Phone(required=False, help_text="In any spelling.")
    location = Plain(max_length=60, required=False)
    started_since = Moment(required=False)
    started_before = Moment(required=False)


@extend_schema_view(
    list=extend_schema(parameters=[CallQuery], summary="List calls"),
    retrieve=extend_schema(summary="Get a call"),
)
class Calls(Readable):
    """Calls to and from the business's numbers; those of the team's own phones are nobody's business."""

    serializer_class = CallShape
    query_shape = CallQuery
    moment = "started_at"
    scopes = {"list": "calls:read", "retrieve": "calls:read"}

    def rows(self) -> QuerySet[Call]:
        return Call.objects.all()

    def of_the_business(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = rows.filter(
            Q(lead=None) | people(self.business, "lead__"), business=self.business,
            is_simulated=self.business.is_simulated,
        )  # fmt: skip
        return without_team(rows, self.business.pk)

    def narrow(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        columns = {
            "state": "state", "miss_reason": "miss_reason", "lead": "lead__key", "phone": "caller",
            "location": "location__slug", "started_since": "started_at__gte", "started_before": "started_at__lt",
        }  # fmt: skip
        return rows.filter(**{column: asked[name] for name, column in columns.items() if name in asked})
