"""What staff enter about consent, the ledger's pages, and what is taken along."""

import csv
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from messaging.contacts.opt_out_lists import StopEntry, read_opt_outs
from messaging.enums import ConsentKind, ConsentMeans, Direction, MessageStatus, OptOutSource
from messaging.models import ConsentEntry, Message, OptOut
from recoverline.lib.csv_cells import safe_cell
from tests.base import Cast, make_cast, sign_in
from tests.factories import NOON, make_consent_entry, make_conversation, make_lead, make_member, make_message, make_user

PHONE = "+16025550147"
LIST, RECORD, OPT_IN, IMPORT = (
    reverse(f"admin:messaging_optout_{name}") for name in ("changelist", "record", "opt_in", "import")
)
LEDGER, EXPORT = (reverse(f"admin:messaging_consententry_{name}") for name in ("changelist", "export"))


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def said(cast: Cast) -> list[tuple[Any, ...]]:
    rows = ConsentEntry.objects.filter(business=cast.a).order_by("id")
    return list(rows.values_list("phone", "kind", "means", "actor__username"))


def test_an_opt_out_by_staff_holds_at_once_and_is_texted_to_nobody(cast: Cast) -> None:
    lead = make_lead(cast.a, phone=PHONE)
    thread = make_conversation(lead, cast.a_number)
    waiting = make_message(thread, status=MessageStatus.QUEUED, next_at=NOON)
    answer = sign_in(cast.ben).post(RECORD, {"business": cast.a.pk, "phone": "(602) 555-0147", "words": "told Ben"})
    assert answer.status_code == 302
    row = OptOut.objects.get()
    assert (row.business, row.phone, row.source, row.evidence) == (cast.a, PHONE, OptOutSource.STAFF, "ben: told Ben")
    waiting.refresh_from_db()
    assert (waiting.status, waiting.suppression) == (MessageStatus.SUPPRESSED, "opted_out")
    assert Message.objects.filter(direction=Direction.OUT).count() == 1
    assert said(cast) == [(PHONE, ConsentKind.OPTED_OUT, ConsentMeans.STAFF, "ben")]


def test_the_same_words_about_two_people_are_two_lines(cast: Cast) -> None:
    client = sign_in(cast.ana)
    for phone in (PHONE, "+16025550148", PHONE):
        client.post(RECORD, {"business": cast.a.pk, "phone": phone, "words": "told Ana"})
    assert [phone for phone, *_ in said(cast)] == [PHONE, "+16025550148"]


def test_an_opt_in_needs_written_evidence_and_a_manager(cast: Cast) -> None:
    OptOut.objects.create(business=cast.a, phone=PHONE, source=OptOutSource.TEXT, opted_out_at=NOON)
    given = {"business": cast.a.pk, "phone": PHONE, "words": "form of 2026-05-01, in the folder"}
    assert sign_in(cast.ben).post(OPT_IN, given).status_code == 404
    owner = sign_in(cast.ana)
    for missing in ("", "phone"):
        assert owner.post(OPT_IN, {**given, "words": missing}).status_code == 200
    assert OptOut.objects.filter(revoked_at=None).count() == 1
    assert owner.post(OPT_IN, given).status_code == 302
    assert OptOut.objects.get().revoked_evidence == "ana: form of 2026-05-01, in the folder"
    assert said(cast) == [(PHONE, ConsentKind.OPTED_IN, ConsentMeans.STAFF, "ana")]


def test_nobody_enters_anything_for_another_business(cast: Cast) -> None:
    rita = make_user("rita", is_staff=True)
    make_member(cast.a, rita, "read_only")
    for person in (cast.cleo, rita):
        for page in (RECORD, OPT_IN, IMPORT):
            values = {"business": cast.a.pk, "phone": PHONE, "words": "because I say so", "text": PHONE}
            assert sign_in(person).post(page, values).status_code in (200, 302, 404)
    assert not OptOut.objects.filter(business=cast.a).exists()
    assert not ConsentEntry.objects.filter(business=cast.a).exists()


