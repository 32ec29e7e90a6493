"""The bench's counts, with few items: what is lost, doubled or charged wrongly. No times."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("measure", ["whole", "kill", "flushall", "api", "sockets"])
def test_nothing_is_lost_doubled_or_charged_twice(measure: str) -> None:
    command = [sys.executable, "-m", "bench", measure, "--short"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
