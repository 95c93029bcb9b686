"""Placeholders in the texts of a business: `{first_name}` or `{{first_name}}`, and nothing else.

Never `str.format` and never a template engine: the first reads attributes of what it is given (settings and their
secrets), the second calls them. Here names are looked up in a mapping of strings, once, and what is put in is not
looked at again.
"""

import re
from collections.abc import Collection, Iterable, Mapping

PLACEHOLDER = re.compile(r"\{\{?\s*([a-z_]{1,30})\s*\}?\}")
# What other systems call a placeholder, and braces that nothing closes. Nobody means these to reach a customer.
FOREIGN = re.compile(
    r"\{\{[^{}\n]*\}\}|\{%[^\n]*?%\}|\{#[^\n]*?#\}|\{[^{}\n]*\}|<%[^\n]*?%>|<<[^<>\n]*>>|\[\[[^\[\]\n]*\]\]|%\([^()\n]*\)[a-z]|[{}]+"
)


class UnknownPlaceholder(LookupError):
    """A text names something that has no value."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no placeholder {{{name}}}.")
        self.name = name


def placeholders_in(text: str) -> list[str]:
    """The distinct names in `text`, in order."""
    return _distinct(PLACEHOLDER.findall(text))


def unknown_placeholders(text: str, allowed: Collection[str]) -> list[str]:
    """The names in `text` which are not `allowed`."""
    return [name for name in placeholders_in(text) if name not in allowed]


def malformed_placeholders(text: str) -> list[str]:
    """What looks like a placeholder but is none of ours: `{0}`, `{a.b}`, `{{ x|y }}`, `{% if %}`, a brace left open."""
    lopsided = [m for m in PLACEHOLDER.finditer(text) if m.group().count("{") != m.group().count("}")]
    # A good placeholder becomes a newline, which no foreign construct may span: `{{a} {b}` must not be read as one.
    rest = PLACEHOLDER.sub("\n", text)
    return _distinct([*(m.group() for m in lopsided), *FOREIGN.findall(rest)])


def render(text: str, values: Mapping[str, str]) -> str:
    """`text` with each placeholder replaced by its value; an unknown name raises UnknownPlaceholder.

    A value with nothing in it takes the space or comma with it that would be left over: "Hi {first_name}, thanks" is
    "Hi, thanks" for a caller without a name.
    """
    done, position, gap = "", 0, False
    for match in PLACEHOLDER.finditer(text):
        if match[1] not in values:
            raise UnknownPlaceholder(match[1])
        between = text[position : match.start()]
        done = _close_gap(done, between) if gap and between else done + between
        value = values[match[1]]
        gap = not value.strip()
        done, position = done if gap else done + value, match.end()
    tail = text[position:]
    return _close_gap(done, tail) if gap else done + tail


def _close_gap(before: str, after: str) -> str:
    """Join what stands around an empty value; an empty `after` is the end of the text."""
    if not before or before.endswith("\n"):
        return before + after.lstrip(" ,;:.!?")
    if after.startswith(" "):
        return before + (after[1:] if before.endswith(" ") else after)
    if not after or after[0] == "\n":
        return before.rstrip(" ").rstrip(",;") + after
    if after[0] in ",;:.!?":
        return before.rstrip(" ").rstrip(",;:") + after
    return before + after


def _distinct(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
