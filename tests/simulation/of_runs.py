"""The statements about runs as a whole: advance, controls, rebuild, keeper."""

import re
from operator import attrgetter

import msgspec

from tests.simulation.book import (
    Answer,
    Args,
    change,
    chosen,
    fence,
    items,
    record,
    set_run,
    statement,
)
from tests.simulation.store import RunRow, StageRow, Transaction

# Opening and closing ---------------------------------------------------------------------------


@statement("select exists (select 1 from run_item where run_id = $1 and stage = $2")
def has_open(t: Transaction, sql: str, a: Args) -> Answer:
    return [record("exists")((bool(chosen(t, sql, a[1], None)),))]


@statement("update run_stage set status = 'open', opened_at = now()")
def open_run_stages(t: Transaction, sql: str, a: Args) -> Answer:
    for stage in a[1]:
        t.put("stage", stage, change(t.get("stage", stage), status="open", opened_at=t.began))
    return []


@statement("update automation_run set stage = $2 where id = $1")
def set_stage(t: Transaction, sql: str, a: Args) -> Answer:
    set_run(t, a[0], stage=a[1])
    return []


@statement("select count(*) as loaded, count(*) filter (where status = 'completed')")
def counted(t: Transaction, sql: str, a: Args) -> Answer:
    found = [row.status for _, row in items(t, a[1])]
    names = "loaded completed failed tokens_in tokens_out item_seconds seconds"
    values = (len(found), found.count("completed"), found.count("failed"))
    return [record(names)((*values, None, None, None, t.began - a[2]))]


@statement("with done as (select item_id as id from run_item where run_id = $1")
def made(t: Transaction, sql: str, a: Args) -> Answer:
    found = re.search(r"and stage = (\d)", sql)
    assert found is not None
    stage = int(found[1])
    done = {item for item, row in items(t, stage) if row.status == "completed"}
    drawn = [row for key, row in t.rows("row") if key[0] == "image" and row.parent in done]
    return [
        {
            3: lambda: record("tasks")((len(done),)),
            4: lambda: record("words")((210 * len(done),)),
            5: lambda: record("featured in_article")(
                (
                    sum(row.position == 0 for row in drawn),
                    sum(row.position != 0 for row in drawn),
                )
            ),
            6: lambda: record("images")((len(done),)),
            7: lambda: record("ready needs_attention")((len(done), 0)),
        }[stage]()
    ]


@statement("update run_stage set status = 'closed', closed_at = now()")
def close_stage(t: Transaction, sql: str, a: Args) -> Answer:
    t.put("stage", a[1], change(t.get("stage", a[1]), status="closed", closed_at=t.began))
    return []


@statement("_result = $2, stage = least($3, last_stage)")
def store_result(t: Transaction, sql: str, a: Args) -> Answer:
    found = re.search(r"stage_(\d)_result", sql)
    assert found is not None
    run = t.get("run", a[0])
    results = run.results | {int(found[1]): a[1]}
    set_run(t, a[0], results=results, stage=min(a[2], run.last_stage))
    return []


@statement("select error from run_item where run_id = $1 and stage = $2 and status = 'failed'")
def first_error(t: Transaction, sql: str, a: Args) -> Answer:
    failed = [row.error for _, row in items(t, a[1]) if row.status == "failed"]
    return [record("error")((msgspec.json.decode(text or "null"),)) for text in failed[:1]]


@statement("update automation_run set status = $2, error = $3, version = $4, ended_at = now()")
def end_run(t: Transaction, sql: str, a: Args) -> Answer:
    error = None if a[2] is None else msgspec.to_builtins(a[2])
    set_run(t, a[0], status=a[1], error=error, version=a[3], ended_at=t.began)
    return []


# Controls --------------------------------------------------------------------------------------


@statement("select count(*), coalesce(sum(units), 0)::bigint from (")
def usable(t: Transaction, sql: str, a: Args) -> Answer:
    found = {key[1] for key, _ in t.rows("row")}
    units = 2 if "target_words" in sql else 1
    usable = len(found & set(a[1]))
    return [record("count units")((usable, usable * units))]


@statement("insert into automation_run (id, account_id, first_stage")
def start_run(t: Transaction, sql: str, a: Args) -> Answer:
    run, account, first, last, order, concurrency, options, selection, _ = a
    row = RunRow(
        *(run, account, first, last, order, "running", 1, first, concurrency),
        options=msgspec.to_builtins(options),
        selection=selection,
        selected=len(selection),
        prepared=False,
    )
    t.put("run", run, row)
    return []


@statement("insert into run_stage (run_id, stage, status) select $1, stage, 'waiting'")
def start_stages(t: Transaction, sql: str, a: Args) -> Answer:
    for stage in range(a[1], a[2] + 1):
        t.put("stage", stage, StageRow("waiting"))
    return []


@statement("update automation_run set status = $2::text, version = $3, error = null")
def set_status(t: Transaction, sql: str, a: Args) -> Answer:
    ended = t.began if a[1] == "cancelled" else None
    set_run(t, a[0], status=a[1], version=a[2], error=None, ended_at=ended)
    return []


