"""The admin of one business at a time: what a person sees, chooses and saves there stays inside their memberships.

An admin class which is not a `TenantAdmin` is for superusers only (recoverline.admin_site). Nobody needs rows of
django.contrib.auth's Permission: the role in the business decides.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Field, ForeignKey, Manager, ManyToManyField, Model, Q, QuerySet, URLField
from django.http import Http404, HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from leads.access import CONFIGURERS, visible, visible_by_location
from leads.admin.forms import FormScope, TenantChoiceField, TenantForm
from leads.admin.reach import (
    EVERYBODY,
    NOBODY,
    Roles,
    business_id_of,
    business_ids,
    only_business,
    path_to_business,
    places_of,
    user_of,
    whole_business_ids,
)
from leads.models import Business, Location


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """A filter that names only rows of the person's own businesses; the usual one names everybody's."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        rows = model_admin.rows_to_name(request, field.remote_field.model)
        ordering = self.field_admin_ordering(field, request, model_admin)
        mine = {"pk__in": rows.values("pk")}
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=mine)


class TenantScope:
    """What `TenantAdmin` and `TenantInline` have in common."""

    model: type[Model]
    admin_site: admin.AdminSite
    business_path: ClassVar[str] = "business"
    viewers: ClassVar[Roles] = CONFIGURERS
    editors: ClassVar[Roles] = CONFIGURERS
    form: type[forms.ModelForm] = TenantForm

    def rows_to_name(self, request: HttpRequest, related: type[Model], roles: Roles | None = None) -> QuerySet[Any]:
        """Rows of `related` which the person may see mentioned; none of a model that is nobody's."""
        roles = self.viewers if roles is None else roles
        manager: Manager[Any] = related._default_manager
        everything = manager.all()
        if any(field.name == "is_team" for field in related._meta.fields):
            everything = everything.filter(is_team=False)  # no customers: alerts to the team
        if related is get_user_model():
            return self._colleagues(request, everything, roles)
        if related is Location and not self._is_whole(request, roles):
            return places_of(request, roles)
        path = path_to_business(self.admin_site, related)
        if path is None:
            return manager.none()
        rows = visible(user_of(request), everything, business=path, roles=roles)
        if self._is_whole(request, roles) or not any(field.name == "location" for field in related._meta.fields):
            return rows
        return rows.filter(Q(location=None) | Q(location__in=places_of(request, roles)))

    def _is_whole(self, request: HttpRequest, roles: Roles) -> bool:
        """Whether the person is limited to some locations nowhere."""
        return business_ids(request, roles) == whole_business_ids(request, roles)

    def _colleagues(self, request: HttpRequest, users: QuerySet[Any], roles: Roles) -> QuerySet[Any]:
        if getattr(request.user, "is_superuser", False):
            return users
        return users.filter(memberships__business__in=business_ids(request, roles)).distinct()

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        related = db_field.remote_field.model
        kwargs["queryset"] = self.rows_to_name(request, related, self.editors)
        if related is not Business and len(business_ids(request, self.editors)) > 1 and hasattr(related, "business"):
            kwargs["queryset"] = kwargs["queryset"].select_related("business")
            kwargs.setdefault("form_class", TenantChoiceField)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin: the admin class beside it has it

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, URLField):
            kwargs.setdefault("assume_scheme", "https")
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin: the admin class beside it has it
        if formfield is not None and isinstance(formfield.widget, RelatedFieldWidgetWrapper):
            # Nobody means to delete a location while choosing one.
            formfield.widget.can_delete_related = formfield.widget.can_view_related = False
        return formfield

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.ModelMultipleChoiceField | None:
        kwargs["queryset"] = self.rows_to_name(request, db_field.remote_field.model, self.editors)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin: the admin class beside it has it

    def scope_for(self, request: HttpRequest, business: Business | None) -> FormScope:
        relations: list[Field[Any, Any]] = [*self.model._meta.fields, *self.model._meta.many_to_many]
        paths = {
            relation.name: path
            for relation in relations
            if relation.remote_field is not None
            and (path := path_to_business(self.admin_site, relation.remote_field.model))
        }
        return FormScope(user_of(request), business, self.business_path, paths)


