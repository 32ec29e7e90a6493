"""A worker process: it works with all it needs, or not at all."""

import subprocess
import sys

import pytest

from pipeline.local.servers import Servers

UNOPENED = """
from pipeline import working

async def refuse(pool_size):
    raise ConnectionRefusedError("PostgreSQL is away")

working.open_all = refuse
working.Working("text", 1, 1).start()
print("it works")
"""


@pytest.mark.slow
def test_a_worker_that_cannot_open_what_it_needs_ends_and_says_why(servers: Servers) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", UNOPENED], capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 1
    assert "The worker cannot start: ConnectionRefusedError('PostgreSQL is away')" in ended.stderr
    assert ended.stdout == ""
