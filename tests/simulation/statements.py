"""What each SQL statement of the engine does, in Python on the tables of `store.py`.

A statement is known by a piece of its text. Its conditions on the status of an item are read from
the text itself, so a fence that somebody removes from the SQL is gone here, too. The texts are
pinned by a digest in `digests.txt`: whoever changes one is sent here by a failing test.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import msgspec

from db.lineage import ROW_TABLE
from tests.simulation.store import (
    EntryRow,
    ItemRow,
    Row,
    RunRow,
    StageRow,
    Transaction,
)

Args = tuple[Any, ...]
Answer = list[Any]
Handler = Callable[[Transaction, str, Args], Answer]
BOOK: list[tuple[str, Handler]] = []
OPEN = {"queued", "processing"}
change = msgspec.structs.replace


class Record(tuple):  # type: ignore[type-arg]
    """A row of an answer: by place and by name."""

    names: dict[str, int] = {}

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self.names[key] if isinstance(key, str) else key)

    def keys(self) -> Iterable[str]:
        return self.names

    def items(self) -> Iterable[tuple[str, Any]]:
        return zip(self.names, self, strict=True)


@cache
def record(names: str) -> Any:
    columns = {name: place for place, name in enumerate(names.split())}
    return type("Record", (Record,), {"names": columns})


def statement(piece: str) -> Callable[[Handler], Handler]:
    def add(handler: Handler) -> Handler:
        BOOK.append((piece, handler))
        return handler

    return add


def flat(sql: str) -> str:
    return " ".join(sql.split())


@cache
def handler_of(sql: str) -> Handler:
    """The one handler whose piece the text holds."""
    text = flat(sql)
    found = [handler for piece, handler in BOOK if piece in text]
    if len(found) != 1:
        raise LookupError(f"{len(found)} handlers know this statement; see statements.py: {text}")
    return found[0]


@cache
def fence(sql: str) -> frozenset[str] | None:
    """The statuses that the text demands of the items it changes; None for any."""
    found = re.search(r"(?<!\.)status in \(([^)]*)\)", sql) or re.search(
        r"and status = ('\w+')", sql
    )
    return None if found is None else frozenset(re.findall(r"'(\w+)'", found[1]))


def items(t: Transaction, stage: int) -> list[tuple[Any, ItemRow]]:
    """Items of a stage by position."""
    found = [(key[1], row) for key, row in t.rows("item") if key[0] == stage]
    found.sort(key=lambda pair: (pair[1].position, pair[0]))
    return found


def chosen(
    t: Transaction, sql: str, stage: int, ids: Iterable[Any] | None
) -> list[tuple[Any, ItemRow]]:
    """Items of `ids` (None: all) that pass the fence of the text."""
    allowed = fence(sql)
    wanted = None if ids is None else set(ids)
    return [
        (item, row)
        for item, row in items(t, stage)
        if (wanted is None or item in wanted) and (allowed is None or row.status in allowed)
    ]


def mark(t: Transaction, stage: int, ids: Iterable[Any], status: str) -> None:
    """generation_status of the rows that are the items."""
    for item in ids:
        key = (ROW_TABLE[stage], item)
        t.put("row", key, change(t.get("row", key), generation_status=status))


def set_run(t: Transaction, run: Any, **values: Any) -> None:
    t.lock("run", run)
    t.put("run", run, change(t.get("run", run), **values))


def entries(t: Transaction, stage: int | None = None) -> Iterable[EntryRow]:
    return (row for _, row in t.rows("entry") if stage is None or row.stage == stage)


def held_by(t: Transaction, stage: int | None = None) -> dict[int, int]:
    held: dict[int, int] = {}
    for row in entries(t, stage):
        if row.stage is not None:
            held[row.stage] = held.get(row.stage, 0) + row.held
    return held


# The ledger ------------------------------------------------------------------------------------


@statement("update run_item set status = 'processing', attempts =")
def begin(t: Transaction, sql: str, a: Args) -> Answer:
    _, stage, ids, attempts = a
    given = dict(zip(ids, attempts, strict=True))
    mine = chosen(t, sql, stage, ids)
    for item, row in mine:
        started = t.began if row.started_at is None else row.started_at
        t.put(
            "item",
            (stage, item),
            change(row, status="processing", attempts=given[item], started_at=started),
        )
    mark(t, stage, [item for item, _ in mine], "processing")
    made = record("item_id title price set_config")
    return [made((item, row.title, row.price, "off")) for item, row in mine]


@statement(
    "select item_id, status from run_item where run_id = $1 and stage = $2 and item_id = any($3)"
)
def statuses(t: Transaction, sql: str, a: Args) -> Answer:
    wanted = set(a[2])
    made = record("item_id status")
    return [made((item, row.status)) for item, row in items(t, a[1]) if item in wanted]


@statement("update run_item set status = $3, finished_at = now()")
def close_items(t: Transaction, sql: str, a: Args) -> Answer:
    _, stage, status, ids, texts = a[:5]
    errors = dict(zip(ids, texts, strict=True))
    mine = chosen(t, sql, stage, ids)
    for item, row in mine:
        t.put(
            "item",
            (stage, item),
            change(row, status=status, finished_at=t.began, error=errors[item]),
        )
    mark(t, stage, [item for item, _ in mine], status)
    return [record("item_id price")((item, row.price)) for item, row in mine]


@statement("select s.status, r.revived_at from run_stage s join automation_run r")
def following(t: Transaction, sql: str, a: Args) -> Answer:
    stage = t.get("stage", a[1])
    if stage is None:
        return []
    return [record("status revived_at")((stage.status, t.get("run", a[0]).revived_at))]


@statement(
    "update run_stage set status = 'open', closed_at = null where run_id = $1 and stage = $2"
)
def reopen_stage(t: Transaction, sql: str, a: Args) -> Answer:
    t.put("stage", a[1], change(t.get("stage", a[1]), status="open", closed_at=None))
    return []


# Credits ---------------------------------------------------------------------------------------


@statement("update account set balance = balance - $2 where id = $1 and balance >= $2")
def take(t: Transaction, sql: str, a: Args) -> Answer:
    t.lock("account", a[0])
    left = t.get("account", a[0]).balance - a[1]
    if left < 0:
        return []
    t.put("account", a[0], change(t.get("account", a[0]), balance=left))
    return [record("balance")((left,))]


@statement("select balance from account where id = $1")
def balance(t: Transaction, sql: str, a: Args) -> Answer:
    return [record("balance")((t.get("account", a[0]).balance,))]


@statement("values ($1, $2, $3, 'hold', -$4::bigint, $4::bigint, '', now())")
def hold(t: Transaction, sql: str, a: Args) -> Answer:
    t.put("entry", t.store.next_serial(), EntryRow("hold", -a[3], a[3], a[2]))
    return []


@statement("select $1, $2, $3, item, 'charge', 0, -cost, '', now() from unnest")
def charge(t: Transaction, sql: str, a: Args) -> Answer:
    for item, cost in zip(a[3], a[4], strict=True):
        once = "on conflict (run_id, stage, item_id) where kind = 'charge' do nothing" in flat(sql)
        if once:
            t.lock("charge", (a[2], item))
            if t.get("charge", (a[2], item)) is not None:
                continue
            t.put("charge", (a[2], item), cost)
        t.put("entry", t.store.next_serial(), EntryRow("charge", 0, -cost, a[2], item))
    return []


@statement("select stage, sum(held)::bigint as held from credit_entry where run_id = $1")
def still_held(t: Transaction, sql: str, a: Args) -> Answer:
    return [record("stage held")(pair) for pair in held_by(t, a[1]).items() if pair[1] > 0]


@statement("update account set balance = balance + $2 where id = $1")
def give(t: Transaction, sql: str, a: Args) -> Answer:
    t.lock("account", a[0])
    now = t.get("account", a[0]).balance + a[1]
    t.put("account", a[0], change(t.get("account", a[0]), balance=now))
    return [record("balance")((now,))]


@statement("values ($1, $2, $3, 'release', $4::bigint, -$4::bigint, '', now())")
def release(t: Transaction, sql: str, a: Args) -> Answer:
    t.put("entry", t.store.next_serial(), EntryRow("release", a[3], -a[3], a[2]))
    return []


@statement("values ($1, 'top_up', $2, 0, $3, now())")
def top_up(t: Transaction, sql: str, a: Args) -> Answer:
    t.put("entry", t.store.next_serial(), EntryRow("top_up", a[1], 0))
    return []


@statement("select coalesce(-sum(held), 0)::bigint from credit_entry where run_id = $1")
def paid(t: Transaction, sql: str, a: Args) -> Answer:
    spent = -sum(row.held for row in entries(t, a[1]) if row.kind == "charge")
    return [record("paid")((spent,))]


# Items that change without an outcome ---------------------------------------------------------


@statement("update run_item set status = 'queued', attempts = 0, error = null, started_at = null")
def reopen(t: Transaction, sql: str, a: Args) -> Answer:
    mine = chosen(t, sql, a[1], a[2])
    for item, row in mine:
        fresh = ItemRow(row.position, row.title, row.price, "queued", 0)
        t.put("item", (a[1], item), fresh)
    mark(t, a[1], [item for item, _ in mine], "queued")
    made = record("item_id position price")
    return [made((item, row.position, row.price)) for item, row in mine]


@statement("select (select coalesce(sum(price), 0) from run_item")
def missing_hold(t: Transaction, sql: str, a: Args) -> Answer:
    needed = sum(row.price for _, row in items(t, a[1]) if row.status in OPEN)
    return [record("missing")((needed - held_by(t, a[1]).get(a[1], 0),))]


@statement("select stage from run_stage where run_id = $1 order by stage")
def all_stages(t: Transaction, sql: str, a: Args) -> Answer:
    return [record("stage")((stage,)) for stage, _ in sorted(t.rows("stage"))]


@statement("update run_item set status = 'cancelled', finished_at = now()")
def cancel_open(t: Transaction, sql: str, a: Args) -> Answer:
    mine = chosen(t, sql, a[1], None)
    for item, row in mine:
        t.put("item", (a[1], item), change(row, status="cancelled", finished_at=t.began))
    mark(t, a[1], [item for item, _ in mine], "cancelled")
    return [record("count")((len(mine),))]


@statement("update run_item set status = 'queued' where run_id = $1 and stage = $2")
def put_back(t: Transaction, sql: str, a: Args) -> Answer:
    mine = chosen(t, sql, a[1], a[2])
    for item, row in mine:
        t.put("item", (a[1], item), change(row, status="queued"))
    mark(t, a[1], [item for item, _ in mine], "queued")
    return []


# Entering --------------------------------------------------------------------------------------


def _units(stage: int) -> int:
    return 2 if stage == 4 else 1  # articles of 200 words


def _follow(
    t: Transaction, stage: int, parents: Iterable[Any] | None, since: float | None
) -> dict[Any, int]:
    """{item: position} of what follows from the stage before."""
    wanted = None if parents is None else set(parents)
    ended = {
        item: row
        for item, row in items(t, stage - 1)
        if (row.finished_at is not None if stage == 7 else row.status == "completed")
        and (wanted is None or item in wanted)
        and (since is None or (row.finished_at or 0.0) >= since)
    }
    if stage == 7:
        return _articles(t, ended)
    return {
        key[1]: ended[row.parent].position
        for key, row in t.rows("row")
        if key[0] == ROW_TABLE[stage] and row.parent in ended
    }


def _articles(t: Transaction, images: dict[Any, ItemRow]) -> dict[Any, int]:
    still = {
        t.get("row", ("image", item)).parent for item, row in items(t, 6) if row.status in OPEN
    }
    found: dict[Any, int] = {}
    for item, row in images.items():
        article = t.get("row", ("image", item)).parent
        if article not in still:
            found[article] = min(row.position, found.get(article, row.position))
    return found


@statement("insert into run_item (run_id, account_id, stage, item_id, position, title, price")
def enter(t: Transaction, sql: str, a: Args) -> Answer:
    *arguments, _, _, stage, price = a
    if len(arguments) == 3:
        known = [item for item in arguments[1] if t.get("row", (ROW_TABLE[stage], item))]
        found = {item: place for place, item in enumerate(known, start=1)}
    else:
        found = _follow(t, stage, arguments[1], arguments[2])
    again = "do update set status = 'queued'" in flat(sql)
    new = []
    for item in sorted(found, key=lambda i: (found[i], i)):
        t.lock("item", (stage, item))
        before = t.get("item", (stage, item))
        if before is None:
            title = t.get("row", (ROW_TABLE[stage], item)).title
            row = ItemRow(found[item], title, _units(stage) * price, "queued", 0)
        elif again and before.status not in OPEN:
            row = change(before, status="queued", finished_at=None, attempts=0, error=None)
        else:
            continue
        t.put("item", (stage, item), row)
        new.append(record("item_id position price")((item, row.position, row.price)))
    mark(t, stage, [row[0] for row in new], "queued")
    return new


@statement("select 1 from content where id in (select content_id from image where id = any($1))")
def lock_articles(t: Transaction, sql: str, a: Args) -> Answer:
    for article in sorted({t.get("row", ("image", image)).parent for image in a[0]}):
        t.lock("row", ("content", article))
    return []


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
    return [record("error")((msgspec.json.decode(text),)) for text in failed[:1]]


@statement("update automation_run set status = $2, error = $3, version = $4, ended_at = now()")
def end_run(t: Transaction, sql: str, a: Args) -> Answer:
    error = None if a[2] is None else msgspec.to_builtins(a[2])
    set_run(t, a[0], status=a[1], error=error, version=a[3], ended_at=t.began)
    return []


# Controls --------------------------------------------------------------------------------------


@statement("select count(*) from (")
def usable(t: Transaction, sql: str, a: Args) -> Answer:
    found = {key[1] for key, _ in t.rows("row")}
    return [record("count")((len(found & set(a[1])),))]


@statement("insert into automation_run (id, account_id, first_stage")
def start_run(t: Transaction, sql: str, a: Args) -> Answer:
    run, account, first, last, order, concurrency, options, selection, _ = a
    row = RunRow(
        *(run, account, first, last, order, "running", 1, first, concurrency),
        options=msgspec.to_builtins(options),
        selection=selection,
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


@statement(
    "select stage, count(*) as items from run_item where run_id = $1 and status = 'completed'"
)
def kept(t: Transaction, sql: str, a: Args) -> Answer:
    stages = [key[0] for key, row in t.rows("item") if row.status == "completed"]
    return [record("stage items")((n, stages.count(n))) for n in sorted(set(stages))]


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


COLUMNS = (
    "first_stage last_stage order status version concurrency options selection prepared revived_at"
)


@statement("select * from automation_run where id = $1 and account_id = $2")
def lock_run(t: Transaction, sql: str, a: Args) -> Answer:
    run = t.get("run", a[0])
    if run is None or run.account_id != a[1]:
        return []
    if "for no key update" in sql:
        t.lock("run", a[0])
    run = t.get("run", a[0])
    return [record(COLUMNS)(getattr(run, name) for name in COLUMNS.split())]


@statement("select stage, status, opened_at from run_stage where run_id = $1")
def stages_of(t: Transaction, sql: str, a: Args) -> Answer:
    made = record("stage status opened_at")
    return [made((n, row.status, row.opened_at)) for n, row in sorted(t.rows("stage"))]


@statement("select status, version, concurrency, first_stage, last_stage from automation_run")
def told(t: Transaction, sql: str, a: Args) -> Answer:
    names = "status version concurrency first_stage last_stage"
    run = t.get("run", a[0])
    return [] if run is None else [record(names)(getattr(run, n) for n in names.split())]


@statement("select stage, status from run_stage where run_id = $1 order by stage")
def stage_statuses(t: Transaction, sql: str, a: Args) -> Answer:
    return [record("stage status")((n, row.status)) for n, row in sorted(t.rows("stage"))]


@statement("select item_id, status, position, attempts from run_item")
def refill(t: Transaction, sql: str, a: Args) -> Answer:
    made = record("item_id status position attempts")
    return [made((i, row.status, row.position, row.attempts)) for i, row in items(t, a[1])]


@statement("select r.id, r.account_id, r.status, r.version, r.concurrency")
def active(t: Transaction, sql: str, a: Args) -> Answer:
    names = "id account_id status version concurrency first_stage last_stage stages since_opening"
    found = []
    stages = dict(t.rows("stage"))
    opened = [row.opened_at for row in stages.values() if row.opened_at is not None]
    for _, run in t.rows("run"):
        lately = run.ended_at is not None and run.ended_at > t.began - a[0]
        if run.status in ("running", "paused") or lately:
            values = [getattr(run, name) for name in names.split()[:7]]
            by_number = {str(n): row.status for n, row in stages.items()}
            since = t.began - max(opened) if opened else None
            found.append(record(names)((*values, by_number, since)))
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


# The work of the simulated stages --------------------------------------------------------------


@statement("simulated work saves")
def save(t: Transaction, sql: str, a: Args) -> Answer:
    for key, row in a[0]:
        if t.get("row", key) is None:
            t.put("row", key, row)
    return []


def save_rows(rows: list[tuple[tuple[str, Any], Row]]) -> tuple[str, list[Any]]:
    return "simulated work saves", [rows]
