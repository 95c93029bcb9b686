"""What the simulator page sends."""

from typing import Any

from django import forms

from messaging.simulator.calls import Ending
from messaging.simulator.phones import ANONYMOUS
from messaging.simulator.scenarios import BY_KEY
from recoverline.lib.phones import ANONYMOUS_NUMBERS, parse_phone

ENDINGS = {
    Ending.NO_ANSWER: "Nobody answers",
    Ending.BUSY: "Busy",
    Ending.HANG_UP: "Hangs up early",
    Ending.VOICEMAIL: "Leaves a voicemail",
    Ending.SILENT: "Silent voicemail",
    Ending.ANSWERED: "Answered",
    Ending.PHONE_VOICEMAIL: "A mobile's voicemail",
    Ending.FAILED: "Call fails",
}
# Button of the clock panel -> script.
CLOCK_SCRIPTS = {
    "hour": "wait 1h",
    "day": "wait 1d",
    "evening": "at 19:14",
    "opening": "at opening",
    "real": "at now",
}


class CallerField(forms.CharField):
    """A phone in any spelling, or the word anonymous."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=32, **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).strip()
        if text.lower() in ("anonymous", "hidden number") or text in ANONYMOUS_NUMBERS:
            return ANONYMOUS
        phone = parse_phone(text, "US")
        if phone is None:
            raise forms.ValidationError("This cannot be a phone number. Fictional ones are +1 555 555 0100 to 0199.")
        return phone


class SubjectForm(forms.Form):
    """Whose phone, which number of ours."""

    number = forms.UUIDField()
    caller = CallerField()
    fresh = forms.BooleanField(required=False)


class ScenarioForm(SubjectForm):
    scenario = forms.ChoiceField(choices=[(key, one.label) for key, one in BY_KEY.items()])


class CallForm(SubjectForm):
    ending = forms.ChoiceField(choices=[(one.value, label) for one, label in ENDINGS.items()])
    words = forms.CharField(max_length=500, required=False)


class TextForm(SubjectForm):
    body = forms.CharField(max_length=1600, required=False)
    picture = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("body") and not cleaned.get("picture"):
            raise forms.ValidationError("Write something, or send the picture.")
        return cleaned


class ClockForm(SubjectForm):
    to = forms.ChoiceField(choices=[(key, key) for key in CLOCK_SCRIPTS])
