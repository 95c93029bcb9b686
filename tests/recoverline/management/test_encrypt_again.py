"""FIELD_KEYS change without losing a credential or a second step."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import call_command
from django.db import connection

from messaging.models import CarrierAccount
from recoverline.lib import crypto
from tests.base import make_cast

pytestmark = pytest.mark.django_db


def test_the_old_key_can_go_afterwards(settings: pytest.FixtureRequest) -> None:
    settings.FIELD_KEYS = ["old"]  # type: ignore[attr-defined]
    cast = make_cast()
    CarrierAccount.objects.filter(pk=cast.a_account.pk).update(previous_auth_token="before")
    token = CarrierAccount.objects.get(pk=cast.a_account.pk).auth_token
    secret = generate_totp_secret()
    TOTP.activate(cast.ana, secret)
    codes = RecoveryCodes.activate(cast.ana).get_unused_codes()

    settings.FIELD_KEYS = ["new", "old"]  # type: ignore[attr-defined]
    call_command("encrypt_again")
    settings.FIELD_KEYS = ["new"]  # type: ignore[attr-defined]

    account = CarrierAccount.objects.get(pk=cast.a_account.pk)
    assert (account.auth_token, account.previous_auth_token) == (token, "before")
    kept = {row.type: row for row in Authenticator.objects.filter(user=cast.ana)}
    assert crypto.decrypt(kept["totp"].data["secret"]) == secret
    assert RecoveryCodes(kept["recovery_codes"]).get_unused_codes() == codes
    with connection.cursor() as cursor:
        cursor.execute("SELECT auth_token FROM messaging_carrieraccount WHERE id = %s", [account.pk])
        assert cursor.fetchone()[0] != token
