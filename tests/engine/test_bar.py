"""The arithmetic of the bars, without any server."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.status import Phase, RunStatus, StageStatus
from pipeline.bar import children_per_item, function_phase, stage_percentages
from pipeline.messages import FUNCTIONS, NAMES
from pipeline.options import RunOptions
from pipeline.progress import StageProgress
from pipeline.reporter import PHASE_END, PHASE_START, percentage

OPTIONS = RunOptions(ideas_per_cluster=2, images_per_article=2)
WAITING, OPEN, CLOSED = StageStatus.WAITING, StageStatus.OPEN, StageStatus.CLOSED


def stage(number: int, status: StageStatus, **counts: Any) -> StageProgress:
    return StageProgress(
        stage=number, function=FUNCTIONS[number], name=NAMES[number], status=status, **counts
    )


def overall(stages: list[StageProgress]) -> float:
    return sum(stage_percentages(stages, OPTIONS).values()) / 7


def test_the_automation_bar_is_stages_done_plus_a_seventh_of_the_current_one() -> None:
    stages = [
        stage(1, CLOSED, completed=10),
        stage(2, CLOSED, completed=4),
        stage(3, OPEN, completed=5, failed=1, pending=2),
        *(stage(n, WAITING) for n in range(4, 8)),
    ]
    assert overall(stages) == pytest.approx(2 * 100 / 7 + 75 / 7)


def test_a_retry_of_one_of_100_takes_the_bar_from_100_to_99_9() -> None:
    stages = [stage(n, CLOSED, completed=100) for n in range(1, 8)]
    assert overall(stages) == 100.0
    stages[3] = stage(4, OPEN, completed=99, pending=1)
    assert round(overall(stages), 1) == 99.9


def test_in_flow_a_stage_is_measured_against_what_it_must_still_expect() -> None:
    stages = [
        stage(1, CLOSED, completed=10),
        stage(2, OPEN, completed=2, pending=3),
        stage(3, OPEN, completed=4),
        *(stage(n, OPEN) for n in range(4, 8)),
    ]
    found = stage_percentages(stages, OPTIONS)
    assert found[2] == pytest.approx(100 * 2 / 5)
    assert found[3] == pytest.approx(100 * 4 / (4 + 3 * 2))
    assert found[4] == 0.0


def test_a_closed_stage_without_items_is_complete() -> None:
    assert stage_percentages([stage(6, CLOSED)], OPTIONS) == {6: 100.0}


def test_children_per_item_follow_from_the_options() -> None:
    assert children_per_item(3, OPTIONS) == 2
    assert children_per_item(6, OPTIONS) == 3
    assert children_per_item(7, OPTIONS) == pytest.approx(1 / 3)


@pytest.mark.parametrize("phase", list(Phase))
@given(fraction=st.floats(-1, 2))
def test_the_share_of_an_item_lies_within_its_phase(phase: Phase, fraction: float) -> None:
    assert PHASE_START[phase] <= percentage(phase, fraction) <= PHASE_END[phase]


@given(
    completed=st.integers(0, 20),
    failed=st.integers(0, 20),
    pending=st.integers(0, 20),
    shares=st.lists(st.floats(0, 1), max_size=8),
    prepared=st.none() | st.floats(0, 1),
    status=st.sampled_from([WAITING, OPEN, CLOSED]),
)
def test_the_bar_of_a_function_lies_within_its_phase(
    completed: int,
    failed: int,
    pending: int,
    shares: list[float],
    prepared: float | None,
    status: StageStatus,
) -> None:
    now = stage(
        1, status, completed=completed, failed=failed, pending=pending, processing=len(shares)
    )
    phase, bar = function_phase(now, shares, prepared, RunStatus.RUNNING)
    assert PHASE_START[phase] <= bar <= PHASE_END[phase]


@given(
    total=st.integers(1, 30), done=st.integers(0, 29), shares=st.lists(st.floats(0, 1), max_size=5)
)
def test_one_more_item_done_never_lowers_the_bar_of_a_function(
    total: int, done: int, shares: list[float]
) -> None:
    done = min(done, total - 1)
    shares = shares[: total - done]
    rest = total - done - len(shares)
    before = stage(1, OPEN, completed=done, processing=len(shares), pending=rest)
    after = stage(
        1, OPEN, completed=done + 1, processing=max(0, len(shares) - 1), pending=total - done - 1
    )
    after.pending -= after.processing
    _, low = function_phase(before, shares, None, RunStatus.RUNNING)
    _, high = function_phase(after, shares[1:], None, RunStatus.RUNNING)
    if not (len(shares) == total - done and min(shares, default=0) >= 0.8):  # masked by `best`
        assert high >= low - 1e-9


def test_words_streamed_move_the_bar_of_one_article() -> None:
    now = stage(4, OPEN, processing=1)
    shares = [percentage(Phase.AI_CALL, words / 1000) / 100 for words in (0, 250, 500, 1000)]
    bars = [function_phase(now, [share], None, RunStatus.RUNNING) for share in shares[1:3]]
    assert [phase for phase, _ in bars] == [Phase.AI_CALL] * 2
    assert [bar for _, bar in bars] == [pytest.approx(35), pytest.approx(50)]


def test_cancelled_items_move_no_bar() -> None:
    now = stage(2, OPEN, completed=1, cancelled=35)
    phase, bar = function_phase(now, [], None, RunStatus.CANCELLED)
    assert phase == Phase.AI_CALL
    assert bar == pytest.approx(20 + 60 / 36)
    untouched = stage(2, OPEN, cancelled=36)
    assert function_phase(untouched, [], None, RunStatus.CANCELLED) == (Phase.PREP, 10.0)
