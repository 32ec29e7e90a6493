"""A short pass over every fault of the matrix. Counts only, no times."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_no_fault_of_the_matrix_breaks_an_invariant() -> None:
    command = [sys.executable, "-m", "faults", "--items", "24", "--seed", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=580)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
