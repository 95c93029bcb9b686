"""What `make demo` writes before it begins."""

import os
import stat
from pathlib import Path

from recoverline.demo import write_env


def values(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def test_a_first_env_is_private_and_random(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        written = [write_env(tmp_path / name, port=8010) for name in ("one", "two")]
    finally:
        os.umask(before)
    assert written == [True, True]
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o600
    one, two = values(tmp_path / "one"), values(tmp_path / "two")
    assert (one["DEBUG"], one["SITE_URL"]) == ("true", "http://127.0.0.1:8010")
    secrets = [one["SECRET_KEY"], one["FIELD_KEYS"], two["SECRET_KEY"], two["FIELD_KEYS"]]
    assert (len(set(secrets)), min(map(len, secrets)) >= 64) == (4, True)


def test_an_env_that_exists_is_never_touched(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("SECRET_KEY=mine\n")
    assert write_env(path, port=8000) is False
    assert path.read_text() == "SECRET_KEY=mine\n"
