"""SEC-01: whatever strangers write stays words: the same elements as with harmless text, and nothing runs."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from leads.models import JobRequest, Lead
from messaging.enums import Direction, MessageKind, MessageStatus
from messaging.models import Conversation, Note
from recoverline.lib import clock
from tests import factories
from tests.base import Cast, make_cast
from tests.browser.conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RUN = "window.ran=1;alert(1)"
PAYLOADS = (
    f"<script>{RUN}</script>", f"</script><script>{RUN}</script>", f"<img src=x onerror='{RUN}'>",
    f"<svg onload='{RUN}'>", f"<svg><script>{RUN}</script></svg>", f"<body onload='{RUN}'>",
    f"<iframe srcdoc='<script>{RUN}</script>'></iframe>", f"<iframe src='javascript:{RUN}'></iframe>",
    f"<a href='javascript:{RUN}'>x</a>", f"<details open ontoggle='{RUN}'>x</details>",
    f"<input autofocus onfocus='{RUN}'>", f"<select autofocus onfocus='{RUN}'></select>",
    f"<video><source onerror='{RUN}'></video>", f"<audio src=x onerror='{RUN}'>",
    f"<object data='javascript:{RUN}'></object>", f"<embed src='javascript:{RUN}'>",
    "<base href='https://example.com/'>", "<meta http-equiv='refresh' content='0;url=https://example.com/'>",
    "<link rel='stylesheet' href='https://example.com/x.css'>", "<style>body{display:none}</style>",
    f"<form action='https://example.com/'><button>{RUN}</button></form>",
    f"<math><mtext><script>{RUN}</script></mtext></math>", f"\"><script>{RUN}</script>", f"'><script>{RUN}</script>",
    f"\" onmouseover=\"{RUN}\" x=\"", f"' onfocus='{RUN}' autofocus '", f"</textarea><script>{RUN}</script>",
    f"</title><script>{RUN}</script>", f"</option></select><script>{RUN}</script>", f"--><script>{RUN}</script><!--",
    f"<!--<img src=x onerror={RUN}>-->", f"<template><script>{RUN}</script></template>",
    f"&lt;script&gt;{RUN}&lt;/script&gt;", f"&#60;script&#62;{RUN}&#60;/script&#62;", "{{ request.user }}{% debug %}",
    f"https://example.com/\"onmouseover=\"{RUN}", f"https://example.com/'><script>{RUN}</script>",
    f"javascript:{RUN}", f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    "<marquee onstart='window.ran=1'>x</marquee>",
)  # fmt: skip

Words = Callable[[int], str]


def write(cast: Cast, words: Words) -> Conversation:
    """A conversation in which every word that is not ours is one of `words`."""
    now = clock.now()
    lead = factories.make_lead(cast.a, name=words(0)[:120], created_at=now)
    Lead.objects.filter(pk=lead.pk).update(notes=words(1), email="x@example.com", source=words(2)[:60])
    request = JobRequest.objects.create(
        business=cast.a, location=cast.a_location, lead=lead, opened_at=now, need=words(3), place=words(4),
        address=words(5), preferred=words(6)[:120], notes=words(7), answers={words(8): words(9)},
    )  # fmt: skip
    conversation = factories.make_conversation(
        lead, cast.a_number, last_at=now, last_preview=words(10)[:150], request=request, pause_reason=words(11)[:120],
        automation_paused=True, needs_reply=True, assignee=cast.ben,
    )  # fmt: skip
    factories.make_call(cast.a_number, conversation=conversation, lead=lead, started_at=now, transcript=words(12))
    Note.objects.create(
        business=cast.a, conversation=conversation, author=cast.ana, body=f"@ben {words(13)}", created_at=now
    )
    theirs = {"direction": Direction.IN, "kind": MessageKind.INBOUND, "status": MessageStatus.RECEIVED}
    for number in range(len(PAYLOADS)):
        factories.make_message(conversation, words(number), created_at=now, **(theirs if number % 2 else {}))
    failed = factories.make_message(conversation, words(14), created_at=now, status=MessageStatus.FAILED)
    failed.error_text = words(15)[:300]
    failed.save()
    return conversation


def elements(page: Page) -> dict[str, Any]:
    """How many elements of each kind there are, and how many attributes that would run something."""
    counted: dict[str, Any] = page.evaluate("""() => {
      const counts = {};
      for (const element of document.querySelectorAll("*")) {
        if (element.closest("dialog")) continue;  // fetched when the page has nothing else to do
        counts[element.tagName] = (counts[element.tagName] ?? 0) + 1;
        for (const { name, value } of element.attributes) {
          const runs = name.startsWith("on") || (name !== "value" && /^\\s*javascript:/i.test(value));
          if (runs) counts.runs = (counts.runs ?? 0) + 1;
        }
      }
      return counts;
    }""")
    return counted


def test_hostile_words_make_no_element_and_run_nothing(open_page: OpenPage) -> None:
    cast = make_cast()
    # With as many links as the hostile ones, so that only what they mean can differ.
    links = [" ".join(["https://example.com/x"] * payload.count("https://")) or "plain words" for payload in PAYLOADS]
    harmless = write(cast, lambda number: links[number % len(links)])
    page = open_page(cast.ben, f"/inbox/{harmless.key}/")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    thread = elements(page)
    page.goto("/inbox/?queue=open")
    listed = elements(page)
    Conversation.objects.all().delete()
    Lead.objects.all().delete()

    hostile = write(cast, lambda number: PAYLOADS[number % len(PAYLOADS)])
    page.goto(f"/inbox/{hostile.key}/")
    assert elements(page) == thread
    page.goto("/inbox/?queue=open")
    assert elements(page) == listed
    assert len(PAYLOADS) == 40
    assert (dialogs, page.evaluate("window.ran")) == ([], None)