def test_a_list_is_imported_with_its_dates(cast: Cast) -> None:
    lines = "Phone,When,How\n(602) 555-0147, 2026-05-01, web form\n602-555-0148\nnobody\n602.555.0147, again\n"
    page = sign_in(cast.ana).post(IMPORT, {"business": cast.a.pk, "text": lines})
    assert "1 lines not understood" in page.content.decode()
    rows = OptOut.objects.order_by("phone").values_list("phone", "source", "evidence")
    assert list(rows) == [
        (PHONE, OptOutSource.IMPORT, "ana: web form"),
        ("+16025550148", OptOutSource.IMPORT, "ana: no reason in the list"),
    ]
    noon = datetime(2026, 5, 1, 12, tzinfo=ZoneInfo(cast.a.time_zone))
    assert OptOut.objects.get(phone=PHONE).opted_out_at == noon
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("line", "at", "how"),
    [
        ("602-555-0147, 2026-05-01, web form", (2026, 5, 1, 12, 0), "web form"),
        ("2026-05-01 09:30; 602-555-0147; card", (2026, 5, 1, 9, 30), "card"),
        ("602-555-0147\t5/1/2026\tcard", (2026, 5, 1, 12, 0), "card"),
        ("602-555-0147, 2026-13-01, card", None, "card"),
        ("602-555-0147, 2031-05-01, card", None, "card"),
        ("602-555-0147, called us", None, "called us"),
        ("=602-555-0147, =cmd", None, "cmd"),
    ],
)
def test_how_a_line_is_read(line: str, at: tuple[int, ...] | None, how: str) -> None:
    zone = ZoneInfo("America/Phoenix")
    (entry,) = read_opt_outs(line, country="US", zone=zone, now=NOON).entries
    moment = None if at is None else datetime(*at, tzinfo=zone)  # type: ignore[arg-type,misc]  # year to minute
    assert entry == StopEntry(PHONE, moment, how)


# ---------------------------------------------------------------- the ledger
@pytest.mark.parametrize("spelling", ["(602) 555-0147", "6025550147", "+1 602 555 0147", "602.555.0147"])
def test_a_phone_is_found_in_any_spelling(cast: Cast, spelling: str) -> None:
    make_consent_entry(cast.a, phone=PHONE, said="stop this one")
    make_consent_entry(cast.a, said="another one")
    make_consent_entry(cast.b, phone=PHONE, said="elsewhere")
    page = sign_in(cast.ana).get(LEDGER, {"q": spelling}).content.decode()
    assert ("stop this one" in page, "another one" in page, "elsewhere" in page) == (True, False, False)


def test_nobody_changes_a_line(cast: Cast) -> None:
    row = make_consent_entry(cast.a, said="stop")
    for person in (cast.ana, cast.root):
        client = sign_in(person)
        for name in ("change", "delete"):
            client.post(reverse(f"admin:messaging_consententry_{name}", args=[row.pk]), {"said": "x", "post": "yes"})
        assert client.post(reverse("admin:messaging_consententry_add"), {}).status_code == 403
    assert list(ConsentEntry.objects.values_list("pk", "said")) == [(row.pk, "stop")]


def test_what_is_taken_along_is_text_in_every_spreadsheet(cast: Cast) -> None:
    make_consent_entry(cast.a, phone=PHONE, said='=HYPERLINK("http://x")', evidence="text SM1")
    make_consent_entry(cast.a, phone="+16025550148", said="\t@SUM(A1)\x00\u202e", evidence="text SM2")
    make_consent_entry(cast.b, phone=PHONE, said="elsewhere")
    answer = sign_in(cast.ana).get(EXPORT)
    header, *rows = csv.reader(answer.content.decode("utf-8-sig").splitlines())
    assert header[:3] == ["When (UTC)", "Business", "Phone"]
    at = NOON.astimezone(UTC).isoformat(timespec="seconds")
    assert rows == [
        [at, "Alder Plumbing", f"'{PHONE}", "Opted out", "Text", "All texts of this business",
         "'=HYPERLINK(\"http://x\")", "text SM1", ""],
        [at, "Alder Plumbing", "'+16025550148", "Opted out", "Text", "All texts of this business", "' @SUM(A1)",
         "text SM2", ""],
    ]  # fmt: skip
    one = sign_in(cast.ana).get(EXPORT, {"q": "602 555 0148"}).content.decode()
    assert ("SM2" in one, "SM1" in one) == (True, False)


def test_the_export_is_for_owners_and_managers(cast: Cast) -> None:
    assert [sign_in(person).get(EXPORT).status_code for person in (cast.ana, cast.ben)] == [200, 404]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("+16025550147", "'+16025550147"),
        ("  =1+1", "'  =1+1"),
        ("-1", "'-1"),
        ("＝1", "'＝1"),
        ("a\r\nb", "a  b"),
        ("a\x07b", "ab"),
        ("\u200e=1", "'=1"),
        ("fine", "fine"),
        (None, ""),
        (3, "3"),
    ],
)
def test_a_safe_cell(value: object, cell: str) -> None:
    assert safe_cell(value) == cell
