"""What a seed makes of a history: its run, its faults, what people do, what the work ends with."""

import random
from typing import Any
from uuid import UUID

import msgspec

from db.lineage import ROW_TABLE
from tests.simulation.store import Account, EntryRow, Row, Store
from tests.simulation.wire import Faults

ACCOUNT = UUID(int=1)


class Plan(msgspec.Struct):
    """One history."""

    first: int
    last: int
    items: int
    flow: bool
    concurrency: int
    credit: int
    faults: Faults
    bells_lost: float = 0.0
    bells_doubled: float = 0.0
    bells_late: float = 0.0
    actions: list[tuple[float, str]] = []
    events: list[tuple[float, str]] = []
    fails: float = 0.0
    retries: float = 0.0
    halts: float = 0.0
    poison: float = 0.0
    """Share of the items that kill their worker whenever it works on them."""

    only_poison_kills: bool = False
    """Whether every death of a worker is some item's fault."""

    work_seconds: float = 0.3
    long: float = 0.0
    """Share of calls that take long."""

    quiet: bool = True
    """Nothing goes wrong: then nothing is done twice."""


STAGES = ((4, 5), (4, 5), (3, 4), (3, 5), (6, 7), (5, 7))
ACTIONS = ("pause", "resume", "pause", "resume", "cancel", "retry", "retry", "top_up")
EVENTS = ("flush", "restart", "freeze", "freeze", "kill", "kill", "redis_away", "postgres_away")


def plan_of(chance: random.Random) -> Plan:
    """A fifth of all histories have no fault at all, the others one to three kinds of them."""
    first, last = chance.choice(STAGES)
    long = last - first == 2
    plan = Plan(
        first=first,
        last=last,
        items=chance.choice((1, 1, 2) if long else (1, 2, 2, 3)),
        flow=chance.random() < 0.6,
        concurrency=chance.choice((1, 2, 3)),
        credit=chance.choice((1000, 1000, 1000, 3, 8)),
        faults=Faults(),
        fails=chance.choice((0.0, 0.0, 0.2)),
        retries=chance.choice((0.0, 0.0, 0.1)),
        long=chance.choice((0.0, 0.005, 0.02)),
        halts=0.03 if chance.random() < 0.1 else 0.0,
    )
    if chance.random() < 0.2:
        return plan
    plan.quiet = False
    special = chance.random()
    if special < 0.08:
        plan.items, plan.poison, plan.only_poison_kills = chance.choice((3, 4)), 0.4, True
        plan.concurrency, plan.long, plan.flow = max(2, plan.concurrency), 0.0, True
        return plan
    if special < 0.13:  # workers that come back and find their items elsewhere
        plan.events = [(chance.uniform(0.1, 4.0), "freeze") for _ in range(4)]
    else:
        _go_wrong(plan, chance)
    if chance.random() < 0.4:
        moments = sorted(chance.uniform(0.0, 3.0) for _ in range(chance.randint(1, 3)))
        plan.actions = [(moment, chance.choice(ACTIONS)) for moment in moments]
    return plan


def _go_wrong(plan: Plan, chance: random.Random) -> None:
    faults = plan.faults
    for kind in chance.sample(("death", "lost", "doubled", "bells", "event", "poison"), k=2):
        if kind == "death":
            faults.death, faults.deaths_left = 0.03, chance.randint(1, 2)
        elif kind == "lost":
            faults.lost, faults.losses_left = 0.03, chance.randint(1, 3)
        elif kind == "doubled":
            faults.doubled = 0.2
        elif kind == "bells":
            plan.bells_lost, plan.bells_doubled = chance.choice(((0.3, 0.0), (0.0, 0.4)))
            plan.bells_late = chance.choice((0.0, 0.5))
        elif kind == "event":
            plan.events = [
                (chance.uniform(0.0, 1.5), chance.choice(EVENTS))
                for _ in range(chance.randint(1, 2))
            ]
        elif chance.random() < 0.2:
            plan.poison = 0.1


def rows_for(store: Store, plan: Plan) -> list[UUID]:
    """The rows that the run begins with, and an account; the ids chosen."""
    store.tables["account"][ACCOUNT] = Account(plan.credit)
    store.tables["entry"][store.next_serial()] = EntryRow("top_up", plan.credit, 0)
    ids = [UUID(int=100 + n) for n in range(plan.items)]
    parents: dict[UUID, Any] = dict.fromkeys(ids)
    if plan.first == 6:  # images of one or two articles
        parents = {item: UUID(int=50 + n // 2) for n, item in enumerate(ids)}
        for article in set(parents.values()):
            store.tables["row"]["content", article] = Row(None, "article")
    for n, item in enumerate(ids):
        row = Row(parents[item], f"row {n}", n)
        store.tables["row"][ROW_TABLE[plan.first], item] = row
    return ids


def children_of(stage: int, item: UUID) -> list[tuple[tuple[str, UUID], Row]]:
    """The rows that the success of an item makes."""
    if stage not in (3, 4, 5):
        return []
    count = 2 if stage == 5 else 1
    made = [UUID(int=item.int * 10 + n + 1) for n in range(count)]
    table = ROW_TABLE[stage + 1]
    return [((table, child), Row(item, f"child {n}", n)) for n, child in enumerate(made)]
