"""What all views of the API have in common: the token's business, and nothing beyond it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from rest_framework import mixins, serializers, viewsets
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from leads.models import Business, Lead, Location
from leads.models.api import ApiToken
from recoverline.api.paging import MOST, USUAL, Cursor
from recoverline.api.problems import Problem
from recoverline.api.tokens import BearerToken, HasScope, TokenThrottle
from recoverline.lib.phones import parse_phone


class Strict(serializers.Serializer):
    """Refuses what it does not know: a typing error in a filter must not list everything, in a body not be ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(map(str, data)) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({name: ["There is no such field here."] for name in unknown})
        return super().to_internal_value(data)


class Plain(serializers.CharField):
    """A text without what no database keeps."""

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise serializers.ValidationError("This text holds characters that cannot be kept.")
        return text


class Phone(Plain):
    """A phone in any spelling, read as somebody in the business's country would dial it; E.164 inside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        business: Business = self.context["business"]
        phone = parse_phone(super().to_internal_value(data), business.country)
        if phone is None:
            raise serializers.ValidationError("This is not a phone number. Write it with the area code.")
        return phone


class Moment(serializers.DateTimeField):
    """An instant near enough to be meant; one without a zone is in UTC."""

    def to_internal_value(self, data: Any) -> datetime:
        # Beyond these every conversion between zones may overflow.
        if isinstance(data, str) and data[:2] not in ("19", "20", "21"):
            raise serializers.ValidationError("Write it as 2026-06-18T09:00:00-07:00, in the years 1900 to 2199.")
        moment: datetime = super().to_internal_value(data)
        return moment


class ListQuery(Strict):
    """What every list may be asked."""

    limit = serializers.IntegerField(
        min_value=1, max_value=MOST, required=False, help_text=f"Rows a page; {USUAL} without it."
    )
    cursor = Plain(max_length=200, required=False, help_text="From `next` of the page before.")
    order = serializers.ChoiceField(
        ["newest", "oldest"], required=False, help_text="What comes first; `newest` without it."
    )


class Endpoint(viewsets.GenericViewSet):
    """`scopes`: by action, what a token needs. Rows are found by the UUID in `id`; others' are not there (404)."""

    authentication_classes: ClassVar[list[Any]] = [BearerToken]
    permission_classes: ClassVar[list[Any]] = [HasScope]
    throttle_classes: ClassVar[list[Any]] = [TokenThrottle]
    renderer_classes: ClassVar[list[Any]] = [JSONRenderer]
    parser_classes: ClassVar[list[Any]] = [JSONParser]
    lookup_field, lookup_url_kwarg, lookup_value_converter = "key", "id", "uuid"
    pagination_class: type[Cursor] | None = Cursor
    scopes: ClassVar[Mapping[str, str]] = {}
    moment: ClassVar[str] = "created_at"
    query_shape: ClassVar[type[Strict]] = ListQuery

    @property
    def token(self) -> ApiToken:
        token: ApiToken = self.request.auth
        return token

    @property
    def business(self) -> Business:
        return self.token.business

    @property
    def actor(self) -> User:
        """Nobody of the team: what a program does is done by nobody's hand."""
        return get_user_model()(username=f"API: {self.token.name}")

    @property
    def asked(self) -> dict[str, Any]:
        """The address's parameters, checked."""
        return self.read(self.query_shape, self.request.query_params.dict())

    def read(self, shape: type[Strict], data: Any) -> dict[str, Any]:
        """`data` as `shape` wants it. Raises ValidationError."""
        form = shape(data=data, context={"business": self.business, "request": self.request})
        form.is_valid(raise_exception=True)
        values: dict[str, Any] = form.validated_data
        return values

    # ---------------------------------------------------------------- rows that a body names
    def lead_named(self, key: Any) -> Lead:
        found = Lead.objects.filter(people(self.business), business=self.business, key=key).first()
        if found is None:
            raise serializers.ValidationError({"lead": ["There is no such lead."]})
        return found

    def location_named(self, slug: str, *, field: str = "location") -> Location:
        """The one with this slug; without one the only one there is."""
        rows = Location.objects.filter(business=self.business).select_related("business")
        found = list(rows.filter(slug=slug) if slug else rows[:2])
        if len(found) == 1:
            return found[0]
        said = "There is no such location." if slug else "There are several locations: name one."
        raise serializers.ValidationError({field: [said]})


class Rows(ABC, Endpoint):
    """An endpoint about rows of one model: which of them there are for whoever asks."""

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.rows().none()
        shape: Any = self.get_serializer_class()
        return self.of_the_business(self.rows()).select_related(*shape.related)

    @abstractmethod
    def rows(self) -> QuerySet[Any]:
        """The model's rows that are anybody's business at all: no lines of the team."""

    def of_the_business(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(business=self.business)

    def narrow(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        """For lists: `asked` as the view's `query_shape` has read it."""
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.narrow(queryset, self.asked) if self.action == "list" else queryset


class Readable(mixins.ListModelMixin, mixins.RetrieveModelMixin, Rows):
    """Rows to list and to look at."""

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)


def people(business: Business, path: str = "") -> Q:
    """Customers, as real as their business is; nobody who is only alerted, nobody erased. `path`: the way to the lead,
    such as "lead__".
    """
    return Q(
        **{
            f"{path}is_team": False,
            f"{path}is_simulated": business.is_simulated,
            f"{path}erased_at": None,
        }
    )


def refuse(code: str, detail: str, **also: Any) -> Problem:
    """For what is understood and cannot be done as things stand."""
    return Problem(409, code, detail, **also)
