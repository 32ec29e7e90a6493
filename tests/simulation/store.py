"""Tables in memory with transactions as PostgreSQL has them by default (read committed).

A transaction sees what is committed and what it wrote itself; whoever wants to change a row that
another one has changed and not yet committed waits for its end (`Blocked`). A statement that had to
wait is run again as a whole, where PostgreSQL looks again only at the row it waited for.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import msgspec


class Account(msgspec.Struct, frozen=True):
    balance: int


class RunRow(msgspec.Struct, frozen=True):
    """automation_run."""

    id: UUID
    account_id: UUID
    first_stage: int
    last_stage: int
    order: str
    status: str
    version: int
    stage: int
    concurrency: int
    options: dict[str, Any]
    selection: list[UUID]
    selected: int
    prepared: bool
    error: Any = None
    revived_at: float | None = None
    ended_at: float | None = None
    results: dict[int, Any] = {}


class StageRow(msgspec.Struct, frozen=True):
    """run_stage."""

    status: str
    opened_at: float | None = None
    closed_at: float | None = None


class ItemRow(msgspec.Struct, frozen=True):
    """run_item."""

    position: int
    title: str
    price: int
    status: str
    attempts: int
    started_at: float | None = None
    finished_at: float | None = None
    error: str | None = None


class EntryRow(msgspec.Struct, frozen=True):
    """credit_entry."""

    kind: str
    amount: int
    held: int
    stage: int | None = None
    item: UUID | None = None


class Row(msgspec.Struct, frozen=True):
    """A row of the product: whose child it is, and how far its generation is."""

    parent: UUID | None
    title: str
    position: int = 0
    generation_status: str = "pending"


KINDS = ("account", "run", "stage", "item", "entry", "charge", "row", "lock")
Key = Any
Change = tuple[str, Key, Any, Any]
"""kind, key, the row before, the row after."""


class Blocked(Exception):
    """The row is another transaction's until that one ends."""

    def __init__(self, owner: "Transaction") -> None:
        super().__init__()
        self.owner = owner


class Store:
    """One database. `committed` is called with the changes of each commit."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[Key, Any]] = {kind: {} for kind in KINDS}
        self.locks: dict[tuple[str, Key], Transaction] = {}
        self.serial = 0
        self.now: Callable[[], float] = lambda: 0.0
        self.committed: Callable[[list[Change]], None] = lambda changes: None

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial


class Transaction:
    """What one connection changes until it commits; also a single statement outside of one."""

    __slots__ = ("began", "held", "over", "pending", "store", "waiters", "waits_for", "written")

    def __init__(self, store: Store) -> None:
        self.store = store
        self.began = store.now()
        self.written: dict[str, dict[Key, Any]] = {}
        self.pending: list[tuple[str, Key, Any]] = []
        self.held: list[tuple[str, Key]] = []
        self.waits_for: Transaction | None = None
        self.waiters: list[Callable[[], None]] = []
        self.over = False

    def get(self, kind: str, key: Key) -> Any:
        """The row, or None."""
        own = self.written.get(kind)
        if own is not None and key in own:
            return own[key]
        return self.store.tables[kind].get(key)

    def rows(self, kind: str) -> Iterator[tuple[Key, Any]]:
        """All rows of a table as this transaction sees them."""
        own = self.written.get(kind)
        if not own:
            return iter(self.store.tables[kind].items())
        return iter((self.store.tables[kind] | own).items())

    def lock(self, kind: str, key: Key) -> None:
        """Take the row until the end. Raises Blocked."""
        place = (kind, key)
        owner = self.store.locks.get(place)
        if owner is None:
            self.store.locks[place] = self
            self.held.append(place)
        elif owner is not self:
            raise Blocked(owner)

    def put(self, kind: str, key: Key, row: Any) -> None:
        """Write a row at the end of the statement, which does not see its own writes."""
        self.lock(kind, key)
        self.pending.append((kind, key, row))

    def do(self, statement: Callable[["Transaction"], Any]) -> Any:
        """Run one statement: all of it or, when it has to wait, nothing."""
        try:
            answer = statement(self)
        except BaseException:
            self.pending.clear()
            raise
        if self.pending:
            for kind, key, row in self.pending:
                self.written.setdefault(kind, {})[key] = row
            self.pending.clear()
        return answer

    def savepoint(self) -> dict[str, dict[Key, Any]]:
        return {kind: dict(rows) for kind, rows in self.written.items()}

    def commit(self) -> None:
        if self.over:
            return
        changes: list[Change] = []
        for kind, rows in self.written.items():
            table = self.store.tables[kind]
            for key, row in rows.items():
                changes.append((kind, key, table.get(key), row))
                table[key] = row
        self._end()
        if changes:
            self.store.committed(changes)

    def rollback(self) -> None:
        if not self.over:
            self._end()

    def _end(self) -> None:
        self.over = True
        for place in self.held:
            del self.store.locks[place]
        waiters, self.waiters = self.waiters, []
        for wake in waiters:
            wake()
