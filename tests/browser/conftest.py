"""A real Chromium against a live server. Without one these tests are skipped, with the reason.

`SLOW_BROWSER=6 make test-browser` gives every window a processor six times as slow, and a line on which each request
takes a quarter of a second: what a test only does right in time shows there.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.servers.basehttp import WSGIRequestHandler
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

# Playwright keeps an event loop in the tests' own thread, where Django would otherwise refuse to touch the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

SLOWER = float(os.environ.get("SLOW_BROWSER") or 1)
LATENCY = 0.04  # seconds for each time that the browser is slower
# Deadlines, which a machine may need when it is busy: whatever is right at once waits for nothing.
DEADLINE = 15_000 * max(1, SLOWER / 2)
expect.set_options(timeout=DEADLINE)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("There is no Chromium: install it, or say in CHROMIUM where it is.")
    # Inside a container there is no user namespace for the sandbox, and the only site visited is ours.
    return {"executable_path": chromium, "args": ["--no-sandbox"]}


@contextmanager
def windows(browser: Browser, url: str, *, refusals: tuple[str, ...] = ()) -> Iterator[OpenPage]:
    """`open_one(user, path, **context)`: a window of that person's own. A complaint in its console fails the test.

    Not one with a word of `refusals`, or with `may_complain`: where an answer is refused on purpose, the browser itself
    complains.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(user: User | None, path: str, *, may_complain: bool = False, **options: Any) -> Page:
        context = browser.new_context(base_url=url, **options)
        contexts.append(context)
        if user is not None:
            context.add_cookies([session_of(user, url)])
        page = context.new_page()
        page.set_default_timeout(DEADLINE)
        slow_down(page)
        if not may_complain:
            page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [said for said in complaints if not any(refusal in said for refusal in refusals)] == []


@pytest.fixture
def open_page(browser: Browser, live_server: Any) -> Iterator[OpenPage]:
    with windows(browser, live_server.url) as open_one:
        yield open_one


@pytest.fixture
def open_form(browser: Browser, live_server: Any) -> Iterator[OpenPage]:
    """Like `open_page`; a form that comes back with its mistakes (422) or a warning (409) is no complaint here."""
    with windows(browser, live_server.url, refusals=("422 (Unprocessable", "409 (Conflict)")) as open_one:
        yield open_one


def slow_down(page: Page) -> None:
    if SLOWER > 1:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


@pytest.fixture(scope="session", autouse=True)
def _slow_line() -> Iterator[None]:
    """Every request waits, for scripts as for pages, as it would far away from the server."""
    with pytest.MonkeyPatch.context() as patch:
        if SLOWER > 1:
            answer = WSGIRequestHandler.get_environ

            def answer_late(self: WSGIRequestHandler) -> Any:
                time.sleep(LATENCY * SLOWER)
                return answer(self)

            patch.setattr(WSGIRequestHandler, "get_environ", answer_late)
        yield


def arrived(sign: Locator) -> None:
    """The page on which alone `sign` is to be seen is here, with its styles, and its scripts have run.

    Before a key, a press that a script answers, or a measurement on a page that another one led to: what it says is
    there long before that, and a key that nobody listens to yet is lost.
    """
    expect(sign).to_be_visible()
    sign.page.wait_for_load_state()


def beyond_the_window(page: Page) -> int:
    """How many pixels of the page stick out to the right."""
    page.wait_for_load_state()
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def session_of(user: User, url: str) -> Any:
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    return {"name": cookie.key, "value": cookie.value, "url": url}
