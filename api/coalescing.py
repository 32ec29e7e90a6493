"""Many stored events as few: of each row, stage and run the latest state, in an order that is safe.

What a frame holds is bounded: where more rows of a table changed than can be named, it says that
there are many, and clients read those that they show.
"""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from api.frames import Counts, Event, ItemsMoved, RowsChanged, RunChanged, StageChanged
from db.status import GenerationStatus, RunStatus, StageStatus
from pipeline.events import MAX_IDS, STAGE_TABLE, Stored, Table

MADE_IN: dict[int, tuple[Table, ...]] = {
    1: ("cluster",),
    2: ("idea",),
    3: ("task",),
    4: ("content", "idea"),
    5: ("image",),
}
"""The tables in which a completed item of a stage makes or changes rows, beside its own."""

Place = tuple[UUID, int]
"""A run and one of its stages."""


class Changes:
    """What some events come to. `add` them in their order."""

    def __init__(self) -> None:
        self.runs: dict[UUID, RunChanged] = {}
        self.statuses: dict[Place, StageStatus] = {}
        self.counts: dict[Place, Counts] = {}
        self.places: dict[Place, None] = {}
        """Stages whose counts changed."""
        self.items: dict[tuple[Place, UUID], GenerationStatus] = {}
        """Kept in the order of the last move of each."""
        self.rows: dict[tuple[Table, UUID], bool] = {}
        """Whether the row is deleted."""
        self.many: set[Table] = set()
        self.touched: set[UUID] = set()
        """Runs whose progress may have changed."""
        self.credits = False

    def add(self, events: Iterable[Stored]) -> None:
        """Take events in; those of types not known here are left out."""
        for event in events:
            self.touch(event)
            match event:
                case Stored(type="run", run=UUID() as run, status=str(status)):
                    self._run(run, RunStatus(status), event.version or 0)
                case Stored(type="stage" | "items", run=UUID() as run, stage=int(stage)):
                    self._stage((run, stage), event)
                case Stored(type="rows", table=str(table)):
                    self._rows(table, event)

    def touch(self, event: Stored) -> None:
        """Note only what has to be looked at again because of an event: progress and credits."""
        if event.run is not None:
            self.touched.add(event.run)
        self.credits |= event.type in ("credits", "run") or event.status in MOVES_CREDITS

    def _run(self, run: UUID, status: RunStatus, version: int) -> None:
        known = self.runs.get(run)
        if known is None or known.version <= version:
            self.runs[run] = RunChanged(run, status, version)
        if status == RunStatus.CANCELLED:  # with all that was open in it, whatever that was
            self.many.update(STAGE_TABLE.values())

    def _stage(self, place: Place, event: Stored) -> None:
        self.counts[place] = Counts(*event.counts or ())
        self.places[place] = None
        if event.type == "items":
            status = GenerationStatus(event.status)
            for item in event.items:
                self.items.pop((place, item), None)
                self.items[place, item] = status
        elif event.status is not None:
            self.statuses[place] = StageStatus(event.status)
            if event.status == StageStatus.OPEN:  # its items were queued, too many to be named
                self.many.add(STAGE_TABLE[place[1]])

    def _rows(self, table: Table, event: Stored) -> None:
        if event.many:
            self.many.add(table)
        for row in event.ids:
            self.rows[table, row] = event.deleted

    @property
    def completed(self) -> dict[int, list[UUID]]:
        """Items by stage whose outcome may have made other rows."""
        found: dict[int, list[UUID]] = {}
        for ((_, stage), item), status in self.items.items():
            if status == GenerationStatus.COMPLETED and stage in MADE_IN:
                found.setdefault(stage, []).append(item)
        return found

    def made(self, rows: Iterable[tuple[Table, UUID]] | None) -> None:
        """Add rows that completed items made; None: nobody knows which, so there are many."""
        if rows is None:
            self.many.update(table for stage in self.completed for table in MADE_IN[stage])
        for table, row in rows or ():
            self.rows.setdefault((table, row), False)

    def events(self) -> list[Event]:
        """As few events as say it all, in the order in which they are to be applied."""
        self._bound()
        named = self._items()
        told = {(event.run, event.stage) for event in named}
        stages = [
            StageChanged(*place, self.counts[place], self.statuses.get(place))
            for place in self.places
            if place in self.statuses or place not in told
        ]
        return [*self.runs.values(), *stages, *named, *self._row_events()]

    def _bound(self) -> None:
        """Leave out the names of rows where there are too many of them.

        Items stay named where many rows changed for another reason, as at the opening of a stage:
        an item is claimed before its row says so, and whoever reads all rows again meanwhile
        would never hear that it is being worked on.
        """
        names = Counter(STAGE_TABLE[place[1]] for place, _ in self.items)
        crowded = {table for table, count in names.items() if count > MAX_IDS}
        self.many |= crowded
        names = Counter(table for table, _ in self.rows)
        self.many.update(table for table, count in names.items() if count > MAX_IDS)
        self.rows = {key: gone for key, gone in self.rows.items() if key[0] not in self.many}
        self.items = {
            key: status
            for key, status in self.items.items()
            if STAGE_TABLE[key[0][1]] not in crowded
        }

    def _items(self) -> list[ItemsMoved]:
        """Rows grouped by where they are; a row that moved in two places comes last, in order."""
        places = Counter((STAGE_TABLE[place[1]], item) for place, item in self.items)
        groups: dict[tuple[Place, GenerationStatus], list[UUID]] = {}
        last: list[ItemsMoved] = []
        for (place, item), status in self.items.items():
            if places[STAGE_TABLE[place[1]], item] == 1:
                groups.setdefault((place, status), []).append(item)
            else:
                last.append(ItemsMoved(*place, status, [item], self.counts[place]))
        first = [
            ItemsMoved(*place, status, items, self.counts[place])
            for (place, status), items in groups.items()
        ]
        return first + last

    def _row_events(self) -> list[RowsChanged]:
        found = [RowsChanged(table, many=True) for table in sorted(self.many)]
        named: dict[tuple[Table, bool], list[UUID]] = {}
        for (table, row), deleted in self.rows.items():
            named.setdefault((table, deleted), []).append(row)
        return found + [RowsChanged(table, ids, gone) for (table, gone), ids in named.items()]


MOVES_CREDITS = {
    GenerationStatus.COMPLETED.value,
    GenerationStatus.QUEUED.value,
    StageStatus.OPEN.value,
    StageStatus.CLOSED.value,
}
"""Statuses of items and stages with which credits are held, charged or given back."""
