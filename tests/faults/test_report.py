"""What the table of faults says of times."""

import pytest

from faults.invariants import Broken
from faults.report import ENOUGH, Row


def _row(times: list[float]) -> Row:
    row = Row("1", "kill-one", "kill -9 of a worker.")
    for seconds in times:
        row.add(Broken(), seconds, [])
    return row


@pytest.mark.parametrize(
    ("times", "told"),
    [
        ([], "-"),
        ([1.0, 3.0], "2.0 / max 3.0"),
        ([1.0] * (ENOUGH - 1) + [9.0], "1.0 / p99 9.0"),
        ([1.0] * 198 + [5.0, 9.0], "1.0 / p99 5.0"),
    ],
)
def test_a_99th_percentile_is_told_of_enough_trials_only(times: list[float], told: str) -> None:
    assert _row(times).times() == told
