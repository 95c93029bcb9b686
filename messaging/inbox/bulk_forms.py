"""What is chosen in the list, and what shall happen to it."""

import uuid
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User

from messaging.access import Locations
from messaging.inbox import bulk

NOBODY = "nobody"


def _keys(typed: list[str]) -> list[uuid.UUID]:
    """Those that can be keys at all; what is forged is as if it were not there."""
    found: dict[uuid.UUID, None] = {}
    for one in typed[: 2 * bulk.ACTED_ON_AT_MOST]:
        try:
            found[uuid.UUID(one)] = None
        except ValueError:
            continue
    return list(found)


def _moment(typed: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(typed)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


class BulkForm(forms.Form):
    """`act` is one of bulk.Act; `to` is a colleague's number or nobody, and asked for only when assigning.

    `seen` says of each key when what its row showed had happened, None if the row does not say.
    """

    act = forms.ChoiceField(choices=bulk.Act.choices)
    to = forms.CharField(required=False, max_length=20)

    def __init__(self, data: Any, *, locations: Locations) -> None:
        super().__init__(data)
        self.locations = locations
        self.seen = {key: _moment(data.get(f"seen-{key}", "")) for key in _keys(data.getlist("key"))}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.seen:
            raise forms.ValidationError("Choose conversations first.")
        if len(self.seen) > bulk.ACTED_ON_AT_MOST:
            raise forms.ValidationError(f"Choose at most {bulk.ACTED_ON_AT_MOST} at once.")
        cleaned["to"] = self._colleague(cleaned.get("to", "")) if cleaned.get("act") == bulk.Act.ASSIGN else None
        return cleaned

    def _colleague(self, typed: str) -> User | None:
        if typed == NOBODY:
            return None
        people = bulk.colleagues(self.locations)
        found = next((person for person in people if str(person.pk) == typed), None)
        if found is None:
            raise forms.ValidationError("Choose whom to assign them to.")
        return found
