"""What columns mean, by the names that other programs give them."""

import pytest

from leads.exchange.columns import Column, guess, problem_of, read_person
from leads.exchange.tables import Row

C = Column
HEADERS = {
    # A HighLevel list as exported: https://help.gohighlevel.com, and readers of such files in public repositories.
    "Contact Id,First Name,Last Name,Phone,Email,Created,Last Activity,Tags": "skip first_name last_name phone email "
    "skip skip note",
    "First Name,Last Name,Name,Phone,DND,DND SMS,Source": "first_name last_name name phone stop stop source",
    # chatwoot: app/jobs/account/contacts_export_job.rb, default_columns.
    "id,name,email,phone_number": "skip name email phone",
    "id,name,email,phone_number,blocked,custom_attributes": "skip name email phone never_text skip",
    "Nombre,Apellidos,Teléfono,Correo electrónico,Idioma": "first_name last_name phone email language",
    "Name,Phone,Phone (2),Mobile": "name phone skip skip",
    "Customer,Home Phone Number": "name phone",
    "What,Else": "skip skip",
}


@pytest.mark.parametrize("header", HEADERS)
def test_columns_are_guessed_by_their_names(header: str) -> None:
    assert " ".join(guess(header.split(","))) == HEADERS[header]


def test_a_table_needs_one_phone() -> None:
    assert problem_of([C.NAME]).startswith("Choose which column holds the phone")
    assert problem_of([C.PHONE, C.PHONE]).startswith("Two columns")
    assert problem_of([C.PHONE, C.NOTE]) == ""


STOPS = {
    "": False, "false": False, "No": False, "0": False, "inactive": False, "Email": False, "Email, Call": False,
    "true": True, "YES": True, "x": True, "SMS": True, "Call, SMS": True, "DND SMS": True, "All Channels": True,
    "permanent": True,
}  # fmt: skip


def test_what_an_opt_out_cell_says() -> None:
    def said(cell: str) -> tuple[bool, bool]:
        person = read_person(Row(2, ("1", cell)), ("Phone", "DND"), (C.PHONE, C.STOP))
        return person.has_stopped, person.is_unclear

    assert {cell: said(cell) for cell in STOPS} == {cell: (stops, False) for cell, stops in STOPS.items()}
    # What nobody understands counts as a yes, and is shown.
    assert said("see file") == (True, True)


def test_a_row_becomes_a_person() -> None:
    header = ("First Name", "Last Name", "Phone", "Email", "Tags", "Notes", "Language", "Blocked", "Opted out at")
    columns = (C.FIRST_NAME, C.LAST_NAME, C.PHONE, C.EMAIL, C.NOTE, C.NOTE, C.LANGUAGE, C.NEVER_TEXT, C.STOPPED_AT)
    cells = ("Ana", "N" * 10_000, '="+16025550147"', "a@b.co", "VIP, Lead", "dog", "Spanish", "false", "2026-05-01")
    person = read_person(Row(7, cells), header, columns)
    assert (person.line, person.phone, len(person.name), person.email) == (7, "+16025550147", 120, "a@b.co")
    assert (person.notes, person.language, person.is_never_text) == ("Tags: VIP, Lead\ndog", "es", False)
    assert (person.has_stopped, person.stopped_at) == (True, "2026-05-01")
