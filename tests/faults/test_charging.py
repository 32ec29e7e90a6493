"""A short run of the proof that every success is charged once, and what the reckoning notices."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_charged_equals_succeeded_under_kills_cuts_and_doubled_bells() -> None:
    command = [sys.executable, "-m", "faults.charging", "--items", "1000", "--seed", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=580)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
