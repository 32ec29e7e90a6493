"""A short pass over every fault of the matrix, in parts side by side. Counts only, no times."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = 3
"""Each with servers of its own. A fault is mostly waiting, so they hardly slow each other down."""


def short_pass(part: int) -> "subprocess.CompletedProcess[str]":
    words = ["--short", "--seed", "1", "--part", f"{part}/{PARTS}"]
    command = [sys.executable, "-m", "faults", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1500)


@pytest.mark.slow
def test_no_fault_of_the_matrix_breaks_an_invariant() -> None:
    with ThreadPoolExecutor(PARTS) as threads:
        for done in threads.map(short_pass, range(1, PARTS + 1)):
            assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
