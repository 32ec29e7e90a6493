"""Many stored events come to few: the latest state of each thing, in a safe order, bounded."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.coalescing import Changes
from api.frames import Event, ItemsMoved, RowsChanged, RunChanged, StageChanged
from db.status import GenerationStatus
from pipeline.events import MAX_IDS, STAGE_TABLE, Stored

RUN, OTHER = UUID(int=1), UUID(int=2)
KEYWORD, TEA = UUID(int=10), UUID(int=11)
COUNTS = [1, 2, 3, 4, 5]


def changes(*stored: Stored) -> Changes:
    found = Changes()
    found.add(stored)
    return found


def events(*stored: Stored) -> list[Event]:
    return changes(*stored).events()


def items(status: str, *ids: UUID, run: UUID = RUN, stage: int = 4, **more: Any) -> Stored:
    fields = {"counts": COUNTS} | more
    return Stored(type="items", run=run, stage=stage, status=status, items=list(ids), **fields)


def stage(n: int = 4, **more: Any) -> Stored:
    return Stored(type="stage", run=RUN, stage=n, **({"counts": COUNTS} | more))


def rows(*ids: UUID, **more: Any) -> Stored:
    return Stored(type="rows", table="keyword", ids=list(ids), **more)


def many(*tables: str) -> list[RowsChanged]:
    return [RowsChanged(table, many=True) for table in tables]  # type: ignore[arg-type]


def test_the_newest_version_of_a_run_wins_whatever_the_order() -> None:
    (only,) = events(
        Stored(type="run", run=RUN, status="paused", version=3),
        Stored(type="run", run=RUN, status="running", version=2),
    )
    assert (only.run, only.status, only.version) == (RUN, "paused", 3)  # type: ignore[union-attr]


def test_a_row_is_told_once_with_the_last_status_and_counts() -> None:
    newest = [0, 0, 9, 0, 0]
    found = events(
        items("queued", KEYWORD),
        items("processing", KEYWORD),
        items("completed", KEYWORD, counts=newest),
    )
    assert len(found) == 1
    assert isinstance(found[0], ItemsMoved)
    assert (found[0].status, found[0].items) == ("completed", [KEYWORD])
    assert found[0].counts.completed == 9


def test_rows_of_one_status_share_an_event() -> None:
    (only,) = events(items("queued", KEYWORD), items("queued", TEA))
    assert isinstance(only, ItemsMoved)
    assert only.items == [KEYWORD, TEA]


def test_counts_alone_are_told_as_the_stage() -> None:
    (only,) = events(stage(), stage(counts=[0, 0, 0, 0, 7]))
    assert isinstance(only, StageChanged)
    assert only.counts.cancelled == 7
    assert only.status is None


def test_a_stage_that_opened_says_so_and_that_many_of_its_rows_changed() -> None:
    opened, reread = events(stage(status="open"), stage())
    assert isinstance(opened, StageChanged)
    assert opened.status == "open"
    assert [reread] == many("task")


def test_items_that_are_claimed_as_their_stage_opens_are_named() -> None:
    opened, moved, reread = events(stage(status="open"), items("processing", KEYWORD))
    assert isinstance(opened, StageChanged)
    assert isinstance(moved, ItemsMoved)
    assert (moved.status, moved.items) == ("processing", [KEYWORD])
    assert [reread] == many("task")


def test_a_cancelled_run_has_rows_of_all_tables_read_again() -> None:
    found = events(Stored(type="run", run=RUN, status="cancelled", version=2))
    assert found[1:] == many("cluster", "content", "idea", "image", "keyword", "task")


def test_progress_of_a_worker_is_no_event_but_touches_its_run() -> None:
    found = changes(Stored(type="progress", run=RUN, stage=4, counts=COUNTS))
    assert found.events() == []
    assert found.touched == {RUN}


@pytest.mark.parametrize(
    ("event", "moved"),
    [
        (items("completed", KEYWORD), True),
        (items("processing", KEYWORD), False),
        (stage(status="closed"), True),
        (Stored(type="credits"), True),
        (rows(KEYWORD), False),
    ],
)
def test_what_may_move_credits_is_known(event: Stored, moved: bool) -> None:
    assert changes(event).credits is moved


def test_a_row_that_was_edited_and_then_deleted_is_deleted() -> None:
    assert events(rows(KEYWORD, TEA), rows(KEYWORD, deleted=True)) == [
        RowsChanged("keyword", [KEYWORD], deleted=True),
        RowsChanged("keyword", [TEA]),
    ]


def test_too_many_rows_are_told_as_many() -> None:
    ids = [UUID(int=n) for n in range(MAX_IDS + 1)]
    assert events(rows(*ids[:300]), rows(*ids[300:])) == many("keyword")


def test_too_many_items_leave_the_counts_of_their_stage() -> None:
    found = events(items("queued", *(UUID(int=n) for n in range(MAX_IDS + 1))))
    assert [type(event) for event in found] == [StageChanged, RowsChanged]
    assert found[1:] == many("task")


def test_completed_items_name_the_rows_they_made() -> None:
    found = changes(items("completed", KEYWORD, stage=1), items("failed", TEA, stage=1))
    assert found.completed == {1: [KEYWORD]}
    found.made([("cluster", OTHER)])
    assert found.events()[-1] == RowsChanged("cluster", [OTHER])


def test_made_rows_that_cannot_be_named_are_many() -> None:
    found = changes(items("completed", KEYWORD))
    found.made(None)
    assert found.events()[1:] == many("content", "idea")


def test_an_event_of_an_unknown_type_is_left_out() -> None:
    assert events(Stored(type="weather", run=RUN)) == []


moves = st.lists(
    st.tuples(
        st.sampled_from([RUN, OTHER]),
        st.sampled_from([4, 5, 7]),
        st.sampled_from([s.value for s in GenerationStatus]),
        st.lists(st.integers(0, 4).map(lambda n: UUID(int=n)), min_size=1, max_size=3),
    ),
    max_size=30,
)


@given(moves)
def test_applying_what_is_left_gives_the_same_state_as_applying_all(
    history: list[tuple[UUID, int, str, list[UUID]]],
) -> None:
    stored = [items(status, *ids, run=run, stage=n) for run, n, status, ids in history]
    of_rows, of_items = {}, {}
    for event in stored:
        for item in event.items:
            of_rows[STAGE_TABLE[event.stage or 0], item] = event.status
            of_items[event.run, event.stage, item] = event.status
    seen_rows, seen_items = {}, {}
    for left in events(*stored):
        assert isinstance(left, ItemsMoved)
        for item in left.items:
            seen_rows[STAGE_TABLE[left.stage], item] = left.status.value
            seen_items[left.run, left.stage, item] = left.status.value
    assert (seen_rows, seen_items) == (of_rows, of_items)


def test_runs_come_before_their_stages_and_these_before_rows() -> None:
    found = events(
        rows(TEA),
        items("queued", KEYWORD),
        Stored(type="run", run=RUN, status="running", version=1),
    )
    assert [type(event) for event in found] == [RunChanged, ItemsMoved, RowsChanged]
