"""Files as spreadsheets, other programs and ill-wishers write them."""

import time

import pytest

from leads.exchange.tables import LARGEST_FILE, MOST_LINES, Row, Table, Unreadable, check_size, decode, read_table

ANA = ("Ana Núñez", "602 555 0147")
SPELLINGS = {
    "utf-8": "Name,Phone\nAna Núñez,602 555 0147\n".encode(),
    "with a mark": b"\xef\xbb\xbf" + "Name,Phone\r\nAna Núñez,602 555 0147".encode(),
    "Windows": "Name;Phone\r\nAna Núñez;602 555 0147\r\n".encode("cp1252"),
    "Excel's Unicode text": "Name\tPhone\nAna Núñez\t602 555 0147\n".encode("utf-16"),
    "pipes": "Name|Phone\nAna Núñez|602 555 0147".encode(),
    "old Macintosh": "Name,Phone\rAna Núñez,602 555 0147\r".encode(),
    "a separator that is named": "sep=;\nName;Phone\nAna Núñez;602 555 0147\n".encode(),
    "quoted": '"Name","Phone"\n"Ana Núñez","602 555 0147"\n'.encode(),
    "blank lines and columns": "\n\nName,Phone,,\n,,,\nAna Núñez,602 555 0147,,\n".encode(),
    "NUL bytes": b"Name,Phone\nAna N\0\xc3\xba\xc3\xb1ez,602 555 0147\n",
    "a broken mark of quotation": 'Name,Phone\nAna "Núñez,602 555 0147'.encode(),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_one_table_in_many_spellings(name: str) -> None:
    table = read_table(decode(SPELLINGS[name]))
    assert table.header[:2] == ("Name", "Phone")
    cells = tuple(cell.replace('"', "") for cell in table.rows[0].cells[:2])
    assert (cells, table.broken) == (ANA, ())


def test_lines_keep_their_place_and_spoil_only_themselves() -> None:
    table = read_table(
        'Name,Phone,Note\nAnn,1,"two\nlines, and ""more"""\n"never closed,2,x\nBob,3\nCy,4,a,b\n5" pipe,6,y\n'
    )
    assert table.rows == (
        Row(2, ("Ann", "1", 'two\nlines, and "more"')),
        Row(4, ("never closed", "2", "x")),
        Row(5, ("Bob", "3", "")),
        Row(7, ('5" pipe', "6", "y")),
    )
    assert table.broken == (Row(6, ("Cy", "4", "a")),)


def test_headers_of_the_same_name_are_told_apart() -> None:
    assert read_table("Phone,phone,,Phone\n1,2,3,4").header == ("Phone", "phone (2)", "Column 3", "Phone (3)")


def test_long_cells_are_cut_and_what_turns_or_hides_letters_is_dropped() -> None:
    row = read_table(f"Name,Phone\n{'x' * 10_000},6\u202e0\u200b2\n{'y' * 200_000},1\n").rows
    assert [len(cell) for cell in row[0].cells] == [2_000, 3]
    assert len(row[1].cells[0]) == 2_000


REFUSED = {
    "": "This file is empty.",
    "a," * 300: "The first line names 301 columns. More than 200 are not read.",
    "Phone\n" + "1\n" * (MOST_LINES + 1): f"This file has {MOST_LINES + 3:,} lines. At most 20,000 are taken at once: "
    "split it and import one by one.",
}


@pytest.mark.parametrize("text", REFUSED, ids=["empty", "columns", "lines"])
def test_what_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_table(text)
    assert str(refused.value) == REFUSED[text]


def test_a_million_lines_and_fifty_megabytes_are_refused_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(Unreadable, match="1,000,001 lines"):
        read_table('"\n' * 1_000_000)
    with pytest.raises(Unreadable, match="larger than 10 MB"):
        check_size(50_000_000)
    check_size(LARGEST_FILE)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 xlsx", b"\xd0\xcf\x11\xe0 xls", bytes(4000), b"\x89PNG\r\n" + bytes(99)]
)
def test_what_is_no_text(content: bytes) -> None:
    with pytest.raises(Unreadable, match=r"Save it as CSV|Save the list as CSV"):
        decode(content)


def test_marks_of_quotation_everywhere_cost_no_time() -> None:
    began = time.monotonic()
    table = read_table("Name,Phone\n" + '"a,"b\n' * 5_000)
    assert isinstance(table, Table)
    assert time.monotonic() - began < 2
