"""The statements of the ledger: items, their entering and leaving, and credits."""

from collections.abc import Iterable
from typing import Any

from db.lineage import ROW_TABLE
from tests.simulation.book import (
    OPEN,
    Answer,
    Args,
    change,
    chosen,
    entries,
    flat,
    held_by,
    items,
    mark,
    record,
    statement,
)
from tests.simulation.store import EntryRow, ItemRow, Row, Transaction

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


@statement("select from run_item where run_id = $1 and stage = $2 and item_id = any($3)")
def lock_items(t: Transaction, sql: str, a: Args) -> Answer:
    for item, _ in sorted(chosen(t, sql, a[1], a[2])):
        t.lock("item", (a[1], item))
    return []


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


@statement("select stage from run_stage where run_id = $1 order by 1")
def all_stages(t: Transaction, sql: str, a: Args) -> Answer:
    return [record("stage")((stage,)) for stage, _ in sorted(t.rows("stage"))]


@statement("select from run_item where run_id = $1 and stage = $2 and status = 'processing'")
def lock_processing(t: Transaction, sql: str, a: Args) -> Answer:
    for item, _ in sorted(chosen(t, sql, a[1], None)):
        t.lock("item", (a[1], item))
    return []


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


def following_items(
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
    *arguments, _, _, stage, price, behind = a
    if len(arguments) == 3:
        known = [item for item in arguments[1] if t.get("row", (ROW_TABLE[stage], item))]
        found = {item: place for place, item in enumerate(known, start=1 + behind)}
    else:
        found = following_items(t, stage, arguments[1], arguments[2])
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


# The work of the simulated stages --------------------------------------------------------------


@statement("simulated work saves")
def save(t: Transaction, sql: str, a: Args) -> Answer:
    for key, row in a[0]:
        if t.get("row", key) is None:
            t.put("row", key, row)
    return []


def save_rows(rows: list[tuple[tuple[str, Any], Row]]) -> tuple[str, list[Any]]:
    return "simulated work saves", [rows]
