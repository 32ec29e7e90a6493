"""What the sets of a run ought to hold: plain Python that does what the scripts should do."""

from dataclasses import dataclass, field

SETS = ("pending", "processing", "completed", "failed", "cancelled")
TERMINAL = ("completed", "failed", "cancelled")
OPEN = ("pending", "processing")
NOW, LATER = 0.0, float("inf")


@dataclass
class Lease:
    """A claim: whose items, and whether it has run out."""

    stage: int
    items: list[str]
    expired: bool = False


@dataclass
class Model:
    """A run with its stages; `where` says in which set each (stage, item) is."""

    stages: tuple[int, ...] = (1, 2, 3)
    known: bool = False
    status: str = "running"
    version: int = 0
    concurrency: int = 1
    where: dict[tuple[int, str], str] = field(default_factory=dict)
    due: dict[tuple[int, str], float] = field(default_factory=dict)
    attempts: dict[tuple[int, str], int] = field(default_factory=dict)
    deaths: dict[tuple[int, str], int] = field(default_factory=dict)
    alone: set[tuple[int, str]] = field(default_factory=set)
    leases: dict[str, Lease] = field(default_factory=dict)
    slots: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)
    open_stages: dict[int, str] = field(default_factory=dict)

    def members(self, stage: int, name: str) -> set[str]:
        return {item for (n, item), where in self.where.items() if (n, where) == (stage, name)}

    def counts(self, stage: int) -> list[int]:
        return [len(self.members(stage, name)) for name in SETS]

    def enter(self, stage: int, item: str, due: float) -> None:
        self.where[stage, item] = "pending"
        self.due[stage, item] = due

    def forget(self, stage: int, item: str) -> None:
        for notes in (self.due, self.attempts, self.deaths):
            notes.pop((stage, item), None)
        self.alone.discard((stage, item))

    def sync(self, status: str, version: int, concurrency: int) -> None:
        if not self.known or version > self.version:
            self.known, self.status = True, status
            self.version, self.concurrency = version, concurrency

    def fill(self, stage: int, item: str, status: str, position: int, attempts: int) -> bool:
        if (stage, item) in self.where:
            return False
        if status in ("queued", "processing"):
            self.enter(stage, item, position)
        else:
            self.where[stage, item] = status
        if attempts:
            self.attempts[stage, item] = attempts
        return True

    def refusal(self, turn: str) -> str | None:
        if not self.known:
            return "UNKNOWN"
        if self.status != "running":
            return self.status
        full = turn not in self.slots and len(self.slots) >= self.concurrency
        return "FULL" if full else None

    def keep_slots(self, turns: list[str]) -> set[str]:
        """Those of `turns` that have no slot and get none."""
        for turn in turns if self.known else ():
            if len(self.slots) < self.concurrency:
                self.slots.add(turn)
        return set(turns) - self.slots if self.known else set()

    def claim(
        self, turn: str, token: str, stages: list[tuple[int, int]]
    ) -> tuple[int, list[str]] | None:
        """The first of `stages` with due items; those that go alone have no company."""
        for stage, batch in stages:
            pending = self.members(stage, "pending")
            waiting = [(self.due[stage, i], i) for i in pending if self.due[stage, i] != LATER]
            first = [item for _, item in sorted(waiting)[:batch]]
            taken: list[str] = []
            for item in first:
                if (stage, item) in self.alone and taken:
                    break
                taken.append(item)
                if (stage, item) in self.alone:
                    break
            if taken:
                for item in taken:
                    self.where[stage, item] = "processing"
                    self.due.pop((stage, item))
                    self.attempts[stage, item] = self.attempts.get((stage, item), 0) + 1
                self.leases[token] = Lease(stage, taken)
                self.slots.add(turn)
                return stage, taken
        return None

    def held(self, token: str) -> list[str]:
        lease = self.leases.get(token)
        return [] if lease is None else lease.items

    def drop(self, token: str, item: str) -> None:
        lease = self.leases[token]
        lease.items.remove(item)
        if not lease.items:
            del self.leases[token]

    def settle(
        self, stage: int, token: str, outcomes: dict[str, str], children: dict[str, int]
    ) -> tuple[int, bool, int]:
        lost = entered = 0
        for item, outcome in outcomes.items():
            if item in self.held(token):
                self.drop(token, item)
                self.forget(stage, item)
                self.where[stage, item] = outcome
            else:
                lost += 1
                if self.where.get((stage, item)) == "cancelled":
                    self.forget(stage, item)
                    self.where[stage, item] = outcome
        if self.known and children and token not in self.settled:
            self.settled.add(token)
            for child, position in children.items():
                if self.where.get((stage + 1, child)) not in OPEN:
                    self.enter(stage + 1, child, position)
                    entered += 1
        drained = not any(self.counts(stage)[:2])
        return lost, drained, entered

    def release(
        self, stage: int, token: str, items: list[str], later: bool, refund: bool, alone: bool
    ) -> int:
        given = [item for item in items if item in self.held(token)]
        for item in given:
            self.drop(token, item)
            self.enter(stage, item, LATER if later else NOW)
            if alone:
                self.alone.add((stage, item))
            if refund:
                self.attempts[stage, item] -= 1
        return len(given)

    def reap(self) -> int:
        moved = 0
        for token, lease in list(self.leases.items()):
            if lease.expired:
                del self.leases[token]
                for item in lease.items:
                    self.deaths[lease.stage, item] = self.deaths.get((lease.stage, item), 0) + 1
                    self.enter(lease.stage, item, NOW)
                    moved += 1
        return moved

    def adopt(self, stage: int, token: str, items: list[str]) -> bool:
        if not self.known or self.status not in ("running", "paused"):
            return False
        if token in self.leases:
            return True
        if not items or any(self.where.get((stage, item)) != "pending" for item in items):
            return False
        for item in items:
            self.where[stage, item] = "processing"
            self.due.pop((stage, item))
            if self.deaths.get((stage, item), 0) > 0:
                self.deaths[stage, item] -= 1
        self.leases[token] = Lease(stage, list(items))
        return True

    def reopen(self, stage: int, items: dict[str, int]) -> int:
        moved = 0
        for item, position in items.items():
            if self.where.get((stage, item)) not in OPEN:
                self.forget(stage, item)
                self.enter(stage, item, position)
                moved += 1
        return moved

    def cancel(self, version: int) -> int:
        if not self.known or version < self.version:
            return 0
        self.status, self.version = "cancelled", version
        self.leases.clear()
        opened = [place for place, where in self.where.items() if where in OPEN]
        for place in opened:
            self.where[place] = "cancelled"
            self.due.pop(place, None)
        return len(opened)

    def flush(self) -> None:
        self.known, self.open_stages = False, {}
        for notes in (self.where, self.due, self.attempts, self.deaths, self.leases):
            notes.clear()
        self.settled.clear()
        self.alone.clear()
        self.slots.clear()
