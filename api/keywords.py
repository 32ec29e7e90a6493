"""Keywords over HTTP: list, add, change, put into clusters, delete. Files are in `imports.py`."""

from typing import Any, Literal
from uuid import UUID

import asyncpg
from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api import editing, paging
from api.editing import Chosen, Deleted, SkippedRow
from api.paging import ARRIVAL, MATCHING, WANTED, IdList, Listing, Sort, Wanted, row_of
from api.planning_schemas import (
    EditKeyword,
    Intent,
    KeywordPage,
    KeywordRow,
    Moved,
    MoveKeywords,
    NewKeyword,
)
from api.problems import Problem, UnknownRow, invalid
from db.engine import again_if_rolled_back
from db.status import PlacedBy, PlanningStatus
from piccolo_conf import DB
from pipeline import events, importing

KEYWORDS = Listing(
    table="keyword",
    noun="keyword",
    columns=(
        "r.id, r.version, r.text, r.country, r.volume, r.difficulty, r.cpc, r.intent, r.cluster_id,"
        " (select c.name from cluster c where c.id = r.cluster_id) as cluster_name, r.placed_by,"
        " r.status, r.generation_status, r.created_at, r.updated_at"
    ),
    sorts={
        "created_at": ARRIVAL,
        "text": Sort("r.key", str),
        "country": Sort("r.country", str),
        "volume": Sort("r.volume", int, nullable=True),
        "difficulty": Sort("r.difficulty", float, nullable=True),
        "cpc": Sort("r.cpc", float, nullable=True),
        "intent": Sort("r.intent", str, nullable=True),
        "status": Sort("r.status", str),
    },
    search=("r.text",),
)

KeywordSort = Literal[
    "created_at", "text", "country", "volume", "difficulty", "cpc", "intent", "status",
    "-created_at", "-text", "-country", "-volume", "-difficulty", "-cpc", "-intent", "-status",
]  # fmt: skip

OBSTACLES = {editing.open_in_run(1): "A run that goes on is working on this keyword."}


@get("/keywords", summary="List keywords", dependencies=WANTED)
async def list_keywords(
    account_id: NamedDependency[UUID],
    wanted: NamedDependency[Wanted],
    sort: FromQuery[KeywordSort] = "created_at",
    status: FromQuery[PlanningStatus | None] = None,
    cluster_id: FromQuery[UUID | None] = None,
    intent: FromQuery[Intent | None] = None,
) -> KeywordPage:
    """The account's keywords, page by page; unknown values stand last in either direction."""
    filters = {"status": status, "cluster_id": cluster_id, "intent": intent}
    rows, following = await paging.page(KEYWORDS, account_id, sort, wanted, filters)
    return KeywordPage([row_of(row, KeywordRow) for row in rows], following)


@get("/keywords/ids", summary="List the ids of keywords", dependencies=MATCHING)
async def list_keyword_ids(
    account_id: NamedDependency[UUID],
    wanted: NamedDependency[Wanted],
    status: FromQuery[PlanningStatus | None] = None,
    cluster_id: FromQuery[UUID | None] = None,
    intent: FromQuery[Intent | None] = None,
) -> IdList:
    """All that match, to work on them together."""
    filters = {"status": status, "cluster_id": cluster_id, "intent": intent}
    return await paging.ids_of(KEYWORDS, account_id, wanted, filters)


@post("/keywords", idempotent=True, summary="Add a keyword")
async def add_keyword(account_id: NamedDependency[UUID], data: JSONBody[NewKeyword]) -> KeywordRow:
    """One keyword. 409 if the account has it, in this country."""
    columns = _checked({"text": data.text.strip(), "country": data.country})
    columns |= {"volume": data.volume, "difficulty": data.difficulty, "cpc": data.cpc}
    columns |= {"intent": data.intent}
    places = ", ".join(f"${n}" for n in range(2, len(columns) + 2))
    async with DB.connection() as connection:
        row = await connection.fetchrow(
            f"insert into keyword as r (account_id, {', '.join(columns)}) values ($1, {places})"
            f" on conflict (account_id, country, key) do nothing returning {KEYWORDS.columns}",
            account_id,
            *columns.values(),
        )
    if row is None:
        raise _duplicate(columns["text"], columns["country"])
    await events.rows_changed(account_id, "keyword", [row["id"]])
    return row_of(row, KeywordRow)


