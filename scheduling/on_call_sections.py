"""Who is on call, in a business file: weekly shifts. What replaces them for some days is not for a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import models

from leads.config_fields import BrokenReference, Ref, Whole
from leads.config_loading import Loading
from leads.config_rows import Inner
from leads.config_team import TeamMember
from leads.config_yaml import Node, Problem
from leads.models import Business
from scheduling.models import OnCallShift
from scheduling.sections import DAYS, read_days, read_range, write_range

_KEYS = ("person", "location", "days", "hours", "order")
_COLUMNS = ("location_id", "member_id", "weekday", "starts", "ends", "next_day", "rank")


@dataclass(frozen=True, slots=True)
class OnCallSection:
    """A list of shifts, several days in an entry. Given, it is all of them: what it does not name goes."""

    key: str = "on_call"
    within: str = ""
    order: int = 45
    about: str = (
        "Who is on call, in local time, by e-mail address or user name; 18:00-8:00 is a night. 1 is asked first.\n"
        "A location with shifts of its own does not use those without a location."
    )

    @property
    def tables(self) -> tuple[type[models.Model], ...]:
        return (OnCallShift,)

    def load(self, node: Node | None, owner: models.Model | None, loading: Loading) -> None:
        if node is None or node.value is None:
            if loading.is_pruning and owner is not None:
                self._keep(loading.business, [], Node(self.key, 1, None), loading)
            return
        errors = len(loading.errors)
        wanted: dict[tuple[Any, ...], OnCallShift] = {}
        for item in node.as_list():
            for shift in self._read(item, loading):
                if wanted.setdefault(_values(shift), shift) is not shift:
                    loading.error(item, f"{shift} is already in the file. Keep one of the two.")
        if owner is not None and len(loading.errors) == errors:
            self._keep(loading.business, list(wanted.values()), node, loading)

    def _read(self, node: Node, loading: Loading) -> list[OnCallShift]:
        """The valid shifts of an entry, one a day; none when it has errors."""
        errors = len(loading.errors)
        try:
            loading.refuse_unknown_keys(node, _KEYS)
            fields = {key: child for key, child in node.as_mapping().items() if child.value is not None}
            for key in ("person", "days", "hours"):
                if key not in fields:
                    raise Problem(node, f"“{key}” is missing.")
            starts, ends, next_day = read_range(fields["hours"])
            rank = Whole().read(fields["order"], loading) if "order" in fields else 1
            location = Ref("locations", "slug").read(fields["location"], loading) if "location" in fields else None
            member = TeamMember().read(fields["person"], loading)
            shifts = [
                OnCallShift(
                    business=loading.business, location=location, member=member, weekday=day, starts=starts,
                    ends=ends, next_day=next_day, rank=rank,
                )
                for day in sorted(set(read_days(fields["days"], fields["days"].as_text())))
            ]  # fmt: skip
        except Problem as problem:
            loading.errors.append(problem.error)
            return []
        except BrokenReference:
            return []
        places = {"rank": fields.get("order", node), "ends": fields["hours"], "next_day": fields["hours"]}
        valid = [row for row in shifts if loading.is_valid(row, bad=set(), at=lambda column: places.get(column, node))]
        return valid if len(loading.errors) == errors else []

    def _keep(self, owner: Business, wanted: list[OnCallShift], node: Node, loading: Loading) -> None:
        stored = OnCallShift.objects.filter(business=owner).order_by("pk")
        loading.keep_values(self.key, stored=stored, wanted=wanted, columns=_COLUMNS, node=node)

    def dump(self, owner: models.Model, inner: Inner) -> list[dict[str, object]]:
        assert isinstance(owner, Business)  # noqa: S101  a section at the top belongs to the business
        rows = OnCallShift.objects.filter(business=owner).select_related("location", "member__user")
        entries: dict[tuple[Any, ...], list[OnCallShift]] = {}
        for row in rows.order_by("location_id", "rank", "starts", "member_id", "pk"):
            entries.setdefault(tuple(value for name, value in _named(row) if name != "weekday"), []).append(row)
        return [entry for shifts in entries.values() for entry in self._entries(shifts)]

    def _entries(self, shifts: list[OnCallShift]) -> Iterable[dict[str, object]]:
        first = shifts[0]
        data: dict[str, object] = {"person": TeamMember().write(first.member)}
        if first.location is not None:
            data["location"] = first.location.slug
        data["days"] = written_days({shift.weekday for shift in shifts})
        data["hours"] = write_range((first.starts, first.ends, first.next_day))
        if first.rank != 1:
            data["order"] = first.rank
        yield data


def written_days(days: Iterable[int]) -> str:
    """As `read_days` reads them: mon-fri, “mon, wed, sat-sun”."""
    runs = groupby(enumerate(sorted(days)), key=lambda numbered: numbered[1] - numbered[0])
    names = []
    for _, run in runs:
        numbers = [day for _, day in run]
        first, last = DAYS[numbers[0]], DAYS[numbers[-1]]
        names.append(first if first == last else f"{first}-{last}")
    return ", ".join(names)


def _named(row: OnCallShift) -> list[tuple[str, object]]:
    return [(name, getattr(row, name)) for name in _COLUMNS]


def _values(row: OnCallShift) -> tuple[object, ...]:
    return tuple(value for _, value in _named(row))


SECTIONS = (OnCallSection(),)
