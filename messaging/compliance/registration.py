"""What a carrier asks before it lets a business text: the answers, made from what the business has set up.

A2P 10DLC for local numbers (profile, brand, campaign; 10 to 15 business days), verification for toll-free ones (3 to
5). Both ask for the same: who, what for, how people agree, samples, HELP and STOP. Nobody registers from here: the
texts are to be copied into the carrier's form.
"""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from messaging import wording
from messaging.compliance import sample_texts
from messaging.compliance.sample_texts import Sample
from messaging.enums import CarrierKind, Registration, ScriptKind
from messaging.models import PhoneNumber
from messaging.text_events import TOLL_FREE
from recoverline.lib.phones import display_phone

# What the forms take.
SHORTEST, LONGEST = 40, 2049
KEYWORDS = {
    "Opt out": "STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE, OPTOUT",
    "Opt in": "START, UNSTOP",
    "Help": "HELP, INFO",
}
PRIVACY = (
    "Mobile numbers and consent to be texted are never sold, rented or given to third parties or affiliates for their "
    "own marketing."
)


@dataclass(frozen=True, slots=True)
class Need:
    """Something the form asks for. `value` "" is missing, and `url` is where to set it."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Copyable:
    """A text to paste."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Form:
    """Everything about one number. `missing` says what the texts below still lack, each with where to set it."""

    number: PhoneNumber
    shown: str
    process: str
    takes: str
    is_needed: bool
    needs: tuple[Need, ...]
    texts: tuple[Copyable, ...]
    samples: tuple[Sample, ...]
    missing: tuple[Need, ...]

    @property
    def state(self) -> Registration:
        return Registration(self.number.registration)

    @property
    def is_open(self) -> bool:
        return self.is_needed and self.state not in (Registration.APPROVED, Registration.NOT_NEEDED)


def form_of(number: PhoneNumber, *, now: datetime) -> Form:
    """`number` with its business, location and account loaded."""
    is_toll_free = bool(TOLL_FREE.match(number.number))
    is_american = number.number.startswith("+1")
    samples = tuple(sample_texts.samples_of(number, now=now))
    texts = (
        Copyable("Campaign description (use case: customer care)", campaign(number)),
        Copyable("How people agree to be texted (opt-in, call to action)", opt_in(number, now=now)),
        Copyable("Answer to HELP", sample_texts.answer(ScriptKind.HELP, number, now=now)),
        Copyable("Answer to STOP", sample_texts.answer(ScriptKind.OPT_OUT_CONFIRMATION, number, now=now)),
        Copyable("Answer to START", sample_texts.answer(ScriptKind.OPT_IN_CONFIRMATION, number, now=now)),
        *(Copyable(f"Keywords: {label.lower()}", words) for label, words in KEYWORDS.items()),
        Copyable("For the privacy policy on your website", PRIVACY),
    )
    return Form(
        number=number,
        shown=display_phone(number.number, number.business.country),
        process="Toll-free verification" if is_toll_free else "A2P 10DLC registration",
        takes="3 to 5 business days" if is_toll_free else "10 to 15 business days",
        is_needed=is_american and number.account.kind == CarrierKind.TWILIO,
        needs=_needs(number, is_toll_free=is_toll_free),
        texts=texts,
        samples=samples,
        missing=_missing(number, samples, now=now),
    )


def campaign(number: PhoneNumber) -> str:
    """What the texts are for; between SHORTEST and LONGEST characters."""
    business = number.business
    return _fitting(
        f"{business.name} answers missed phone calls by text. Somebody who calls {_ours(number)} and is not answered "
        "gets one text in reply to their own call, asking how we can help. In the conversation that follows we answer "
        "questions, offer and confirm appointments, and remind of them; who does not answer gets a few follow-ups "
        "about the same request, and none after that. There are no promotions, no purchased lists and no texts to "
        "people who did not contact us first."
    )


def opt_in(number: PhoneNumber, *, now: datetime) -> str:
    """How a caller consents, and what they are told; between SHORTEST and LONGEST characters."""
    business = number.business
    where = f", published at {business.website}" if business.website else ""
    parts = [
        f"People contact {business.name} first, by calling {_ours(number)}{where}.",
        "By calling they ask to be contacted about their request; nobody else is texted.",
    ]
    if number.offers_voicemail:
        greeting = wording.worded(ScriptKind.GREETING, number=number, now=now).body
        parts.append(f"When nobody answers, the caller hears: “{greeting}”")
    parts.append("Then they get one text in reply, which names the business and says how to opt out:")
    parts.append(f"“{sample_texts.samples_of(number, now=now)[0].text}”")
    link = wording.example_link(business)
    if link and not business.booking_url:
        parts.append(
            "People may also ask for an appointment on our booking page, where they type in their number and read that "
            "the confirmation and a reminder come by text."
        )
    parts.append(
        "Consent covers texts about that request only. It is not a condition of any purchase. Message frequency varies "
        "with the conversation; message and data rates may apply. Reply HELP for help, STOP to opt out. " + PRIVACY
    )
    return _fitting(" ".join(parts))


def _fitting(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rsplit(' ', 1)[0]}…"


def _ours(number: PhoneNumber) -> str:
    return f"our number {display_phone(number.number, number.business.country)}"


def _needs(number: PhoneNumber, *, is_toll_free: bool) -> tuple[Need, ...]:
    business, location = number.business, number.location
    about = reverse("admin:leads_business_change", args=[business.pk])
    place = reverse("admin:leads_location_change", args=[location.pk])
    town = " ".join(filter(None, [f"{location.city}," if location.city else "", location.region, location.postal_code]))
    address = ", ".join(filter(None, [location.address, town])) if location.address and location.city else ""
    needs = [
        Need(
            "Legal name of the business, as on its tax papers", f"{business.name} (check that this is the legal name)"
        ),
        Need("Address", address, place),
        Need("Website", business.website, about),
        Need("E-mail for questions", business.email, about),
        Need("Phone", display_phone(business.phone or number.number, business.country)),
        Need("Use case", "Customer care (answers to people's own calls), low volume"),
    ]
    if not is_toll_free and number.account.kind == CarrierKind.TWILIO:
        account = reverse("admin:messaging_carrieraccount_change", args=[number.account_id])
        needs.append(Need("Messaging service with this number in it", number.account.messaging_service_sid, account))
    return tuple(needs)


def _missing(number: PhoneNumber, samples: tuple[Sample, ...], *, now: datetime) -> tuple[Need, ...]:
    """What a reviewer would send the form back for."""
    business, scripts = number.business, reverse("admin:messaging_script_changelist")
    about = reverse("admin:leads_business_change", args=[business.pk])
    found = [Need(need.label, "", need.url) for need in _needs(number, is_toll_free=True) if not need.value]
    if not samples[0].says_stop:
        found.append(Need("The first text does not say how to opt out", "", scripts))
    if business.name not in samples[0].text:
        found.append(Need("The first text does not name the business", "", scripts))
    if (
        number.offers_voicemail
        and "text" not in wording.worded(ScriptKind.GREETING, number=number, now=now).body.lower()
    ):
        found.append(Need("The greeting does not say that you answer by text", "", scripts))
    help_answer = sample_texts.answer(ScriptKind.HELP, number, now=now)
    if not business.email and not business.phone and display_phone(number.number, business.country) not in help_answer:
        found.append(Need("The answer to HELP names no way to reach you", "", about))
    if business.website:
        label = f"A privacy policy at {business.website} that holds the sentence below (we cannot see whether it does)"
        found.append(Need(label, "", business.website))
    else:
        found.append(Need("A privacy policy on your website", "", about))
    return tuple(found)