@statement("select (error ->> 'stage')::int from automation_run where id = $1")
def error_stage(t: Transaction, sql: str, a: Args) -> Answer:
    error = t.get("run", a[0]).error
    return [record("stage")((None if error is None else error["stage"],))]


@statement("select stage, status, count(*) as items from run_item where run_id = $1")
def kept(t: Transaction, sql: str, a: Args) -> Answer:
    allowed = fence(sql) or ()
    ended = [(key[0], row.status) for key, row in t.rows("item") if row.status in allowed]
    made = record("stage status items")
    return [made((*end, ended.count(end))) for end in sorted(set(ended))]


@statement("update automation_run set retries = retries + 1 where id = $1")
def count_retry(t: Transaction, sql: str, a: Args) -> Answer:
    """Only what people see depends on it."""
    return []


@statement("update automation_run set revived_at = now() where id = $1")
def revive(t: Transaction, sql: str, a: Args) -> Answer:
    set_run(t, a[0], revived_at=t.began)
    return []


@statement("where run_id = $1 and stage = any($2) and item_id = any($3)")
def skipped(t: Transaction, sql: str, a: Args) -> Answer:
    made = record("item_id status")
    return [
        made((item, row.status))
        for stage in a[1]
        for item, row in items(t, stage)
        if item in set(a[2])
    ]


# Runs as a whole -------------------------------------------------------------------------------


@statement("select account_id, options, last_stage from automation_run where id = $1")
def facts(t: Transaction, sql: str, a: Args) -> Answer:
    run = t.get("run", a[0])
    if run is None:
        return []
    return [record("account_id options last_stage")((run.account_id, run.options, run.last_stage))]


@statement("select selection from automation_run where id = $1")
def selection(t: Transaction, sql: str, a: Args) -> Answer:
    return [record("selection")((t.get("run", a[0]).selection,))]


COLUMNS = (
    "first_stage last_stage order status version concurrency options selected prepared revived_at"
)
_columns = attrgetter(*COLUMNS.split())


@statement("prepared, selected, revived_at from automation_run where id = $1 and account_id = $2")
def lock_run(t: Transaction, sql: str, a: Args) -> Answer:
    run = t.get("run", a[0])
    if run is None or run.account_id != a[1]:
        return []
    if "for no key update" in sql:
        t.lock("run", a[0])
    run = t.get("run", a[0])
    return [record(COLUMNS)(_columns(run))]


@statement("select stage, status, opened_at from run_stage where run_id = $1")
def stages_of(t: Transaction, sql: str, a: Args) -> Answer:
    made = record("stage status opened_at")
    return [made((n, row.status, row.opened_at)) for n, row in sorted(t.rows("stage"))]


TOLD = "status version concurrency first_stage last_stage"
_told = attrgetter(*TOLD.split())


@statement("select status, version, concurrency, first_stage, last_stage from automation_run")
def told(t: Transaction, sql: str, a: Args) -> Answer:
    run = t.get("run", a[0])
    return [] if run is None else [record(TOLD)(_told(run))]


@statement("select stage, status from run_stage where run_id = $1 order by stage")
def stage_statuses(t: Transaction, sql: str, a: Args) -> Answer:
    return [record("stage status")((n, row.status)) for n, row in sorted(t.rows("stage"))]


@statement("select item_id, status, position, attempts from run_item")
def refill(t: Transaction, sql: str, a: Args) -> Answer:
    made = record("item_id status position attempts")
    return [made((i, row.status, row.position, row.attempts)) for i, row in items(t, a[1])]


ACTIVE = "id account_id status version concurrency first_stage last_stage"
_active = attrgetter(*ACTIVE.split())


@statement("select r.id, r.account_id, r.status, r.version, r.concurrency")
def active(t: Transaction, sql: str, a: Args) -> Answer:
    found = []
    stages = dict(t.rows("stage"))
    opened = [row.opened_at for row in stages.values() if row.opened_at is not None]
    for _, run in t.rows("run"):
        lately = run.ended_at is not None and run.ended_at > t.began - a[0]
        if run.status in ("running", "paused") or lately:
            by_number = {str(n): row.status for n, row in stages.items()}
            since = t.began - max(opened) if opened else None
            found.append(
                record(f"{ACTIVE} stages since_opening")((*_active(run), by_number, since))
            )
    return found


@statement("select item_id, status, position from run_item where run_id = $1 and stage = $2")
def items_of(t: Transaction, sql: str, a: Args) -> Answer:
    made = record("item_id status position")
    return [made((item, row.status, row.position)) for item, row in items(t, a[1])]


@statement("select stage, count(*) filter (where status in")
def counts_of(t: Transaction, sql: str, a: Args) -> Answer:
    found: dict[int, list[str]] = {}
    for key, row in t.rows("item"):
        found.setdefault(key[0], []).append(row.status)
    made = record("stage open completed failed cancelled")
    answer = []
    for stage, have in sorted(found.items()):
        ended = [have.count(status) for status in ("completed", "failed", "cancelled")]
        answer.append(made((stage, len(have) - sum(ended), *ended)))
    return answer
