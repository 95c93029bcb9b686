"""Importing a list of numbers that never get a text."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from messaging.contacts.number_lists import Entry, Unread, read_numbers
from messaging.models import NeverText
from tests.base import Cast, make_cast
from tests.factories import make_never_text

PHONE = "+16025550147"


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("(602) 555-0147", ""),
        ("602.555.0147", ""),
        ("+1 602 555 0147", ""),
        ("1-602-555-0147", ""),
        ("Bob, 602-555-0147", "Bob"),
        ("602-555-0147, Bob, supply house", "Bob supply house"),
        ("Bob (602) 555-0147", "Bob"),
        ("602-555-0147 Bob's mobile", "Bob's mobile"),
        ("Bob\t602-555-0147", "Bob"),
        ("Bob;602-555-0147", "Bob"),
        ('"Smith, Bob",602-555-0147', "Smith, Bob"),
        ('Bob,"=""+16025550147"""', "Bob"),
        ("Bob,'+16025550147", "Bob"),
        ("=HYPERLINK(1),602-555-0147", "HYPERLINK(1)"),
        ("@SUM(A1),602-555-0147", "SUM(A1)"),
        ("-2+3,602-555-0147", "2+3"),
        ("Bo\x00b\u200b,602-555-0147", "Bob"),
        ('Bob "the pipe,602-555-0147', 'Bob "the pipe'),
    ],
)
def test_a_number_is_found_in_any_spelling_and_the_rest_is_its_label(line: str, label: str) -> None:
    assert read_numbers(line, "US").entries == (Entry(PHONE, label),)


def test_lines_that_hold_no_number_are_reported_with_their_line() -> None:
    text = "Name,Phone\nBob,602-555-0147\n\nAlice,none\n602-555-014\nEve,(602) 555-0148\r\nBob again,6025550147\n"
    reading = read_numbers(text, "US")
    assert reading.entries == (Entry(PHONE, "Bob"), Entry("+16025550148", "Eve"))
    assert reading.unread == (Unread(4, "Alice,none"), Unread(5, "602-555-014"))
    assert reading.repeated == 1


def test_a_stray_quotation_mark_spoils_no_other_line() -> None:
    reading = read_numbers('"Bob,602-555-0147\nEve,602-555-0148\n', "US")
    assert [entry.phone for entry in reading.entries] == [PHONE, "+16025550148"]


def test_numbers_are_read_as_dialed_in_the_country() -> None:
    assert read_numbers("020 7946 0018", "GB").entries == (Entry("+442079460018", ""),)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def post(user: Any, **values: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.post(reverse("admin:messaging_nevertext_import"), values)


def test_a_pasted_list_is_added_once(cast: Cast) -> None:
    make_never_text(cast.a, phone=PHONE, label="Kept")
    make_never_text(cast.b, phone="+16025550148")
    answer = post(cast.ana, business=cast.a.pk, text="Bob 602-555-0147\nEve 602-555-0148\nEve 602-555-0148")
    assert answer.status_code == 302
    rows = NeverText.objects.filter(business=cast.a).order_by("phone").values_list("phone", "label")
    assert list(rows) == [(PHONE, "Kept"), ("+16025550148", "Eve")]


def test_unread_lines_are_shown_and_the_others_are_kept(cast: Cast) -> None:
    answer = post(cast.ana, business=cast.a.pk, text="Bob 602-555-0147\n<b>Nobody</b>")
    page = answer.content.decode()
    assert "Line 2: <code>&lt;b&gt;Nobody&lt;/b&gt;</code>" in page
    assert NeverText.objects.count() == 1


@pytest.mark.parametrize("content", ["Zoé,602-555-0147".encode("utf-8-sig"), "Zoé,602-555-0147".encode("cp1252")])
def test_a_file_may_be_in_either_alphabet_of_spreadsheets(cast: Cast, content: bytes) -> None:
    upload = SimpleUploadedFile("list.csv", content, "text/csv")
    assert post(cast.ana, business=cast.a.pk, file=upload).status_code == 302
    assert NeverText.objects.get().label == "Zoé"


def test_an_empty_import_says_what_to_do(cast: Cast) -> None:
    answer = post(cast.ana, business=cast.a.pk)
    assert list(answer.context["form"].non_field_errors()) == ["Paste some numbers or choose a file."]


def test_nobody_imports_into_a_strangers_list(cast: Cast) -> None:
    assert post(cast.cleo, business=cast.a.pk, text="602-555-0147").status_code == 200
    assert post(cast.ben, business=cast.a.pk, text="602-555-0147").status_code == 404
    assert NeverText.objects.count() == 0
