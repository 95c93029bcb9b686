from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection, models
from django.db.models.functions import Length
from django.test import override_settings
from django.test.utils import isolate_apps

from recoverline.lib.crypto import DecryptionFailed, EncryptedTextField, decrypt, encrypt, reencrypt

OLD, NEW = "an old key", Fernet.generate_key().decode()

with isolate_apps():

    class Vault(models.Model):
        id = models.IntegerField(primary_key=True)
        secret = EncryptedTextField(blank=True, null=True)

        class Meta:
            app_label = "tests"
            db_table = "crypto_vault"


@pytest.fixture
def vault(db: None) -> Iterator[type[Vault]]:
    # Inside the test's transaction, so that it goes with it.
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE crypto_vault (id integer PRIMARY KEY, secret text NULL)")
    with override_settings(FIELD_KEYS=[OLD]):
        yield Vault


def stored(pk: int = 1) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM crypto_vault WHERE id = %s", [pk])
        return cursor.fetchone()[0]


def test_the_rotation_of_a_key_loses_nothing() -> None:
    with override_settings(FIELD_KEYS=[OLD]):
        first = encrypt("sesame")
        assert decrypt(first) == "sesame"
    with override_settings(FIELD_KEYS=[NEW, OLD]):
        assert decrypt(first) == "sesame"
        second = reencrypt(first)
    with override_settings(FIELD_KEYS=[NEW]):
        assert decrypt(second) == "sesame"
        with pytest.raises(DecryptionFailed):
            decrypt(first)
        with pytest.raises(DecryptionFailed):
            reencrypt(first)
    with override_settings(FIELD_KEYS=[OLD]), pytest.raises(DecryptionFailed):
        decrypt(second)


@override_settings(FIELD_KEYS=[NEW])
def test_a_proper_fernet_key_is_used_as_it_is() -> None:
    assert Fernet(NEW).decrypt(encrypt("sesame")) == b"sesame"


@override_settings(FIELD_KEYS=[OLD])
def test_the_same_text_is_never_stored_twice_alike() -> None:
    assert encrypt("sesame") != encrypt("sesame")
    assert (encrypt(""), decrypt(""), reencrypt("")) == ("", "", "")
    assert decrypt(encrypt("naïve 😀\n")) == "naïve 😀\n"


@override_settings(FIELD_KEYS=[OLD])
@pytest.mark.parametrize("value", ["sesame", "gAAAAA", "é", "\x00", " "])
def test_what_is_not_ours_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(DecryptionFailed) as caught:
        decrypt(value)
    assert str(caught.value) == "No key in FIELD_KEYS reads this value."


@pytest.mark.parametrize("keys", [[], [""], [OLD, ""]])
def test_without_a_key_nothing_is_stored(keys: list[str]) -> None:
    with override_settings(FIELD_KEYS=keys), pytest.raises(ImproperlyConfigured):
        encrypt("sesame")


def test_every_way_to_save_encrypts(vault: type[Vault]) -> None:
    vault.objects.create(id=1, secret="sesame")
    vault.objects.bulk_create([vault(id=2, secret="sesame"), vault(id=3, secret="sesame")])
    vault.objects.filter(id=2).update(secret="open")
    row = vault.objects.get(id=3)
    row.secret = "close"
    vault.objects.bulk_update([row], ["secret"])
    raw = [stored(pk) for pk in (1, 2, 3)]
    assert [decrypt(value or "") for value in raw] == ["sesame", "open", "close"]
    assert list(vault.objects.order_by("id").values_list("secret", flat=True)) == ["sesame", "open", "close"]


def test_nothing_is_stored_for_nothing(vault: type[Vault]) -> None:
    vault.objects.create(id=1, secret="")
    vault.objects.create(id=2, secret=None)
    vault.objects.create(id=3, secret="sesame")
    assert (stored(1), stored(2)) == ("", None)
    assert list(vault.objects.order_by("id").values_list("secret", flat=True)) == ["", None, "sesame"]
    assert vault.objects.get(secret="").id == 1
    assert vault.objects.get(secret__isnull=True).id == 2
    assert vault.objects.get(secret=None).id == 2
    assert vault.objects.exclude(secret="").exclude(secret=None).get().id == 3


@pytest.mark.parametrize("lookup", ["secret", "secret__in", "secret__contains", "secret__gt", "secret__regex"])
def test_it_cannot_be_searched(vault: type[Vault], lookup: str) -> None:
    with pytest.raises(FieldError):
        vault.objects.filter(**{lookup: "sesame"})


def test_it_cannot_be_searched_by_way_of_a_transform_or_column(vault: type[Vault]) -> None:
    EncryptedTextField.register_lookup(Length)
    try:
        for lookup in ("secret__length", "secret__length__gt"):
            with pytest.raises(FieldError):
                vault.objects.filter(**{lookup: 3})
        with pytest.raises(FieldError):
            list(vault.objects.order_by("secret__length"))
    finally:
        EncryptedTextField._unregister_lookup(Length)
    with pytest.raises(FieldError):
        vault.objects.filter(secret=models.F("id"))


def test_a_row_of_a_lost_key_fails_closed(vault: type[Vault]) -> None:
    vault.objects.create(id=1, secret="sesame")
    with override_settings(FIELD_KEYS=[NEW]), pytest.raises(DecryptionFailed):
        vault.objects.get(id=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE crypto_vault SET secret = 'planted'")
    with pytest.raises(DecryptionFailed):
        vault.objects.get(id=1)


def test_saving_a_row_brings_it_under_the_first_key(vault: type[Vault]) -> None:
    vault.objects.create(id=1, secret="sesame")
    with override_settings(FIELD_KEYS=[NEW, OLD]):
        vault.objects.get(id=1).save()
    with override_settings(FIELD_KEYS=[NEW]):
        assert vault.objects.get(id=1).secret == "sesame"


def test_a_migration_rebuilds_the_same_field() -> None:
    field = EncryptedTextField(blank=True, help_text="From the carrier's console.")
    _, path, args, kwargs = field.deconstruct()
    assert (path, args) == ("recoverline.lib.crypto.EncryptedTextField", [])
    assert kwargs == {"blank": True, "help_text": "From the carrier's console."}
