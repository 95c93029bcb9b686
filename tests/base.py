"""The cast of every access test: Ana owns business A, Ben works its front desk, Cleo owns B and sees nothing of A."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.test import Client

from leads.enums import Role
from leads.models import Business, Location
from messaging.models import CarrierAccount, PhoneNumber
from tests.factories import make_account, make_business, make_location, make_member, make_number, make_user


@dataclass(frozen=True, slots=True)
class Cast:
    """Each business with one location, one carrier account and one number."""

    a: Business
    b: Business
    a_location: Location
    b_location: Location
    a_account: CarrierAccount
    b_account: CarrierAccount
    a_number: PhoneNumber
    b_number: PhoneNumber
    ana: User
    ben: User
    cleo: User
    root: User


def make_cast() -> Cast:
    """All of them may enter the admin, so that what a page refuses is refused by membership and nothing else."""
    a, b = make_business("Alder Plumbing", slug="alder"), make_business("Birch Dental", slug="birch")
    a_location, b_location = make_location(a, "Alder Main", slug="main"), make_location(b, "Birch Main", slug="main")
    a_account, b_account = make_account(a, name="Alder carrier"), make_account(b, name="Birch carrier")
    ana, ben, cleo = (make_user(name, email=f"{name}@example.com", is_staff=True) for name in ("ana", "ben", "cleo"))
    make_member(a, ana, Role.OWNER)
    make_member(a, ben, Role.FRONT_DESK)
    make_member(b, cleo, Role.OWNER)
    return Cast(
        a=a,
        b=b,
        a_location=a_location,
        b_location=b_location,
        a_account=a_account,
        b_account=b_account,
        a_number=make_number(a_location, a_account),
        b_number=make_number(b_location, b_account),
        ana=ana,
        ben=ben,
        cleo=cleo,
        root=make_user("root", is_staff=True, is_superuser=True),
    )


def sign_in(user: User) -> Client:
    """A browser in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client