@get("/keywords/{keyword_id:uuid}", summary="Show a keyword")
async def show_keyword(account_id: NamedDependency[UUID], keyword_id: FromPath[UUID]) -> KeywordRow:
    """One keyword."""
    return row_of(await editing.show(KEYWORDS, account_id, keyword_id), KeywordRow)


@patch("/keywords/{keyword_id:uuid}", summary="Change a keyword")
async def edit_keyword(
    account_id: NamedDependency[UUID], keyword_id: FromPath[UUID], data: JSONBody[EditKeyword]
) -> KeywordRow:
    """409 if it was changed meanwhile, or if the account has such a keyword already."""
    changes = _checked(editing.changes_of(data))
    try:
        row = await editing.edit(KEYWORDS, account_id, keyword_id, data.version, changes)
    except asyncpg.UniqueViolationError:
        now = await editing.show(KEYWORDS, account_id, keyword_id)
        text, country = changes.get("text", now["text"]), changes.get("country", now["country"])
        raise _duplicate(text, country) from None
    return row_of(row, KeywordRow)


@post("/keywords/move", status_code=200, summary="Put keywords into a cluster")
async def move_keywords(account_id: NamedDependency[UUID], data: JSONBody[MoveKeywords]) -> Moved:
    """A keyword that a person has placed stays there when keywords are clustered again."""
    ids = list(dict.fromkeys(data.ids))
    before = await _move(account_id, ids, data.cluster_id)
    touched = {cluster for cluster in [*before.values(), data.cluster_id] if cluster is not None}
    await events.rows_changed(account_id, "keyword", before)
    if before:
        await events.rows_changed(account_id, "cluster", touched)
    skipped = [SkippedRow(each, "There is no such keyword.") for each in ids if each not in before]
    return Moved(len(before), skipped)


@post("/keywords/delete", status_code=200, summary="Delete keywords")
async def delete_keywords(account_id: NamedDependency[UUID], data: JSONBody[Chosen]) -> Deleted:
    """Keywords that a run is working on are skipped."""
    return await editing.delete(KEYWORDS, account_id, data.ids, OBSTACLES)


@again_if_rolled_back
async def _move(
    account_id: UUID, ids: list[UUID], cluster_id: UUID | None
) -> dict[UUID, UUID | None]:
    """The keywords that are there, each with the cluster it was in."""
    async with DB.transaction() as transaction:
        connection: asyncpg.Connection = transaction.connection
        if cluster_id is not None and not await connection.fetchval(
            "select true from cluster where account_id = $1 and id = $2 for key share",
            account_id,
            cluster_id,
        ):
            raise UnknownRow("cluster_id", f"There is no cluster {cluster_id} in your account.")
        found = await connection.fetch(
            "select id, cluster_id from keyword where account_id = $1 and id = any($2::uuid[])"
            " order by id for no key update",
            account_id,
            ids,
        )
        await connection.execute(
            "update keyword set cluster_id = $3, placed_by = $4, status = $5"
            " where account_id = $1 and id = any($2::uuid[])",
            *(account_id, [row["id"] for row in found], cluster_id),
            PlacedBy.PERSON.value if cluster_id else None,
            (PlanningStatus.MAPPED if cluster_id else PlanningStatus.NEW).value,
        )
    return {row["id"]: row["cluster_id"] for row in found}


def _checked(columns: dict[str, Any]) -> dict[str, Any]:
    """Columns of a keyword with text and country as files give them. Raises Problem."""
    try:
        field = "text"
        if field in columns:
            columns["key"] = importing.checked_key(columns[field])
        field = "country"
        if field in columns:
            columns[field] = importing.country_of(columns[field].strip())
    except importing.Unusable as reason:
        raise invalid(field, f"{reason}.".capitalize()) from None
    return columns


def _duplicate(text: str, country: str) -> Problem:
    where = f" for {country}" if country else ""
    return Problem(
        409,
        "duplicate",
        f'You have the keyword "{text}"{where} already.',
        hint="Change the one you have, or use another text or country.",
    )
