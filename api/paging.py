"""Row lists, page by page: filters, search, order and a cursor that goes on where a page ended.

A cursor holds the order, and the sorted value and id of the last row (keyset), so any page costs
the same and rows that come or go in between shift nothing. Rows without the sorted value stand at
the end in both directions; they are a query of their own, because no index serves "or is null".
"""

import base64
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from litestar.di import Provide
from litestar.params import FromQuery, QueryParameter
from msgspec import Meta

from api.explaining import FieldError
from api.problems import Problem
from api.texts import PLAIN
from db.status import GenerationStatus
from piccolo_conf import DB

Row = TypeVar("Row", bound=msgspec.Struct)

MAX_PAGE = 1000
MAX_IDS = 200
"""Rows that can be fetched by their ids in one request."""

MAX_SELECTION = 100_000
"""Ids that `/ids` lists; more cannot be worked on in one run."""

Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]

TYPES: dict[type, tuple[Any, str]] = {
    str: (str, "text"),
    int: (Int64, "bigint"),
    float: (float, "float8"),
    bool: (bool, "boolean"),
    datetime: (Annotated[datetime, Meta(tz=True)], "timestamptz"),
    UUID: (UUID, "uuid"),
}
"""How a sorted value stands in a cursor, and its type in SQL."""


class Sort(msgspec.Struct, frozen=True):
    """Something to sort by: an SQL expression over row `r`, the type of its values."""

    sql: str
    type: type
    nullable: bool = False


ARRIVAL = Sort("r.id", UUID)
"""The order in which rows came: ids begin with their time."""


class Listing(msgspec.Struct, frozen=True):
    """A table whose rows are listed. All texts are constants of the code: they become SQL.

    `columns` is the select list over row `r`; `search` the columns that `q` looks into; `noun` is
    what people call a row.
    """

    table: str
    noun: str
    columns: str
    sorts: dict[str, Sort]
    search: tuple[str, ...]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows a request asks for, apart from filters of its own table."""

    q: str | None = None
    generation_status: GenerationStatus | None = None
    ids: list[UUID] | None = None
    after: str | None = None
    limit: int = 100


class IdList(msgspec.Struct, frozen=True):
    """Ids of all rows that match, in the order they came, and how many there are.

    `ids` stops at 100,000.
    """

    ids: list[UUID]
    total: int


class Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The last row of a page: the order it stood in, its sorted value (None: unknown), its id."""

    sort: str
    value: Any
    id: UUID


def wanted(
    q: Annotated[
        str | None,
        QueryParameter(max_length=200, pattern=PLAIN, description="Text to look for"),
    ] = None,
    generation_status: FromQuery[GenerationStatus | None] = None,
    ids: Annotated[
        list[UUID] | None,
        QueryParameter(max_items=MAX_IDS, description="Only these rows, all in one page"),
    ] = None,
    after: Annotated[
        str | None,
        QueryParameter(max_length=2000, description="`next` of the page before, in the same order"),
    ] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE)] = 100,
) -> Wanted:
    """The query parameters that all lists have in common."""
    return Wanted(q=q, generation_status=generation_status, ids=ids, after=after, limit=limit)


def matching(
    q: Annotated[
        str | None,
        QueryParameter(max_length=200, pattern=PLAIN, description="Text to look for"),
    ] = None,
    generation_status: FromQuery[GenerationStatus | None] = None,
) -> Wanted:
    """The query parameters that all lists of ids have in common."""
    return Wanted(q=q, generation_status=generation_status)


WANTED = {"wanted": Provide(wanted, sync_to_thread=False)}
MATCHING = {"wanted": Provide(matching, sync_to_thread=False)}
"""Dependencies of a handler that lists rows, and of one that lists ids."""


async def page(
    listing: Listing,
    account_id: UUID,
    sort: str,
    wanted: Wanted,
    filters: dict[str, Any] | None = None,
) -> tuple[list[Any], str | None]:
    """Records of one page and the cursor of the next, None at the end.

    `sort` is a key of `listing.sorts`, `-` before it for descending. `filters` are columns of `r`
    and the value each must have; None asks for nothing. Raises Problem for a cursor that is none.
    """
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    key = listing.sorts[name]
    cursor = _read(wanted.after, sort, key) if wanted.after else None
    limit = len(wanted.ids) if wanted.ids else wanted.limit
    query = _Query(account_id, listing, wanted, filters or {})
    rows: list[Any] = []
    if cursor is None or cursor.value is not None:
        rows = await query.known(key, descending, cursor, limit + 1)
    if key.nullable and len(rows) <= limit:
        behind = cursor.id if cursor and cursor.value is None else None
        rows += await query.unknown(key, descending, behind, limit + 1 - len(rows))
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], _write(Cursor(sort, last["sorted"], last["id"]))


