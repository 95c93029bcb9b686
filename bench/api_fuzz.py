"""Everything the API's description allows, and much that it does not, asked of a running server by schemathesis.

    RECOVERLINE_TOKEN=rl_... python -m bench.api_fuzz [--url http://127.0.0.1:8000] [--seeds 1 2 3] [--examples 15]

The token wants all scopes, and the server a business whose rows may be changed: a demo. Set API_READS_PER_MINUTE and
API_WRITES_PER_MINUTE of the server to a million, or most answers are 429. Fails when an answer is a server error, or is
none that the description knows. schemathesis comes from its own environment (uv tool run): it pins what we do not.
"""

import argparse
import os
import subprocess
import sys

VERSION = "4.32.5"
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
)  # fmt: skip


def command(url: str, *, seed: int, examples: int, token: str) -> list[str]:
    uv = [sys.executable, "-m", "uv", "tool", "run", "--from", f"schemathesis=={VERSION}"]
    asked = ["st", "run", f"{url}/api/v1/schema/", "--header", f"Authorization: Bearer {token}"]
    how = ["--phases", "coverage,fuzzing", "--checks", ",".join(CHECKS), "--continue-on-failure", "--workers", "1"]
    return [*uv, *asked, *how, "--seed", str(seed), "--max-examples", str(examples)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--examples", type=int, default=15)
    asked = parser.parse_args()
    token = os.environ.get("RECOVERLINE_TOKEN", "")
    if not token:
        parser.error("RECOVERLINE_TOKEN is not set.")
    failed = [
        seed
        for seed in asked.seeds
        if subprocess.run(command(asked.url.rstrip("/"), seed=seed, examples=asked.examples, token=token)).returncode
    ]
    print(f"Seeds that failed: {failed or 'none'}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
