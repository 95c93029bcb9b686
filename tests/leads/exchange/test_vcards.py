"""vCards as phones, Outlook and Google write them."""

from leads.exchange.tables import Table
from leads.exchange.vcards import HEADER, is_vcard, read_vcards, write_vcard

APPLE = """BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//macOS 14//EN
N:Núñez;Ana;María;;
FN:Ana María Núñez
ORG:Alder\\, Inc.;Office
item1.TEL;type=HOME:(602) 555-0101
TEL;type=CELL;type=VOICE;type=pref:(602) 555-0147
TEL;type=FAX:(602) 555-0102
EMAIL;type=INTERNET:old@example.com
EMAIL;type=INTERNET;type=pref:ana@example.com
ADR;type=HOME:;;12 Oak St;Phoenix;AZ;85001;USA
NOTE:Gate code 12\\nbeware: dog\\; really
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ
 SkZJRg:ABQ
END:VCARD
"""
FOUR = (
    'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Bo\r\nTEL;VALUE=uri;TYPE="voice,cell":tel:+1-602-555-0148;ext=9\r\nEND:VCARD\r\n'
)
OUTLOOK = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg=
;;;
TEL;CELL:602.555.0149
END:VCARD
"""


def rows(table: Table) -> list[dict[str, str]]:
    return [{name: cell for name, cell in zip(HEADER, row.cells, strict=True) if cell} for row in table.rows]


def test_cards_of_three_versions() -> None:
    assert is_vcard(APPLE)
    assert not is_vcard("Name,Phone\nBEGIN,1")
    table = read_vcards(APPLE + FOUR + OUTLOOK)
    assert [row.line for row in table.rows] == [1, 17, 22]
    assert rows(table) == [
        {
            "Name": "Ana María Núñez", "Phone": "(602) 555-0147", "Email": "ana@example.com",
            "Company": "Alder, Inc.", "Address": "12 Oak St, Phoenix, AZ, 85001, USA",
            "Notes": "Gate code 12\nbeware: dog; really", "Other phones": "(602) 555-0101, (602) 555-0102",
        },
        {"Name": "Bo", "Phone": "+1-602-555-0148"},
        {"Name": "Jörg Müller", "Phone": "602.555.0149"},
    ]  # fmt: skip


def test_a_broken_card_spoils_no_other() -> None:
    broken = "BEGIN:VCARD\nnonsense\nFN\n:;;\nTEL:\0\nBEGIN:VCARD\nFN:Cy\nTEL:6025550150\n"
    assert rows(read_vcards("END:VCARD\n" + broken)) == [{}, {"Name": "Cy", "Phone": "6025550150"}]
    endless = "BEGIN:VCARD\n" + "X:1\n" * 50_000 + "FN:lost\nTEL:1\nEND:VCARD\n" + FOUR
    assert rows(read_vcards(endless))[-1] == {"Name": "Bo", "Phone": "+1-602-555-0148"}


def test_what_is_written_is_read_again() -> None:
    card = write_vcard(
        name='Ana; "N", \\X', phone="+16025550147", email="a@example.com", notes="one\nBEGIN:VCARD ñ" * 20, uid="u"
    )
    assert all(len(line.encode()) <= 75 for line in card.split("\r\n"))
    assert rows(read_vcards(card)) == [
        {
            "Name": 'Ana; "N", \\X', "Phone": "+16025550147", "Email": "a@example.com",
            "Notes": "one\nBEGIN:VCARD ñ" * 20,
        }
    ]  # fmt: skip