class TenantAdmin(TenantScope, admin.ModelAdmin):
    """For rows that belong to a business, along `business_path`.

    `viewers` may look, `editors` may change (NOBODY: written by the program only). `location_path` narrows a person to
    the locations of their membership. The business is chosen only when adding and only by people who have several.
    """

    location_path: ClassVar[str | None] = None
    teaches: ClassVar[str] = ""  # what this page is for, above the list
    list_per_page = 50

    # ---------------------------------------------------------------- who
    def _may(self, request: HttpRequest, roles: Roles, obj: Model | None = None) -> bool:
        allowed = business_ids(request, roles) if roles else frozenset()
        return bool(allowed) if obj is None else business_id_of(obj, self.business_path) in allowed

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.viewers)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.viewers, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.editors)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.editors, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.editors, obj)

    # ---------------------------------------------------------------- what
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = visible(user_of(request), super().get_queryset(request), business=self.business_path, roles=self.viewers)
        if self.location_path is None:
            return rows
        return visible_by_location(user_of(request), rows, location=self.location_path, roles=self.viewers)

    def needs_no_business(self, request: HttpRequest) -> bool:
        return len(business_ids(request, self.viewers)) == 1

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = super().get_list_display(request)
        return [name for name in columns if name != "business"] if self.needs_no_business(request) else columns

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [
            (name, ScopedRelatedFilter) if self._is_relation(name) else name
            for name in super().get_list_filter(request)
            if name != "business" or not self.needs_no_business(request)
        ]

    def _is_relation(self, name: Any) -> bool:
        return isinstance(name, str) and self.model._meta.get_field(name.split("__")[0]).is_relation

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if not self.needs_no_business(request):
            return super().get_fieldsets(request, obj)
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name != "business"]})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = list(super().get_readonly_fields(request, obj))
        # Rows that refer to this one would be left behind in the old business.
        return [*fields, "business"] if obj is not None and self.business_path == "business" else fields

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.scope = self.scope_for(request, only_business(request, self.editors))  # type: ignore[attr-defined]  # our forms all have a scope
        return form

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        # The form of list_editable is built apart from the others.
        form = super().get_changelist_form(request, **{"form": TenantForm, **kwargs})
        form.scope = self.scope_for(request, None)  # type: ignore[attr-defined]  # our forms all have a scope
        return form

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        # A row without a number yet cannot tell its children to which business they belong.
        return [] if obj is None else super().get_inlines(request, obj)

    @classmethod
    def also_shows(cls, inline: "type[InlineModelAdmin]") -> None:
        """Add rows of an app above this one, which this app must not import."""
        cls.inlines = [*cls.inlines, inline]

    # ---------------------------------------------------------------- saving
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self._refuse_strangers(request, obj)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        self._refuse_strangers(request, form.instance)
        for row in formset.save(commit=False):
            if hasattr(row, "business_id") and row.business_id != business_id_of(form.instance, self.business_path):
                raise PermissionDenied
        super().save_formset(request, form, formset, change)

    def _refuse_strangers(self, request: HttpRequest, obj: Model) -> None:
        # The forms have refused already; this holds for whatever form a page brings along.
        if business_id_of(obj, self.business_path) not in business_ids(request, self.editors):
            raise PermissionDenied

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        # Its inlines can be filled in only now.
        if self.inlines and "_addanother" not in request.POST and "_popup" not in request.POST:
            posted = request.POST.copy()
            posted["_continue"] = "1"
            request.POST = posted  # type: ignore[assignment]  # a copy that may be changed
        return super().response_add(request, obj, post_url_continue)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = str(self.opts.verbose_name_plural)
        context = {"teaches": self.teaches, "title": title[:1].upper() + title[1:]}
        return super().changelist_view(request, {**context, **(extra_context or {})})


class ReadOnlyAdmin(TenantAdmin):
    """Rows that the program writes and people look at."""

    viewers = EVERYBODY
    editors = NOBODY
    show_full_result_count = False

    def get_actions(self, request: HttpRequest) -> Any:
        # Counting and checkboxes are of no use without an action of our own.
        return super().get_actions(request) if self.actions else {}


class TenantHistoryAdmin(TenantAdmin, SimpleHistoryAdmin):
    """A TenantAdmin whose rows keep their history; pages of the past are as closed to strangers as the present."""

    object_history_list_template = "admin/history_rows.html"

    def get_history_queryset(
        self, request: HttpRequest, history_manager: Any, pk_name: str, object_id: Any
    ) -> QuerySet[Any]:
        versions = super().get_history_queryset(request, history_manager, pk_name, object_id)
        path = pk_name if self.business_path == "pk" else self.business_path
        return visible(user_of(request), versions, business=path, roles=self.viewers)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        history = getattr(self.model, self.model._meta.simple_history_manager_attribute)  # type: ignore[attr-defined]  # our forms all have a scope
        pk_name = self.model._meta.pk.attname
        if not self.get_history_queryset(request, history, pk_name, object_id).filter(pk=version_id).exists():
            raise Http404
        return super().history_form_view(request, object_id, version_id, extra_context)


class TenantInline(TenantScope, admin.TabularInline):
    """Child rows on the page of their parent; the business is the parent's."""

    extra = 0
    parent_model: type[Model]

    def _parent_path(self) -> str:
        path = path_to_business(self.admin_site, self.parent_model)
        assert path is not None  # noqa: S101  an inline of ours stands on a TenantAdmin
        return path

    def _may(self, request: HttpRequest, roles: Roles, parent: Model | None) -> bool:
        allowed = business_ids(request, roles) if roles else frozenset()
        return bool(allowed) if parent is None else business_id_of(parent, self._parent_path()) in allowed

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.viewers, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.editors, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.editors, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.editors, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible(user_of(request), super().get_queryset(request), business=self.business_path, roles=self.viewers)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        pk = None if obj is None else business_id_of(obj, self._parent_path())
        business = None if pk is None else Business.objects.filter(pk=pk).first()
        formset.form.scope = self.scope_for(request, business)  # type: ignore[attr-defined]  # our forms all have a scope
        return formset


class ReadOnlyInline(TenantInline):
    """Child rows to look at."""

    viewers = EVERYBODY
    editors = NOBODY
    can_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return list(self.fields or ())
