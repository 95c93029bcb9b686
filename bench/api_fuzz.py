"""Everything the API's description allows, and much that it does not, asked of a running demo by schemathesis.

    python -m bench.api_fuzz [--seeds 1 2 3] [--examples 15]

Starts a demo of its own with a token of all scopes, and fails when an answer is a server error, or is none that the
description knows. schemathesis comes from its own environment (uv tool run): it pins what we do not.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.demo import demo, shell

VERSION = "4.32.5"
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
)  # fmt: skip
# Or most answers would be 429.
UNLIMITED = {"API_READS_PER_MINUTE": "1000000", "API_WRITES_PER_MINUTE": "1000000"}
MAKE_TOKEN = """
from leads import api_tokens
from leads.models import ApiToken, Business
from recoverline.lib import clock
token = ApiToken(business=Business.objects.get(), name="schemathesis", scopes=[*api_tokens.SCOPES])
print("TOKEN", api_tokens.issue(token, by=None, now=clock.now()))
token.save()
"""


def command(url: str, *, seed: int, examples: int, token: str) -> list[str]:
    uv = [sys.executable, "-m", "uv", "tool", "run", "--from", f"schemathesis=={VERSION}"]
    asked = ["st", "run", f"{url}/api/v1/schema/", "--header", f"Authorization: Bearer {token}"]
    how = ["--phases", "coverage,fuzzing", "--checks", ",".join(CHECKS), "--continue-on-failure", "--workers", "1"]
    return [*uv, *asked, *how, "--seed", str(seed), "--max-examples", str(examples)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--examples", type=int, default=15)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="recoverline-fuzz-") as folder,
        demo(Path(folder), UNLIMITED) as (site, environment),
    ):
        token = shell(MAKE_TOKEN, environment, "TOKEN")
        failed = [
            seed
            for seed in asked.seeds
            if subprocess.run(command(site, seed=seed, examples=asked.examples, token=token)).returncode
        ]
    print(f"Seeds that failed: {failed or 'none'}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
