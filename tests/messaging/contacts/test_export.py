"""People into files: whose, which, and safe to open."""

import csv
import io
from typing import Any

import pytest
from django.urls import reverse

from leads.exchange.columns import guess
from leads.exchange.tables import decode, read_table
from leads.exchange.vcards import read_vcards
from leads.models import LeadEvent
from messaging.contacts.plan import Choices, plan_import
from tests.base import Cast, make_cast, sign_in
from tests.factories import NOON, make_lead, make_never_text, make_opt_out

CSV, CARDS = (reverse("contacts:export", args=[form]) for form in ("csv", "vcf"))
ANA, BOB = "+16025550147", "+16025550148"


@pytest.fixture
def cast(db: None) -> Cast:
    cast = make_cast()
    make_lead(cast.a, phone=ANA, name='=HYPERLINK("x")', email="ana@example.com", notes="two\nlines", source="ads")
    make_lead(cast.a, phone=BOB, name="Bob")
    make_lead(cast.a, phone="+16025550149", name="Team", is_team=True)
    make_lead(cast.b, phone=ANA, name="Secret")
    make_opt_out(cast.a, phone=ANA, opted_out_at=NOON)
    make_opt_out(cast.b, phone=BOB)
    make_never_text(cast.a, phone=BOB)
    return cast


def content_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_people_as_csv_come_back_as_they_went(cast: Cast) -> None:
    answer = sign_in(cast.ana).post(CSV)
    content = content_of(answer)
    assert answer["Content-Disposition"] == 'attachment; filename="people.csv"'
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [(row["Name"], row["Phone"], row["Opted out"], row["Never text"], row["Notes"]) for row in rows] == [
        ("Bob", f"'{BOB}", "", "yes", ""),
        ('\'=HYPERLINK("x")', f"'{ANA}", "yes", "", "two lines"),
    ]
    assert (rows[1]["Opted out at"], b"Secret" in content) == (NOON.isoformat(), False)
    told = LeadEvent.objects.filter(kind="lead.exported").values_list("business", "text", "actor__username")
    assert list(told) == [(cast.a.pk, "2 people as csv", "ana")]
    table = read_table(decode(content))
    found = plan_import(cast.b, table, guess(table.header), Choices(), origin="people.csv", now=NOON)
    assert [(each.phone, each.person.name) for each in found.people] == [(BOB, "Bob"), (ANA, '=HYPERLINK("x")')]
    assert [each.stop.at for each in found.stops if each.stop] == [NOON]


def test_people_as_vcards_with_the_filters_of_the_list(cast: Cast) -> None:
    cards = read_vcards(content_of(sign_in(cast.ana).post(f"{CARDS}?q=hyperlink")).decode())
    assert [row.cells[:3] for row in cards.rows] == [('=HYPERLINK("x")', ANA, "ana@example.com")]
    assert cards.rows[0].cells[6] == "DO NOT TEXT: opted out\ntwo\nlines"
    ads = content_of(sign_in(cast.ana).post(f"{CSV}?source=ads")).decode()
    assert ("Bob" in ads, "HYPERLINK" in ads) == (False, True)


def test_who_may_export(cast: Cast) -> None:
    assert sign_in(cast.ben).post(CSV).status_code == 403
    assert sign_in(cast.ana).get(CSV).status_code == 405
    assert sign_in(cast.ana).post(reverse("contacts:export", args=["exe"])).status_code == 404
    stranger = content_of(sign_in(cast.cleo).post(f"{CSV}?business__id__exact={cast.a.pk}"))
    assert b"Bob" not in stranger
    offered = reverse("admin:leads_lead_changelist")
    assert [b"Export as CSV" in sign_in(person).get(offered).content for person in (cast.ana, cast.ben, cast.cleo)] == [
        True,
        False,
        True,
    ]


def test_any_number_of_people_in_the_same_number_of_questions(cast: Cast, django_assert_num_queries: Any) -> None:
    client = sign_in(cast.ana)
    content_of(client.post(CSV))
    for line in range(30):
        make_lead(cast.a, phone=f"+160255502{line:02}")
    answer = client.post(CSV)
    with django_assert_num_queries(1):
        assert content_of(answer).count(b"\r\n") == 33
