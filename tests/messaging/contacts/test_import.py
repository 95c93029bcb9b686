"""People from files: what would happen, and what does."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from leads.enums import LeadKind, Role
from leads.exchange.columns import guess
from leads.exchange.tables import read_table
from leads.models import Lead, LeadEvent, Membership
from messaging.compliance.erasure import erase
from messaging.consent import is_opted_out
from messaging.contacts.plan import Choices, Plan, Verdict, plan_import
from messaging.contacts.writing import Written, write
from messaging.enums import ConsentKind, ConsentMeans, OptOutSource
from messaging.models import ConsentEntry, Message, NeverText, OptOut, Reminder
from tests.base import Cast, make_cast, sign_in
from tests.factories import NOON, make_lead, make_location, make_member, make_opt_out, make_user

IMPORT = reverse("contacts:import")
ANA, BOB, CY, DEE, EVE = (f"+160255501{line}" for line in (47, 48, 49, 50, 51))

HIGHLEVEL = """Contact Id,First Name,Last Name,Phone,Email,Tags,DND,DND SMS
c1,Ana,Núñez,(602) 555-0147,ana@example.com,"VIP, Lead",false,false
c2,Bob,,+1 602-555-0148,not an address,,false,true
c3,,,602.555.0149,,,false,
c4,Dee,,16025550150,,,true,
c5,Zed,,555,,,,
c6,Una,,,,,,
c7,Later,,602 555 0147,other@example.com,,,yes
c8,Pierre,,+33 1 42 68 53 00,,,Email,
c9,Rex,,602 555 0100,,,,
c10,x,602 555 0152,,,,,,too many
"""


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def plan(cast: Cast, text: str, **choices: Any) -> Plan:
    table = read_table(text)
    return plan_import(cast.a, table, guess(table.header), Choices(**choices), origin="ghl.csv", now=NOON)


def do(cast: Cast, found: Plan) -> Written:
    return write(cast.a, found, by=cast.ana, origin="ghl.csv", now=NOON)


def told(found: Plan) -> list[tuple[tuple[int, ...], str, str]]:
    return [(each.lines, each.verdict.value, each.phone) for each in found.people]


def test_a_list_of_highlevel_is_shown_then_taken(cast: Cast) -> None:
    Membership.objects.filter(user=cast.ben).update(phone="+16025550100")
    make_lead(cast.a, phone=CY, name="Cy", email="cy@example.com")
    known = make_lead(cast.a, phone=DEE, kind=LeadKind.EXISTING)
    make_opt_out(cast.b, phone=ANA)
    found = plan(cast, HIGHLEVEL, kind=LeadKind.NEW)
    assert told(found) == [
        ((2, 8), "new", ANA),
        ((3,), "new", BOB),
        ((4,), "completed", CY),
        ((5,), "completed", DEE),
        ((6,), "refused", ""),
        ((7,), "refused", ""),
        ((9,), "new", "+33142685300"),
        ((10,), "refused", ""),
        ((11,), "refused", ""),
    ]
    assert [(each.lines[0], *each.why) for each in found.people if each.why] == [
        (3, "The e-mail address is not one and is left out."),
        (6, "“555” is not a phone number that can exist."),
        (7, "There is no phone."),
        (10, "This is a phone of your team or one of your own numbers."),
        (11, "This line has more cells than the first one: a comma without quotation marks?"),
    ]
    assert (found.repeated, found.abroad, [each.phone for each in found.stops]) == (1, 1, [ANA, BOB, DEE])
    # So far it was only looked at.
    assert (Lead.objects.count(), OptOut.objects.filter(business=cast.a).count()) == (2, 0)

    assert do(cast, found) == Written(new=3, completed=2, stops=3)
    ana = Lead.objects.get(business=cast.a, phone=ANA)
    assert (ana.name, ana.email, ana.notes) == ("Ana Núñez", "ana@example.com", "Tags: VIP, Lead")
    assert (ana.kind, ana.source, ana.created_at, ana.is_simulated) == (LeadKind.NEW, "import", NOON, False)
    cy = Lead.objects.get(business=cast.a, phone=CY)
    assert (cy.name, cy.email, cy.kind) == ("Cy", "cy@example.com", LeadKind.NEW)
    known.refresh_from_db()
    assert (known.name, known.kind) == ("Dee", LeadKind.EXISTING)
    assert [is_opted_out(cast.a.pk, phone) for phone in (ANA, BOB, CY, DEE)] == [True, True, False, True]
    stop = OptOut.objects.get(business=cast.a, phone=BOB)
    assert (stop.source, stop.evidence, stop.opted_out_at) == (OptOutSource.IMPORT, "ana: ghl.csv", NOON)
    ledger = ConsentEntry.objects.filter(business=cast.a).values_list("kind", "means", "actor__username")
    assert list(ledger) == [(ConsentKind.OPTED_OUT, ConsentMeans.IMPORT, "ana")] * 3
    events = LeadEvent.objects.filter(business=cast.a).exclude(kind="lead.opted_out").order_by("id")
    assert list(events.values_list("kind", "text", "actor__username")) == [
        ("lead.completed", "ghl.csv: Customer: New customer", "ana"),
        ("lead.completed", "ghl.csv: Name: Dee", "ana"),
        ("lead.imported", "Imported ghl.csv: 3 new, 2 completed, 3 opted out, 0 on the never-text list", "ana"),
    ]
    assert not Message.objects.exists()
    assert not Reminder.objects.exists()

    again = plan(cast, HIGHLEVEL, kind=LeadKind.NEW)
    assert {each.verdict.value for each in again.people} == {"known", "refused"}
    assert (do(cast, again), again.stops) == (Written(), ())


def test_chatwoot_and_the_never_text_list(cast: Cast) -> None:
    found = plan(
        cast, f"id,name,email,phone_number,blocked,opted out at\n1,Ana,,{ANA},true,\n2,Bob,,{BOB},f,2026-05-01\n"
    )
    assert do(cast, found) == Written(new=2, stops=1, never_text=1)
    assert list(NeverText.objects.values_list("phone", "label")) == [(ANA, "Ana")]
    noon = datetime(2026, 5, 1, 12, tzinfo=ZoneInfo(cast.a.time_zone))
    assert list(OptOut.objects.values_list("phone", "opted_out_at")) == [(BOB, noon)]


def test_only_who_must_not_be_texted(cast: Cast) -> None:
    found = plan(cast, HIGHLEVEL, only_stops=True)
    assert do(cast, found) == Written(stops=3)
    assert not Lead.objects.exists()


def test_who_was_erased_does_not_come_back_by_a_list_but_their_stop_does(cast: Cast) -> None:
    make_lead(cast.a, phone=ANA, name="Ana")
    erase(cast.a, ANA, reason="asked", actor=cast.ana, now=NOON)
    found = plan(cast, f"Name,Phone,DND\nAna,{ANA},yes\n")
    assert [(each.verdict.value, each.why) for each in found.people] == [
        ("refused", ("Was erased here. They come back only when they turn to you.",))
    ]
    assert do(cast, found) == Written(stops=1)
    assert not Lead.objects.filter(phone=ANA).exists()
    assert not OptOut.objects.filter(phone=ANA).exists()
    assert is_opted_out(cast.a.pk, ANA)
    assert plan(cast, f"Name,Phone,DND\nAna,{ANA},yes\n").stops == ()


def test_without_time_for_all_of_it_opt_outs_come_first_and_the_next_run_does_the_rest(cast: Cast) -> None:
    ticks = iter((True, True, False))
    half = write(cast.a, plan(cast, HIGHLEVEL), by=cast.ana, origin="ghl.csv", now=NOON, has_time=lambda: next(ticks))
    assert half == Written(stops=2, is_whole=False)
    assert do(cast, plan(cast, HIGHLEVEL)) == Written(new=6, stops=1)


def test_thousands_of_lines_ask_the_database_a_few_times(cast: Cast, django_assert_max_num_queries: Any) -> None:
    lines = "".join(f"P{n},+1212{2_000_000 + n}\n" for n in range(600))
    with django_assert_max_num_queries(40):
        found = plan(cast, f"Name,Phone\n{lines}")
        written = do(cast, found)
    assert written == Written(new=found.counts()[Verdict.NEW])
    assert written.new > 550


# ---------------------------------------------------------------- the page
def post(client: Client, text: str | bytes, act: str = "look", name: str = "ghl.csv", **given: str) -> HttpResponse:
    content = text.encode() if isinstance(text, str) else text
    return client.post(IMPORT, {"act": act, "file": SimpleUploadedFile(name, content), **given})  # type: ignore[return-value]


def values_of(answer: Any) -> dict[str, str]:
    """What the page sends along next time."""
    context = answer.context
    chosen = {column.field: column.chosen.value for column in context["columns"]}
    return {"header": context["upload"].header_digest, "seen": context["seal"], **chosen}


def test_nothing_is_written_that_was_not_shown(cast: Cast) -> None:
    client, given = sign_in(cast.ana), {"business": str(cast.a.pk)}
    looked = post(client, HIGHLEVEL, **given)
    assert looked.status_code == 200
    assert [looked.context["groups"][name]["count"] for name in ("new", "refused")] == [6, 3]
    seen = values_of(looked)
    for other in (
        post(client, HIGHLEVEL, "write", **given),
        post(client, HIGHLEVEL + "c11,New,,602 555 0153,,,,\n", "write", **given, **seen),
        post(client, HIGHLEVEL, "write", **given, **{**seen, "column-1": "skip"}),
        post(client, HIGHLEVEL, "write", **given, **seen, kind="new"),
    ):
        assert other.context["is_other"]
        assert not Lead.objects.exists()
    done = post(client, HIGHLEVEL, "write", **given, **seen)
    assert done.context["written"] == Written(new=6, stops=3)
    assert Lead.objects.filter(business=cast.a).count() == 6


def test_columns_can_be_chosen(cast: Cast) -> None:
    client, given = sign_in(cast.ana), {"business": str(cast.a.pk)}
    text = "Wer,Wohin\nAna,6025550147\n"
    looked = post(client, text, **given)
    assert (looked.status_code, looked.context["problem"][:12]) == (422, "Choose which")
    given |= {"header": looked.context["upload"].header_digest, "column-0": "name", "column-1": "phone"}
    looked = post(client, text, **given)
    assert [each.shown for each in looked.context["plan"].people] == ["Ana"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"Phone\n", "There is nobody in this file"),
        (b"x" * 10_000_001, "larger than 10 MB"),
        (b"PK\x03\x04", "Save it as CSV"),
        (b'"Phone"\n' * 100_000, "100,001 lines"),
    ],
)
def test_files_that_are_not_read(cast: Cast, content: bytes, says: str) -> None:
    answer = post(sign_in(cast.ana), content, business=str(cast.a.pk))
    assert (answer.status_code, says in answer.content.decode()) == (422, True)


def test_hostile_names_are_shown_as_text(cast: Cast) -> None:
    text = f'Name,Phone\n"<script>alert(1)</script>",{ANA}\n=cmd()|x,{BOB}\n'
    page = post(sign_in(cast.ana), text, name="<b>.csv", business=str(cast.a.pk)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>.csv" not in page


def test_who_may_import(cast: Cast) -> None:
    text = f"Phone\n{ANA}\n"
    dee = make_user("dee", is_staff=True)
    make_member(cast.a, dee, Role.OWNER).locations.add(make_location(cast.a, "Far"))
    for person, status in ((cast.ben, 403), (dee, 403), (cast.cleo, 422)):
        assert post(sign_in(person), text, business=str(cast.a.pk)).status_code == status
        assert post(sign_in(person), text, "write", business=str(cast.a.pk)).status_code == status
    assert not Lead.objects.exists()