async def ids_of(
    listing: Listing, account_id: UUID, wanted: Wanted, filters: dict[str, Any] | None = None
) -> IdList:
    """The ids of all rows that match, oldest first. See `page` for `filters`."""
    query = _Query(account_id, listing, wanted, filters or {})
    async with DB.connection() as connection:
        joined = await connection.fetchval(
            f"select string_agg(id::text, ',') from (select r.id from {listing.table} r"
            f" where {query.where} order by r.id limit {MAX_SELECTION}) found",
            *query.values,
        )
        ids = joined.split(",") if joined else []  # as text: 100,000 UUID objects take 0.2 s
        total = len(ids)
        if total == MAX_SELECTION:
            total = await connection.fetchval(
                f"select count(*) from {listing.table} r where {query.where}", *query.values
            )
    return IdList(ids, total)


def row_of(record: Any, struct: type[Row]) -> Row:
    """A record of a list's columns as the struct that is answered."""
    return msgspec.convert(dict(record), struct)


class _Query:
    """The conditions that all rows of a list meet, and the statements built on them."""

    def __init__(
        self, account_id: UUID, listing: Listing, wanted: Wanted, filters: dict[str, Any]
    ) -> None:
        self.listing = listing
        self.values: list[Any] = [account_id]
        conditions = ["r.account_id = $1"]
        for column, value in {**filters, "generation_status": wanted.generation_status}.items():
            if value is not None:
                conditions.append(f"r.{column} = {self._next(getattr(value, 'value', value))}")
        if wanted.ids:
            conditions.append(f"r.id = any({self._next(wanted.ids)}::uuid[])")
        if wanted.q and wanted.q.strip():
            pattern = self._next(f"%{escaped(wanted.q.strip())}%")
            found = " or ".join(f"{column} ilike {pattern}" for column in listing.search)
            conditions.append(f"({found})")
        self.where = " and ".join(conditions)

    def _next(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    async def known(
        self, key: Sort, descending: bool, behind: Cursor | None, limit: int
    ) -> list[Any]:
        """Rows that have the sorted value, behind the cursor."""
        values = [*self.values]
        where = f"{self.where} and {key.sql} is not null" if key.nullable else self.where
        if behind is not None:
            sign = "<" if descending else ">"
            here = f"${len(values) + 1}::{TYPES[key.type][1]}, ${len(values) + 2}::uuid"
            where += f" and ({key.sql}, r.id) {sign} ({here})"
            values += [behind.value, behind.id]
        return await self._fetch(key, where, [key.sql, "r.id"], descending, values, limit)

    async def unknown(
        self, key: Sort, descending: bool, behind: UUID | None, limit: int
    ) -> list[Any]:
        """Rows that do not have the sorted value, behind the id of the cursor."""
        values = [*self.values]
        where = f"{self.where} and {key.sql} is null"
        if behind is not None:
            where += f" and r.id {'<' if descending else '>'} ${len(values) + 1}::uuid"
            values.append(behind)
        return await self._fetch(key, where, ["r.id"], descending, values, limit)

    async def _fetch(
        self,
        key: Sort,
        where: str,
        order: Sequence[str],
        descending: bool,
        values: Sequence[Any],
        limit: int,
    ) -> list[Any]:
        direction = " desc" if descending else ""
        async with DB.connection() as connection:
            return list(
                await connection.fetch(
                    f"select {self.listing.columns}, {key.sql} as sorted"
                    f" from {self.listing.table} r where {where}"
                    f" order by {', '.join(each + direction for each in order)} limit {limit:d}",
                    *values,
                )
            )


def escaped(text: str) -> str:
    """`text` as a pattern of LIKE that stands for itself."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _value(value: Any, kind: type) -> Any:
    """A cursor's value as PostgreSQL takes it. Raises ValueError or OverflowError for another."""
    found = msgspec.convert(value, TYPES[kind][0])
    if isinstance(found, str) and "\0" in found:
        raise ValueError("PostgreSQL holds no NUL")
    return found.astimezone(UTC) if isinstance(found, datetime) else found


def _write(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).rstrip(b"=").decode()


def _unknown(message: str) -> Problem:
    """A cursor fits its schema, and cannot be gone on from."""
    return Problem(
        422, "unknown_cursor", f"after: {message}", fields=[FieldError("after", message)]
    )


def _read(after: str, sort: str, key: Sort) -> Cursor:
    """The cursor that `_write` wrote. Raises Problem for anything else, or another order."""
    try:
        raw = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True)
        cursor = msgspec.json.decode(raw, type=Cursor)
        if cursor.sort == sort and (cursor.value is not None or not key.nullable):
            cursor = Cursor(cursor.sort, _value(cursor.value, key.type), cursor.id)
    except (ValueError, OverflowError):
        raise _unknown("This is no cursor: send `next` of the page before.") from None
    if cursor.sort != sort:
        raise _unknown(f"This cursor is of the order {cursor.sort[:40]!r}, not {sort!r}.")
    return cursor
