"""What axe-core finds on a page: WCAG 2.2 A and AA. It sees a part of what can be wrong, never all of it."""

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page) -> list[str]:
    """Each broken rule with where it is broken, as one line; empty when axe finds nothing.

    The script is evaluated and not added to the page, whose policy would refuse it.
    """
    page.wait_for_load_state()  # without its styles a page has other faults
    page.evaluate(f"{_AXE};0")
    found: list[dict[str, Any]] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(result => result.violations)", TAGS
    )
    return [
        f"{rule['id']} ({rule['impact']}): {', '.join(' '.join(map(str, node['target'])) for node in rule['nodes'])}"
        for rule in found
    ]
