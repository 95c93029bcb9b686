"""SEC-19, 20, 24: links that were tampered with, secrets that cannot be guessed, and what the software is made of."""

import base64
import json
import re
from datetime import timedelta
from hashlib import sha256
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads import api_tokens
from leads.webhooks.signing import new_secret
from messaging.models.numbers import new_hook_key
from recoverline.lib import clock
from recoverline.lib.signing import new_token
from scheduling import links
from scheduling.models import BookingLink
from tests.factories import make_business, make_invitation, make_lead, make_member, make_user
from tests.recoverline.source import ROOT

SHORTEST_BITS = 128
INVITATION = reverse("invitation", args=["TOKEN"]).replace("TOKEN", "{}")


def bits(token: str) -> float:
    return len(token) * 6


def test_no_secret_can_be_guessed() -> None:
    """SEC-20: at least 128 bits of the system's own randomness, and never the same twice."""
    made = {name: {make() for _ in range(50)} for name, make in (("hook", new_hook_key), ("link", new_token))}
    for name, tokens in made.items():
        assert len(tokens) == 50
        assert min(bits(token) for token in tokens) >= SHORTEST_BITS, name
    assert len(base64.b64decode(new_secret().removeprefix("whsec_"))) * 8 >= SHORTEST_BITS
    assert len(api_tokens.PREFIX) > 0
    for path in (ROOT / "leads", ROOT / "scheduling", ROOT / "messaging", ROOT / "recoverline"):
        for file in path.rglob("*.py"):
            for size in re.findall(r"secrets\.token_(?:urlsafe|hex|bytes)\((\d+)\)", file.read_text()):
                assert int(size) * 8 >= SHORTEST_BITS, file


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/b/{}/", "/on-call/{}/", INVITATION])
def test_a_changed_byte_opens_nothing_and_tells_nothing(client: Client, path: str) -> None:
    """SEC-19: a real-looking link with a byte changed, cut, and doubled: the same answer as for nonsense."""
    token = new_token()
    changed = [f"{token[:at]}{'A' if token[at] != 'A' else 'B'}{token[at + 1 :]}" for at in range(0, len(token), 7)]
    answers = {
        (answer.status_code, re.sub(rb'csrfmiddlewaretoken" value="\w+', b"", answer.content))
        for answer in (client.get(path.format(each)) for each in (*changed, token[:-1], token * 2, "x"))
    }
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/b/{}/", INVITATION])
def test_how_much_of_a_link_was_right_is_not_in_the_time_it_takes(client: Client, path: str) -> None:
    """SEC-20: a link is found by the digest of its token: no statement holds a token, nor the beginning of one, and
    one that is right but for its last character is looked for in the very same way as nonsense.
    """
    business = make_business()
    link = links.link_to_book(make_lead(business), now=clock.now()).rstrip("/").rpartition("/")[2]
    invited = new_token()
    make_invitation(
        business,
        token_digest=sha256(invited.encode()).hexdigest(),
        expires_at=clock.now() + timedelta(days=1),
        invited_by=make_member(business, make_user()).user,
    )
    right = link if path.startswith("/b/") else invited
    near = right[:-1] + ("A" if right[-1] != "A" else "B")
    nonsense = "x" * len(right)

    assert client.get(path.format(right)).status_code == 200
    client.get(path.format("x"))  # the first look of an address begins a count of its looks
    looks = []
    for token in (near, nonsense):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path.format(token)).status_code == 404
        statements = [each["sql"] for each in asked]
        assert not [sql for sql in statements if token[:8] in sql]
        looks.append([re.sub(r"'[^']*'", "?", sql) for sql in statements])
    assert looks[0] == looks[1] != []


@pytest.mark.django_db
def test_a_link_is_for_one_purpose_and_ends(client: Client) -> None:
    """SEC-19: the token of a booking page opens no invitation and no alarm, and none opens after its end."""
    lead = make_lead(make_business())
    token = links.link_to_book(lead, now=clock.now()).rstrip("/").rpartition("/")[2]
    assert client.get(f"/b/{token}/").status_code == 200
    assert client.get(INVITATION.format(token)).status_code == 404
    assert client.get(f"/on-call/{token}/").status_code == 404
    BookingLink.objects.update(expires_at=clock.now())
    assert client.get(f"/b/{token}/").status_code == 404


def test_the_bill_of_materials_names_what_is_locked() -> None:
    """SEC-24: each package with its version, its address in the registry and the hashes that are installed."""
    out = StringIO()
    call_command("sbom", stdout=out)
    bill = json.loads(out.getvalue())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    parts = {part["name"]: part for part in bill["components"]}
    assert parts.keys() == locked.keys()
    assert parts["django"]["purl"] == f"pkg:pypi/django@{locked['django']}"
    assert all(part["hashes"] and part["hashes"][0]["alg"] == "SHA-256" for part in parts.values())
    assert len([part for part in parts.values() if part.get("licenses")]) > len(parts) * 0.8
