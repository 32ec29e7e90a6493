"""What the description promises is what the API does: every operation, with cases made from it.

Schemathesis reads the description of the running server, so a new operation is tested as soon as
it is described. The seed is fixed: the same code meets the same cases.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from api.auth import COOKIE
from pipeline.local.owner import free_port
from tests.api.conftest import add_token
from tests.api.estate import furnish
from tests.api.people import add_session
from tests.support import await_condition, start_module, stop

SEED = "7"
CASES = os.environ.get("CONTRACT_CASES", "15")
"""Made-up cases an operation, besides its examples and the edges of its values."""

CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture
def address(demo_url: str, tmp_path: Path, account: UUID) -> Iterator[str]:
    """The API as a process, with the demo AI service behind it and no worker."""
    port, log = free_port(), tmp_path / "serve.log"
    process = start_module(
        "api.serve", log=log, environment={"PORT": str(port), "RATE_LIMIT": "1000000"}
    )
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return httpx2.get(f"{url}/api/v1/health/live", trust_env=False).status_code == 200
        except httpx2.TransportError:
            return False

    try:
        await_condition(answers, process, log)
        yield url
    finally:
        stop(process)


@pytest.mark.slow
async def test_no_operation_breaks_its_description(
    address: str, account: UUID, tmp_path: Path
) -> None:
    token = await add_token(account, "admin@example.com", role="admin")
    ids = await furnish(account)
    session = await add_session(ids["user"])
    seeds = {f"CONTRACT_{kind.upper()}": str(row) for kind, row in ids.items()}
    done = subprocess.run(  # noqa: ASYNC221 - the server is another process
        [
            *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG)),
            *(
                "run",
                f"{address}/schema/openapi.json",
                "--header",
                f"Authorization: Bearer {token}",
            ),
            *("--seed", SEED, "--max-examples", CASES, "--no-color"),
        ],
        cwd=tmp_path,
        env={**os.environ, **seeds, "CONTRACT_COOKIE": f"{COOKIE}={session}"},
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    assert done.returncode == 0, done.stdout[:20_000] + done.stderr[-2000:]
