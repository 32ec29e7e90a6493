"""What people see while many items enter a stage, and how parents are found whose stage grew."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from db.columns import uuid7
from db.lineage import FOLLOWING, following
from db.status import Phase, StageStatus
from piccolo_conf import DB
from pipeline import advance, controls, entering, estimate, progress, queue
from pipeline.options import RunOptions
from tests.engine.fakes import rows

MANY = 50


async def keywords(account: UUID, count: int) -> list[UUID]:
    made = [uuid7() for _ in range(count)]
    async with DB.connection() as connection:
        await connection.execute(
            "insert into keyword (id, account_id, text, key)"
            " select id, $2, n::text, n::text from unnest($1::uuid[]) with ordinality as x(id, n)",
            made,
            account,
        )
    return made


@pytest.fixture
async def key(account: UUID) -> queue.RunKey:
    """A run over keywords whose labels are found, about to open."""
    chosen = await keywords(account, MANY)
    run = await controls.start(account, first_stage=1, last_stage=2, selection=chosen)
    async with DB.connection() as connection:
        await connection.execute("update automation_run set prepared = true where id = $1", run)
    return queue.RunKey(account, run)


async def test_a_long_opening_shows_how_far_it_is_and_its_counts_stay(
    key: queue.RunKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[progress.Progress] = []
    tell = queue.tell

    async def telling(*args: Any) -> None:
        await tell(*args)
        now = await progress.read(key.account, key.run)
        assert now is not None
        seen.append(now)

    monkeypatch.setattr(entering, "CHUNK", 20)
    monkeypatch.setattr(queue, "tell", telling)
    await advance.advance(key)
    opening = [now for now in seen if now.stages[0].status == StageStatus.WAITING][:3]
    assert [now.message for now in opening] == [
        f"Starting clustering: {loaded} of 50 keywords loaded" for loaded in (0, 20, 40)
    ]
    assert {now.items_total for now in seen} == {MANY}


async def test_positions_and_credits_of_an_opening_in_parts_are_those_of_one(
    key: queue.RunKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "CHUNK", 20)
    await advance.advance(key)
    found = await rows(
        "select item_id, position from run_item where run_id = $1 order by position", key.run
    )
    chosen = await rows("select unnest(selection) from automation_run where id = $1", key.run)
    assert [tuple(row) for row in found] == [(row[0], n) for n, row in enumerate(chosen, 1)]
    held = await rows("select held from credit_entry where run_id = $1", key.run)
    assert [row[0] for row in held] == [MANY]


async def test_the_search_for_clusters_tells_how_many_keywords_it_has_compared(
    key: queue.RunKey,
) -> None:
    text = "Finding clusters: 12 of 50 keywords compared"
    await queue.tell(key, 1, (Phase.AI_CALL.value, text, ""), {"prepare": 0.4}, [])
    now = await progress.read(key.account, key.run)
    assert now is not None
    assert (now.phase, now.message, now.items_processed) == (Phase.AI_CALL, text, 0)


async def test_between_two_stages_the_time_left_is_that_of_what_will_follow(
    key: queue.RunKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def known(account: UUID) -> dict[int, float]:
        return {2: 3.0}

    monkeypatch.setattr(estimate, "_durations", known)
    now = await progress.read(key.account, key.run)
    assert now is not None
    closed = msgspec.structs.replace(
        now.stages[0], status=StageStatus.CLOSED, pending=0, completed=MANY
    )
    between = msgspec.structs.replace(now, stages=[closed, now.stages[1]], concurrency=1)
    left = await estimate.seconds_left(key.account, between, {}, RunOptions())
    assert left == pytest.approx(3.0 * MANY / 6, abs=0.1)


@pytest.mark.parametrize("stage", FOLLOWING)
async def test_named_parents_are_looked_up_one_by_one(key: queue.RunKey, stage: int) -> None:
    """Also where PostgreSQL believes the stage to be empty."""
    found = await rows(
        f"explain {following(stage, named=True)}", key.run, [uuid7(), uuid7()], None, 2
    )
    plan = "\n".join(row[0] for row in found)
    parents = plan[plan.index("unnest parent") :]
    assert "item_id = parent.id" in parents
