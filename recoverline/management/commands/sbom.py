"""manage.py sbom: what the software is made of, as CycloneDX 1.5, from the lock file that is installed."""

import json
import re
from importlib import metadata
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; .+?)? \\$")
_HASH = re.compile(r"^    --hash=sha256:([0-9a-f]{64})")


class Command(BaseCommand):
    help = "Print the software bill of materials (CycloneDX 1.5, JSON) of what requirements.lock installs."

    def handle(self, *args: Any, **options: Any) -> None:
        bill = {
            "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
            "metadata": {"component": {"type": "application", "name": "recoverline"}},
            "components": _components((settings.BASE_DIR / "requirements.lock").read_text()),
        }  # fmt: skip
        self.stdout.write(json.dumps(bill, indent=2))


def _components(lock: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in lock.splitlines():
        if pin := _PIN.match(line):
            name, version = pin[1], pin[2]
            part = {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"}
            found.append({**part, "hashes": [], **_license(name)})
        elif (digest := _HASH.match(line)) and found:
            found[-1]["hashes"].append({"alg": "SHA-256", "content": digest[1]})
    return found


def _license(name: str) -> dict[str, Any]:
    """As the installed package says it; nothing for one that is not installed here, or says nothing."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return {}
    said = (about.get_all("License-Expression") or [""])[0]
    classifiers = [each for each in about.get_all("Classifier") or () if each.startswith("License ::")]
    said = (
        said or "; ".join(each.rpartition(" :: ")[2] for each in classifiers) or (about.get_all("License") or [""])[0]
    )
    first = said.strip().partition("\n")[0][:120]
    return {"licenses": [{"license": {"name": first}}]} if first else {}
