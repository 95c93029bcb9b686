"""Rows of a phone, however it is spelled in the search box, also when it was erased since."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from leads.models import Business
from messaging import consent
from recoverline.lib.phones import parse_phone

Row = TypeVar("Row", bound=Model)


def find_by_phone(rows: "QuerySet[Row]", term: str, businesses: Iterable[Business]) -> "QuerySet[Row] | None":
    """Those of `rows` about the phone `term`, read as it is dialed in each business's country; None if it is none."""
    found = Q()
    for business in businesses:
        phone = parse_phone(term, business.country)
        if phone is not None:
            found |= Q(business=business, phone__in=consent.names_of(business.pk, phone))
    return rows.filter(found) if found else None
