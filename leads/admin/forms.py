"""Forms that stay inside one business, whatever is posted to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.db.models import Model

from leads.access import User
from leads.admin.reach import business_id_of
from leads.models import Business


@dataclass(frozen=True, slots=True)
class FormScope:
    """What a form of one request may save. `paths`: of its choices that belong to a business, the way to it."""

    user: User
    business: Business | None = None
    path: str = "business"
    paths: Mapping[str, str] = field(default_factory=dict)


class TenantForm(forms.ModelForm):
    """Fills in the business where it needs no choosing, and refuses rows of another wherever they are named."""

    scope: ClassVar[FormScope]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unset = self.has_own_business() and self.instance.business_id is None
        if unset and "business" not in self.fields and self.scope.business is not None:
            self.instance.business = self.scope.business
        business_id = self.business_id()
        for name, path in self.scope.paths.items():
            choice = self.fields.get(name)
            if business_id is not None and isinstance(choice, forms.ModelChoiceField) and choice.queryset is not None:
                choice.queryset = choice.queryset.filter(**{path: business_id})

    def has_own_business(self) -> bool:
        return hasattr(self.instance, "business_id")

    def business_id(self) -> int | None:
        return business_id_of(self.instance, self.scope.path)

    def scope_business(self) -> Business | None:
        """The business of the row, where it is known before anything is typed."""
        pk = self.business_id()
        return None if pk is None else Business.objects.filter(pk=pk).first()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("business")
        own = chosen.pk if isinstance(chosen, Business) else self.business_id()
        for name, path in self.scope.paths.items():
            value = cleaned.get(name)
            rows = [] if value is None else [value] if isinstance(value, Model) else list(value)
            if name != "business" and any(business_id_of(row, path) != own for row in rows):
                self.add_error(name, "This belongs to another business.")
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        # A business that is not on the form still counts for "once per business", or a repetition would be a crash.
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # not in the stubs
        return excluded - {"business"} if self.has_own_business() and self.instance.business_id else excluded


class TenantChoiceField(forms.ModelChoiceField):
    """Names the business as well, for people who see several."""

    def label_from_instance(self, obj: Model) -> str:
        business = getattr(obj, "business", None)
        return f"{obj} ({business})" if business else str(obj)
