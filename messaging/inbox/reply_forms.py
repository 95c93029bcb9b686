import uuid
from collections.abc import Sequence
from typing import Any

from django import forms

from messaging.models import Message
from recoverline.lib.text import normalize

# What carriers take in one text; longer ones are refused.
LONGEST_TEXT = 1600
_LARGEST_KEY = 2**63 - 1


class DraftForm(forms.Form):
    """What the robot has drafted, perhaps changed."""

    body = forms.CharField(max_length=LONGEST_TEXT)

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        return normalize(body)


class ReplyForm(forms.Form):
    """A text from staff. `client_id` is made with the page: the same page sent twice is one text.

    `last_seen` is the newest text that the page shows; a page that does not say has seen none. `offered`: times that
    were put into the text. `newer`: what came since, when that is why nothing was sent.
    """

    body = forms.CharField(
        label="Reply by text",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(
            attrs={"rows": 3, "dir": "auto", "aria-describedby": "id_body_error segments", "data-key": "r"}
        ),
        error_messages={"required": "Write something first."},
    )
    client_id = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)
    last_seen = forms.IntegerField(required=False, min_value=0, max_value=_LARGEST_KEY)
    offered = forms.CharField(required=False, max_length=400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.newer: Sequence[Message] = ()

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        return normalize(body)

    def clean_last_seen(self) -> int:
        return self.cleaned_data["last_seen"] or 0

    def problem(self) -> str:
        """Why it cannot be sent, in a sentence; "" while nothing is wrong."""
        if self.errors.get("body"):
            return str(self.errors["body"][0])
        return "This page was not complete. Reload it, then send again." if self.errors else ""
