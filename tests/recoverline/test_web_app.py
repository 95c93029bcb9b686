"""Recoverline as an app: what a browser needs to install it, and what its worker keeps."""

import json
import struct
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.base import make_cast, sign_in

pytestmark = pytest.mark.django_db


def test_the_manifest_names_icons_of_the_size_that_it_says() -> None:
    answer = Client().get("/app.webmanifest")
    told = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert (told["start_url"], told["scope"], told["display"]) == ("/inbox/", "/", "standalone")
    sizes = []
    for icon in told["icons"]:
        found = finders.find(icon["src"].removeprefix("/static/"))
        assert isinstance(found, str)
        head = Path(found).read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert "{}x{}".format(*struct.unpack(">II", head[16:24])) == icon["sizes"]
        sizes.append((icon["sizes"], icon["purpose"]))
    assert sizes == [("192x192", "any"), ("512x512", "any"), ("192x192", "maskable"), ("512x512", "maskable")]
    client = sign_in(make_cast().ana)
    assert [client.get(shortcut["url"]).status_code for shortcut in told["shortcuts"]] == [200] * 4


def test_the_worker_stands_at_the_root_and_is_asked_for_anew() -> None:
    answer = Client().get("/service-worker.js")
    script = answer.content.decode()
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/javascript", "no-cache")
    shell = json.loads(script.partition("const SHELL = ")[2].partition(";\n")[0])
    assert shell == ["/offline/", "/static/site/site.css", "/static/site/theme.js", "/static/site/favicon.svg"]
    assert "/inbox/" not in json.dumps(shell)
    assert script == Client().get("/service-worker.js").content.decode()


def test_the_page_without_a_network_needs_nobody_and_says_what_to_do() -> None:
    page = Client().get("/offline/").content.decode()
    assert "Check Wi-Fi or mobile data, then try again." in page
    assert page == sign_in(make_cast().ana).get("/offline/").content.decode()


def test_every_page_links_them() -> None:
    page = sign_in(make_cast().ana).get("/inbox/").content.decode()
    assert '<link rel="manifest" href="/app.webmanifest">' in page
    assert page.index("site/theme.js") < page.index("site/site.css")
