import uuid

from django import forms

from recoverline.lib.text import normalize

# What carriers take in one text; longer ones are refused.
LONGEST_TEXT = 1600


class DraftForm(forms.Form):
    """What the robot has drafted, perhaps changed."""

    body = forms.CharField(max_length=LONGEST_TEXT)

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        return normalize(body)


class ReplyForm(forms.Form):
    """A text from staff. `client_id` is made with the page: the same page sent twice is one text."""

    body = forms.CharField(
        label="Reply by text",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "aria-describedby": "id_body_error segments"}),
        error_messages={"required": "Write something first."},
    )
    client_id = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        return normalize(body)
