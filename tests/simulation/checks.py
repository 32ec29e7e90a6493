"""What must hold: at each commit, at each step of Redis, and once a history is at rest."""

from collections.abc import Callable
from typing import Any

from pipeline.prices import price_per_unit
from tests.simulation.book import OPEN
from tests.simulation.memory_redis import Broken
from tests.simulation.of_items import following_items
from tests.simulation.plan import ACCOUNT, Plan
from tests.simulation.store import Change, Store, Transaction

TERMINAL = ("completed", "failed", "cancelled")
WORD = {"pending": "queued"}


class Checks:
    """Watches one history's commits."""

    def __init__(self, store: Store, plan: Plan) -> None:
        self.store, self.poison, self.reviews = store, plan.poison, plan.last == 7
        self.kills: dict[Any, list[int]] = {}
        self.retrying = 0
        self.openings: dict[int, int] = {}
        self.closings: dict[int, int] = {}
        self.successes: dict[Any, int] = {}
        store.committed = self.committed

    def committed(self, changes: list[Change]) -> None:
        """Called at each commit."""
        money = False
        for kind, key, before, after in changes:
            if kind == "item":
                self._item(key, before, after)
            elif kind == "stage":
                self._stage(key, before, after)
            elif kind == "run":
                self._run(before, after)
            money = money or kind in ("entry", "account")
        if money:
            self.books()

    def _item(self, key: Any, before: Any, after: Any) -> None:
        was = before.status if before else None
        if was in TERMINAL and after.status != was:
            reopened = after.status == "queued" and (
                self.retrying or (key[0] == 7 and self.reviews)
            )
            if not reopened:
                raise Broken(f"item {key} was {was} and is {after.status}")
        if after.status == "completed" and was == "completed" and before != after:
            raise Broken(f"item {key} was completed twice")
        if after.status == "completed" and was != "completed" and key[0] != 7:
            self.successes[key] = self.successes.get(key, 0) + 1
            if self.successes[key] > 1:
                raise Broken(f"item {key} succeeded twice")

    def _stage(self, key: int, before: Any, after: Any) -> None:
        was = before.status if before else None
        if after.status == "open" and was != "open":
            self.openings[key] = self.openings.get(key, 0) + 1
        if after.status != "closed":
            return
        if was == "closed" and before.closed_at != after.closed_at:
            raise Broken(f"stage {key} closed twice")
        if was != "closed":
            self.closings[key] = self.closings.get(key, 0) + 1
            if self.closings[key] > self.openings.get(key, 0):
                raise Broken(f"stage {key} closed more often than it opened")
            left = [
                k for k, i in self.store.tables["item"].items() if k[0] == key and i.status in OPEN
            ]
            if left:
                raise Broken(f"stage {key} closed over open items {left}")

    def _run(self, before: Any, after: Any) -> None:
        if before is None:
            return
        if after.version < before.version:
            raise Broken("the version of the run fell")
        changed = before.status != after.status
        if changed and after.version == before.version:
            raise Broken(f"{before.status} became {after.status} in one version")
        if before.status in ("completed", "cancelled") and changed and not self.retrying:
            raise Broken(f"a run that was {before.status} is {after.status}")

    def poisoned(self, places: list[Any], in_child: bool, chance: Callable[[], float]) -> bool:
        """Whether an item that is worked on kills its process: always, or never."""
        for place in places:
            if place not in self.kills:
                self.kills[place] = [0, 0] if chance() < self.poison else []
            if kills := self.kills[place]:
                kills[in_child] += 1
                return True
        return False

    def blames(self) -> None:
        """Where only poison kills: one worker at most by each, then its own processes, in a batch
        and alone. A worker that another item kills may have had that to save: then once more.
        Nothing else is blamed for it.
        """
        guilty = {place: kills for place, kills in self.kills.items() if kills}
        workers = sum(kills[0] for kills in guilty.values())
        many = {p: k for p, k in guilty.items() if k[0] > 1 or k[1] > 2 + workers - k[0]}
        if many:
            raise Broken(f"deaths of workers, and of children, by the same item: {many}")
        for place, item in self.store.tables["item"].items():
            if place not in guilty and "WorkerDied" in (item.error or ""):
                raise Broken(f"item {place} is blamed for the deaths by {guilty}")

    def books(self) -> None:
        """The balance is the sum of the ledger; nothing holds less than nothing."""
        total, charged = 0, set()
        held: dict[int, int] = {}
        for entry in self.store.tables["entry"].values():
            total += entry.amount
            if entry.stage is not None:
                held[entry.stage] = held.get(entry.stage, 0) + entry.held
            if entry.kind == "charge":
                place = (entry.stage, entry.item)
                if place in charged:
                    raise Broken(f"item {place} was charged twice")
                charged.add(place)
        balance = self.store.tables["account"][ACCOUNT].balance
        if balance != total or balance < 0:
            raise Broken(f"the balance is {balance}, the ledger says {total}")
        if any(amount < 0 for amount in held.values()):
            raise Broken(f"more is spent than was held: {held}")

    def at_the_end(self, run: Any) -> None:
        """What holds of PostgreSQL once the run has ended and nobody works."""
        tables = self.store.tables
        if self.store.locks:
            raise Broken(f"rows stay locked: {list(self.store.locks)}")
        charged = {(e.stage, e.item) for e in tables["entry"].values() if e.kind == "charge"}
        done = {k for k, i in tables["item"].items() if i.status == "completed"}
        priced = {key for key in done if price_per_unit(key[0])}
        if charged != priced:
            raise Broken(
                f"charged, not completed: {charged - priced}; the reverse: {priced - charged}"
            )
        held = sum(e.held for e in tables["entry"].values())
        if held and run.status != "failed":
            raise Broken(f"the run is {run.status} and {held} credits are held")
        still = [key for key, item in tables["item"].items() if item.status in OPEN]
        failed_at = run.error["stage"] if run.status == "failed" and run.error else 8
        if [key for key in still if key[0] <= failed_at]:
            raise Broken(f"the run is {run.status}, and open are {still}")
        if run.status == "completed":
            self._nothing_left(run)

    def _nothing_left(self, run: Any) -> None:
        tables = self.store.tables
        if any(stage.status != "closed" for stage in tables["stage"].values()):
            raise Broken(f"the run is completed with {tables['stage']}")
        for stage in range(run.first_stage + 1, run.last_stage + 1):
            due = following_items(Transaction(self.store), stage, None, run.revived_at)
            missing = [item for item in due if (stage, item) not in tables["item"]]
            if missing:
                raise Broken(f"never entered stage {stage}: {missing}")
        if self.openings != self.closings:
            raise Broken(f"openings {self.openings}, closings {self.closings}")

    def same_in_redis(self, members: Any, meta: list[str], run: Any) -> str:
        """'' when each set holds what the ledger says, else the difference."""
        if meta != [run.status, str(run.version)]:
            return f"Redis says {meta}, PostgreSQL {run.status} {run.version}"
        for stage in range(run.first_stage, run.last_stage + 1):
            stored = {k[1]: i.status for k, i in self.store.tables["item"].items() if k[0] == stage}
            seen = members(stage)
            if stored != seen:
                return f"stage {stage}: Redis has {seen}, PostgreSQL {stored}"
        return ""
