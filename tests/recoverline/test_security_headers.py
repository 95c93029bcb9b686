"""SEC-10, 12, 21, 22, 23, 25: what every kind of page says to a browser, under the settings of production."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import LazySettings, settings
from django.test import Client

from recoverline.lib import crypto
from tests.base import make_cast, sign_in

# Set before the settings are loaded; everything else is the default.
PRODUCTION = {
    "SITE_URL": "https://texts.example.com", "DEBUG": "false", "SIMULATOR": "false", "BEHIND_TLS_PROXY": "true",
    "PROXY_COUNT": "1", "SECRET_KEY": "Zq4-o9x_T7vKpLw2mNs8cRb5yHg3dJf6uEa1iXtQ0WzVkCnMrYhB",
    "FIELD_KEYS": "a-key-of-its-own",
}  # fmt: skip
ASK = """
import json, sys, tempfile, os
os.environ["DATA_DIR"] = tempfile.mkdtemp()
os.environ["DATABASE_URL"] = "sqlite://:memory:"
import django; django.setup()
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
from django.core.checks import run_checks
problems = [str(each) for each in run_checks(include_deployment_checks=True) if not each.is_silenced()]
from django.test import Client
def ask(path, **more):
    answer = Client(raise_request_exception=False).get(path, headers={"Host": "texts.example.com", **more})
    cookies = {name: [bool(each["secure"]), bool(each["httponly"]), each["path"], each["domain"]]
               for name, each in answer.cookies.items()}
    return {"status": answer.status_code, "headers": dict(answer.items()), "cookies": cookies,
            "body": answer.content.decode()[:4000]}
tls = {"X-Forwarded-Proto": "https"}
pages = {path: ask(path, **tls) for path in
         ["/accounts/login/", "/nowhere", "/.git/config", "/healthz/live", "/metrics", "/hooks/twilio/K/voice",
          "/static/site/site.css", "/roi/", "/api/v1/leads/"]}
print(json.dumps({"problems": problems, "pages": pages, "plain": ask("/accounts/login/?next=/inbox/"),
                  "health": ask("/healthz/live"), "names": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME],
                  "session": [settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY,
                              settings.SESSION_COOKIE_SAMESITE, settings.SESSION_COOKIE_DOMAIN]}))
