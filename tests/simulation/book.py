"""Which Python does what an SQL statement of the engine does on the tables of `store.py`.

A statement is known by a piece of its text; one that nobody knows is an error. Conditions on the
status of an item are read from the text itself, so a fence that somebody removes from the SQL is
gone here, too. `test_postgres_contract.py` holds all of it against PostgreSQL.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, ClassVar

import msgspec

from db.lineage import ROW_TABLE
from tests.simulation.store import EntryRow, ItemRow, Transaction

Args = tuple[Any, ...]
Answer = list[Any]
Handler = Callable[[Transaction, str, Args], Answer]
BOOK: list[tuple[str, Handler]] = []
OPEN = {"queued", "processing"}
change = msgspec.structs.replace


class Record(tuple):  # type: ignore[type-arg]
    """A row of an answer: by place and by name."""

    names: ClassVar[dict[str, int]] = {}
    places: ClassVar[dict[str | int, int]] = {}

    def __getitem__(self, key: Any, get: Any = tuple.__getitem__) -> Any:
        return get(self, self.places[key])

    def keys(self) -> Iterable[str]:
        return self.names

    def items(self) -> Iterable[tuple[str, Any]]:
        return zip(self.names, self, strict=True)


@cache
def record(names: str) -> Any:
    columns = {name: place for place, name in enumerate(names.split())}
    places = columns | {place: place for place in range(len(columns))}
    return type("Record", (Record,), {"names": columns, "places": places})


def statement(piece: str) -> Callable[[Handler], Handler]:
    def add(handler: Handler) -> Handler:
        BOOK.append((piece, handler))
        return handler

    return add


@cache
def flat(sql: str) -> str:
    return " ".join(sql.split())


@cache
def handler_of(sql: str) -> Handler:
    """The one handler whose piece the text holds."""
    text = flat(sql)
    found = [handler for piece, handler in BOOK if piece in text]
    if len(found) != 1:
        raise LookupError(f"{len(found)} handlers know this statement; see of_runs.py: {text}")
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
