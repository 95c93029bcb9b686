"""TEN-05: whatever a member's request loads belongs to a business of theirs. Watches every request of every test.

Pages can look right and still load what they must not (and show it one refactoring later), so this asks at the moment
when a row becomes an object, below every queryset.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import local
from typing import Any

from django.core.handlers.base import BaseHandler
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from leads.access import businesses_for
from leads.models import Business
from leads.models.api import ApiToken

# Nobody's membership counts there: carriers sign, links are their own key, and a booking page is everybody's.
# "View on site" of the admin loads whatever its address names and finds that it has no page.
PUBLIC = ("/hooks/", "/book/", "/b/", "/accounts/invitation/", "/healthz", "/admin/r/")


class SeenTooMuch(AssertionError):
    """A request loaded a row of a business that is none of the asker's."""


@cache
def _business_column(model: type[Model]) -> str:
    """The column that says whose a row is, "" for rows of nobody."""
    if model is Business:
        return "id"
    return "business_id" if any(field.attname == "business_id" for field in model._meta.concrete_fields) else ""


@contextmanager
def watch_requests() -> Iterator[None]:
    """Raises SeenTooMuch out of the test client's request."""
    answer: Callable[..., HttpResponseBase] = BaseHandler.get_response
    from_db: Any = Model.__dict__["from_db"]
    here = local()  # a live server answers on many threads

    def load(cls: type[Model], db: str | None, field_names: Any, values: Any) -> Model:
        row: Model = from_db.__func__(cls, db, field_names, values)
        loaded: set[tuple[str, int]] | None = getattr(here, "loaded", None)
        if loaded is not None and (column := _business_column(cls)) and column in row.__dict__:
            loaded.add((cls.__name__, row.__dict__[column]))
        return row

    def get_response(self: BaseHandler, request: HttpRequest) -> HttpResponseBase:
        here.loaded = set()
        try:
            response = answer(self, request)
        finally:
            seen, here.loaded = here.loaded, None
        user, token = getattr(request, "user", None), getattr(request, "auth", None)
        if isinstance(token, ApiToken):
            mine, user = {token.business_id}, token
        elif user is None or not user.is_authenticated or request.path.startswith(PUBLIC):
            return response
        else:
            mine = set(businesses_for(user).values_list("pk", flat=True))
        if strange := sorted(name for name, business in seen if business not in mine):
            raise SeenTooMuch(f"{request.method} {request.path} as {user} loaded {', '.join(strange)} of others")
        return response

    Model.from_db = classmethod(load)  # type: ignore[method-assign, assignment]
    BaseHandler.get_response = get_response  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Model.from_db = from_db
        BaseHandler.get_response = answer  # type: ignore[method-assign]
