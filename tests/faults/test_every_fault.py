"""A short pass over every fault of the matrix, in parts side by side. Counts only, no times."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from faults.catalogue import FAULTS
from faults.report import Row
from faults.trial import Entry

ROOT = Path(__file__).resolve().parents[2]
PARTS = 3
"""Each with servers of its own. A fault is mostly waiting, so they hardly slow each other down."""

Told = dict[str, str]
"""What there is to complain of, by the names of the faults that were injected."""


def short_pass(part: int, rows: Path) -> Told:
    words = ["--short", "--seed", "1", "--part", f"{part}/{PARTS}", "--rows", str(rows)]
    command = [sys.executable, "-m", "faults", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1500)
    if not rows.exists():
        return {fault.name: done.stdout + done.stderr for fault in FAULTS[part - 1 :: PARTS]}
    found = msgspec.json.decode(rows.read_bytes(), type=list[Row])
    return {row.name: complaint(row) for row in found}


def complaint(row: Row) -> str:
    return "; ".join(filter(None, [row.told(), *map(str, row.missed(short=True))]))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("faults")

    def pass_of(part: int) -> Told:
        return short_pass(part, folder / f"{part}.json")

    with ThreadPoolExecutor(PARTS) as threads:
        parts = threads.map(pass_of, range(1, PARTS + 1))
    return {name: text for part in parts for name, text in part.items()}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_no_invariant_breaks(told: Told, fault: Entry) -> None:
    if fault.hosted and fault.name not in told:
        pytest.skip("this machine gives no network namespaces")
    assert told[fault.name] == ""
