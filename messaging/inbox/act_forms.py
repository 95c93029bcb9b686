"""What can be done with a conversation, as forms."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest

from leads import colleagues, outcomes
from leads.enums import LostReason, RequestStatus
from leads.models import CallbackTask, Location
from leads.outcomes import Outcome
from messaging.inbox import later, notes
from messaging.models import Conversation
from recoverline.lib import clock
from recoverline.lib.text import clean_inbound

CUSTOM = "custom"
NOTHING = "nothing"
OUTCOMES = (
    (NOTHING, "Nothing to write down"),
    (RequestStatus.BOOKED.value, "Booked"),
    (RequestStatus.WON.value, "Won"),
    (RequestStatus.LOST.value, "Lost"),
    (RequestStatus.SPAM.value, "Spam"),
    (RequestStatus.WRONG_NUMBER.value, "Wrong number"),
)


class MomentForm(forms.Form):
    """One of a few moments, or a date and a time on the clock of the location; `moment` is the instant."""

    moment: datetime

    when = forms.ChoiceField(
        label="When", error_messages={"required": "Choose when.", "invalid_choice": "Choose one of these."}
    )
    at = forms.DateTimeField(
        label="Date and time",
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        error_messages={"invalid": "Write a date and a time, such as 2026-11-23 08:00."},
    )

    def __init__(
        self,
        data: object = None,
        *,
        choices: list[later.Choice],
        location: Location,
        now: datetime,
        auto_id: str = "snooze_%s",
    ) -> None:
        super().__init__(data, auto_id=auto_id, label_suffix="")  # type: ignore[arg-type]
        self.choices, self.location, self.now = choices, location, now
        names = [(choice.value, choice.label) for choice in choices]
        self.fields["when"].choices = [*names, (CUSTOM, "Another time")]  # type: ignore[attr-defined]

    def clean(self) -> None:
        when, typed = self.cleaned_data.get("when"), self.cleaned_data.get("at")
        if when is None or "at" in self.errors:
            return
        usual = next((choice.at for choice in self.choices if choice.value == when), None)
        if usual is not None:
            self.moment = usual
        elif typed is None:
            self.add_error("at", "Choose the date and the time.")
        else:
            try:
                self.moment = later.read_local(typed.replace(tzinfo=None), self.location, now=self.now)
            except ValueError as problem:
                self.add_error("at", str(problem))


class CallbackForm(MomentForm):
    """By when this person is called, by whom, and about what."""

    detail = forms.CharField(
        label="What about", max_length=300, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    assignee = forms.TypedChoiceField(label="Who calls", required=False, coerce=int, empty_value=None)
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: object = None,
        *,
        location: Location,
        now: datetime,
        people: Iterable[User],
        task: CallbackTask | None = None,
    ) -> None:
        choices = later.due_choices(location, now=now)
        super().__init__(data, choices=choices, location=location, now=now, auto_id="call_%s")
        names = [(user.pk, colleagues.called(user)) for user in people]
        self.fields["assignee"].choices = [("", "Whoever has time"), *names]  # type: ignore[attr-defined]
        self.initial = {"client_id": uuid.uuid4(), "when": choices[0].value}
        if task is not None:
            local = task.due_at.astimezone(location.zone)
            self.initial |= {"assignee": task.assignee_id, "when": CUSTOM, "at": f"{local:%Y-%m-%dT%H:%M}"}

    def clean_detail(self) -> str:
        return clean_inbound(self.cleaned_data["detail"]).strip()


class OutcomeForm(forms.Form):
    """What became of the request. Only what belongs to the chosen outcome counts."""

    outcome = forms.ChoiceField(
        label="What became of it", choices=OUTCOMES, widget=forms.RadioSelect, initial=NOTHING,
        error_messages={"required": "Choose what became of it.", "invalid_choice": "Choose one of these."},
    )  # fmt: skip
    value = forms.CharField(
        label="Value in dollars",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "placeholder": "1,250.00", "autocomplete": "off"}),
    )
    lost_reason = forms.ChoiceField(
        label="Why it was lost", choices=[("", "Choose a reason"), *LostReason.choices], required=False
    )
    note = forms.CharField(label="Note", max_length=200, required=False, widget=forms.TextInput(attrs={"dir": "auto"}))

    def clean_note(self) -> str:
        return clean_inbound(self.cleaned_data["note"]).strip()

    def clean(self) -> None:
        chosen = self.cleaned_data.get("outcome")
        if chosen == RequestStatus.LOST and not self.cleaned_data.get("lost_reason"):
            self.add_error("lost_reason", "Choose why it was lost.")
        if chosen == RequestStatus.WON and self.cleaned_data.get("value"):
            try:
                self.cleaned_data["cents"] = outcomes.read_cents(self.cleaned_data["value"])
            except ValueError as problem:
                self.add_error("value", str(problem))

    def outcome_chosen(self) -> Outcome | None:
        """What a valid form says; None: nothing is written down."""
        values = self.cleaned_data
        if values["outcome"] == NOTHING:
            return None
        status = RequestStatus(values["outcome"])
        reason = values["lost_reason"] if status == RequestStatus.LOST else ""
        return Outcome(status, values.get("cents"), reason, values["note"])


class EstimateForm(forms.Form):
    """An estimate that was given; `cents` is None where it has no amount."""

    amount = forms.CharField(
        label="Amount in dollars",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "placeholder": "1,250.00", "autocomplete": "off"}),
    )

    def clean(self) -> None:
        typed = self.cleaned_data.get("amount", "")
        self.cleaned_data["cents"] = None
        try:
            if typed:
                self.cleaned_data["cents"] = outcomes.read_cents(typed)
        except ValueError as problem:
            self.add_error("amount", str(problem))


def estimate_form(conversation: Conversation) -> EstimateForm:
    cents = conversation.request.estimate_cents if conversation.request else None
    initial = {"amount": "" if cents is None else f"{cents / 100:,.2f}"}
    return EstimateForm(initial=initial, auto_id="estimate_%s", label_suffix="")


class NoteForm(forms.Form):
    """A note for the team. Whoever is named in it must be able to read it."""

    body = forms.CharField(
        label="Note for the team",
        max_length=notes.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "aria-describedby": "note-hint"}),
        error_messages={"required": "Write something first."},
    )

    def __init__(self, data: object = None, *, conversation: Conversation) -> None:
        super().__init__(data, auto_id="note_%s", label_suffix="")  # type: ignore[arg-type]
        self.conversation = conversation

    def clean_body(self) -> str:
        body = clean_inbound(self.cleaned_data["body"]).strip()
        if not body:
            raise forms.ValidationError("Write something first.")
        if outside := notes.named_without_access(self.conversation, body):
            names = " and ".join(outside)
            raise forms.ValidationError(f"{names} cannot see this conversation, so the note would not reach them.")
        return body


def outcome_form(conversation: Conversation, data: object = None) -> OutcomeForm:
    """Filled in with what was written down before, so that it can be changed."""
    request = conversation.request
    initial: dict[str, object] = {}
    if request is not None and request.status != RequestStatus.OPEN:
        cents = request.value_cents
        initial = {
            "outcome": request.status,
            "value": "" if cents is None else f"{cents / 100:,.2f}",
            "lost_reason": request.lost_reason,
            "note": request.outcome_note,
        }
    return OutcomeForm(data, initial=initial, auto_id="outcome_%s", label_suffix="")  # type: ignore[arg-type]


def snooze_form(conversation: Conversation, *, now: datetime, data: object = None) -> MomentForm:
    location = conversation.location
    return MomentForm(data, choices=later.snooze_choices(location, now=now), location=location, now=now)


def people_for(location: Location, user: AbstractBaseUser | AnonymousUser) -> list[User]:
    """Who can be given something there: `user` first, who is asking, then the others."""
    assert isinstance(user, User)  # noqa: S101  behind login_required
    others = (member for member in colleagues.writers_at(location) if member.pk != user.pk)
    return [user, *others]


def acts_context(request: HttpRequest, conversation: Conversation) -> dict[str, object]:
    """What the buttons above a thread need; their dialogs come when one is opened."""
    is_note = request.resolver_match is not None and request.resolver_match.url_name == "note-add"
    return {
        "note_form": NoteForm(request.POST if is_note else None, conversation=conversation),
        "outcome": outcomes.outcome_of(conversation.request),
        "is_blocked": conversation.lead.blocked_at is not None,
    }


def dialogs_context(request: HttpRequest, conversation: Conversation, **refused: forms.Form) -> dict[str, object]:
    """The forms behind the buttons. `refused`: one that cannot be carried out, by its name."""
    now, user = clock.now(), request.user
    members = people_for(conversation.location, user)
    return {
        "conversation": conversation,
        "may_write": True,
        "me": user,
        "members": members,
        "snooze_form": snooze_form(conversation, now=now),
        "outcome_form": outcome_form(conversation),
        "estimate_form": estimate_form(conversation),
        "callback_form": CallbackForm(location=conversation.location, now=now, people=members),
        **refused,
    }
