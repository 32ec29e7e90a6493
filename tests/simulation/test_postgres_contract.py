"""The tables in memory do with every statement of the engine what PostgreSQL does with it."""

import os
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from piccolo_conf import DB
from tests.simulation.both import RUN, History, dump, in_memory, without_redis
from tests.support import new_account

LONG = bool(os.environ.get("IGNY8_LONG"))
STEPS = (
    *("begin", "begin", "finish", "finish", "advance") * 4,
    *("finish_again", "put_back", "control", "control", "retry", "retry", "look", "rebuild"),
    *("cancel", "stop"),
)
IDEAS = (
    "insert into content_idea (id, account_id, cluster_id, title, key, primary_keyword,"
    " content_type, target_words) select id, $1, $2, 'idea ' || n - 1, id::text, 'k', 'guide', 200"
    " from unnest($3::uuid[]) with ordinality as given (id, n)"
)
ROWS = """
    select 'content_idea' as name, id, generation_status from content_idea
    union all select 'task', id, generation_status from task
    union all select 'content', id, generation_status from content
    union all select 'image', id, generation_status from image
"""
EMPTY = (
    "set local session_replication_role = replica; delete from automation_run;"
    "delete from run_stage; delete from run_item; delete from credit_entry; delete from image;"
    "delete from content; delete from task; delete from content_idea; delete from cluster"
)


async def stored(account: UUID) -> dict[str, Any]:
    """All tables of PostgreSQL, in the words of `dump`."""
    async with DB.connection() as connection:
        run = await connection.fetchrow("select * from automation_run where id = $1", RUN)
        stages = await connection.fetch("select * from run_stage order by stage")
        items = await connection.fetch("select * from run_item order by stage, item_id")
        entries = await connection.fetch("select * from credit_entry order by id")
        balance = await connection.fetchval("select balance from account where id = $1", account)
        rows = await connection.fetch(ROWS)
    results = {n: run[f"stage_{n}_result"] for n in range(1, 8)}
    return {
        "run": (run["status"], run["version"], run["stage"], (run["error"] or {}).get("stage")),
        "when": (run["revived_at"] is not None, run["ended_at"] is not None),
        "results": {
            n: tuple(r[name] for name in ("loaded", "completed", "failed", "created", "credits"))
            for n, r in results.items()
            if r
        },
        "stages": [
            (s["stage"], s["status"], s["opened_at"] is not None, s["closed_at"] is not None)
            for s in stages
        ],
        "items": [
            (
                *(r["stage"], r["item_id"], r["position"], r["title"], r["price"], r["status"]),
                *(r["attempts"], r["started_at"] is not None, r["finished_at"] is not None),
                r["error"] is not None,
            )
            for r in items
        ],
        "entries": [(e["kind"], e["amount"], e["held"], e["stage"], e["item_id"]) for e in entries],
        "balance": balance,
        "rows": sorted(tuple(row) for row in rows),
    }


@settings(
    max_examples=300 if LONG else 30,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
@given(
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 99)), min_size=15, max_size=50),
    credit=st.sampled_from([2, 5, 100]),
    count=st.integers(1, 3),
    last=st.sampled_from([4, 5, 7]),
    flow=st.booleans(),
)
async def test_one_history_is_the_same_on_both(
    db: None, steps: list[tuple[str, int]], credit: int, count: int, last: int, flow: bool
) -> None:
    chosen = [UUID(int=100 + n) for n in range(count)]
    async with DB.transaction() as transaction:
        await transaction.connection.execute(EMPTY)
    account = await new_account(os.urandom(8).hex(), credit)
    async with DB.transaction() as transaction:
        cluster = await transaction.connection.fetchval(
            "insert into cluster (account_id, name, key) values ($1, 'c', 'c') returning id",
            account,
        )
        await transaction.connection.execute(IDEAS, account, cluster, chosen)
    real = History(account, chosen)
    states = []
    with without_redis(real):
        await real.start(last, flow)
        for step, choice in steps:
            await real.step(step, choice)
            states.append(await stored(account))
    memory = History(account, chosen)
    with in_memory(account, credit, chosen) as store, without_redis(memory):
        await memory.start(last, flow)
        for (step, choice), state, seen in zip(steps, states, real.seen, strict=True):
            await memory.step(step, choice)
            assert memory.seen[-1] == seen
            mine = dump(store)
            for table, rows in state.items():
                assert mine[table] == rows, (step, table)
    assert memory.told == real.told