"""


@pytest.fixture(scope="module")
def production() -> dict[str, object]:
    """Asked once of a process of its own, as settings are read when they are loaded."""
    environ = {name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_KEY", "_KEYS"))}
    environ |= {"DJANGO_SETTINGS_MODULE": "recoverline.settings", **PRODUCTION}
    for name in (
        "ALLOWED_HOSTS", "EMAIL_URL", "SECURE_SSL_REDIRECT", "SECOND_FACTOR_REQUIRED",
        "DJANGO_ALLOW_ASYNC_UNSAFE",  # of the browser tests beside this one
    ):  # fmt: skip
        environ.pop(name, None)
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, env=environ, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_deploy_check_has_nothing_to_say(production: dict[str, object]) -> None:
    assert production["problems"] == []


def test_every_kind_of_page_sends_the_headers(production: dict[str, object]) -> None:
    pages = production["pages"]
    assert isinstance(pages, dict)
    for path, page in pages.items():
        headers = page["headers"]
        assert page["status"] < 500, (path, page["body"])
        assert int(headers["Strict-Transport-Security"].partition("max-age=")[2].split(";")[0]) >= 31_536_000, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin", path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        if path.startswith("/static/"):
            continue  # WhiteNoise answers before policies of pages
        assert headers["X-Frame-Options"] == "DENY", path
        policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
        assert (policy["default-src"], policy["object-src"], policy["frame-ancestors"]) == (
            "'self'",
            "'none'",
            "'none'",
        )
        assert (policy["base-uri"], policy["form-action"]) == ("'self'", "'self'")
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"} & set(" ".join(policy.values()).split())
        assert headers["X-Request-Id"], path


def test_texts_say_what_they_are(production: dict[str, object]) -> None:
    """SEC-12: a type with its characters for every answer with a body."""
    pages = production["pages"]
    assert isinstance(pages, dict)
    for path, page in pages.items():
        kind = page["headers"].get("Content-Type", "")
        assert not page["body"] or "charset=" in kind or kind.endswith("json"), (
            path,
            kind,
        )


def test_cookies_belong_to_this_host_alone(production: dict[str, object]) -> None:
    assert production["names"] == ["__Host-sessionid", "__Host-csrftoken"]
    assert production["session"] == [True, True, "Lax", None]
    pages = production["pages"]
    assert isinstance(pages, dict)
    cookies = {name: made for page in pages.values() for name, made in page["cookies"].items()}
    assert "__Host-csrftoken" in cookies
    assert {name: (secure, path, domain) for name, (secure, _, path, domain) in cookies.items()} == dict.fromkeys(
        cookies, (True, "/", "")
    )


def test_plain_http_is_sent_to_https_but_for_who_asks_inside(production: dict[str, object]) -> None:
    plain, health = production["plain"], production["health"]
    assert isinstance(plain, dict)
    assert isinstance(health, dict)
    assert plain["status"] == 301
    assert plain["headers"]["Location"] == "https://texts.example.com/accounts/login/?next=/inbox/"
    assert health["status"] == 200


def test_what_is_nobodys_business_is_not_there(production: dict[str, object]) -> None:
    """SEC-22: no source, no stack traces."""
    pages = production["pages"]
    assert isinstance(pages, dict)
    assert [pages[path]["status"] for path in ("/nowhere", "/.git/config", "/metrics")] == [404, 404, 404]
    for path in ("/nowhere", "/.git/config"):
        assert "Traceback" not in pages[path]["body"]
        assert "urlpatterns" not in pages[path]["body"].lower()
        assert "settings" not in pages[path]["body"].lower()


# ---------------------------------------------------------------- of any installation
@pytest.mark.django_db
def test_a_fault_shows_a_bare_page_and_nothing_of_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    """SEC-25: bare 500."""

    def broken(*args: object, **kwargs: object) -> None:
        raise ValueError("secret of the house: +16025550142")

    monkeypatch.setattr("recoverline.health._oldest_text_seconds", broken)
    answer = Client(raise_request_exception=False).get("/healthz")
    assert answer.status_code == 500
    assert b"secret of the house" not in answer.content
    assert b"Traceback" not in answer.content


@pytest.mark.django_db
def test_forwarded_headers_of_strangers_change_nothing(client: Client) -> None:
    """SEC-12: without a proxy of ours nobody is believed who they say they are."""
    spoofed = {
        "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Port": "1", "Forwarded": "host=evil.example", "X-Original-URL": "/admin/",
        "X-Rewrite-URL": "/admin/",
    }  # fmt: skip
    plain, other = client.get("/inbox/"), client.get("/inbox/", headers=spoofed)
    assert (other.status_code, other["Location"]) == (plain.status_code, plain["Location"])
    page = client.get("/accounts/password/reset/", headers=spoofed)
    assert b"evil.example" not in page.content


@pytest.mark.django_db
def test_trace_gives_nothing_back(client: Client) -> None:
    for path in ("/accounts/login/", "/healthz/live", "/metrics", "/nowhere"):
        answer = client.generic("TRACE", path, "to be echoed", headers={"X-Mine": "to be echoed"})
        assert b"to be echoed" not in answer.content


@pytest.mark.django_db
def test_what_a_signed_in_person_sees_stays_in_no_cache() -> None:
    """SEC-23: pages of people, and what they take with them."""
    cast = make_cast()
    ana = sign_in(cast.ana)
    for path in ("/inbox/", "/status/", "/start/", "/team/", "/compliance/", "/appointments/", "/admin/"):
        answer = ana.get(path, follow=True)
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"], path


def test_a_missing_key_stops_instead_of_opening(settings: LazySettings) -> None:
    """SEC-25: fails closed."""
    hidden = crypto.encrypt("token")
    settings.FIELD_KEYS = ["another key"]
    with pytest.raises(crypto.DecryptionFailed):
        crypto.decrypt(hidden)


def test_no_page_names_a_third_party() -> None:
    """SEC-23: styles, scripts, fonts and pictures are our own."""
    found = [
        str(path)
        for folder in (settings.BASE_DIR / "templates", settings.BASE_DIR / "recoverline" / "static")
        for path in [*folder.rglob("*.html"), *folder.rglob("*.css")]
        for word in ('src="http', 'src="//', "url(http", "url(//", "@import")
        if word in path.read_text()
    ]
    assert found == []
