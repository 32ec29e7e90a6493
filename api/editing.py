"""Changing and deleting rows so that nobody overwrites what another has just written.

A change names the version it was made on; one UPDATE applies it unless the row has been edited
since (a run that only moves it through its states is no edit). Rows that a running run is working
on are not deleted, and every change is told to the account's other clients after it is committed.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from api.paging import MAX_SELECTION, Listing
from api.problems import Problem
from db.engine import again_if_rolled_back
from piccolo_conf import DB
from pipeline import events

Version = Annotated[int, Meta(ge=1, le=2**63 - 1, description="The row's version when it was read")]
"""What every PATCH carries."""


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows to do something with."""

    ids: Annotated[list[UUID], Meta(min_length=1, max_length=MAX_SELECTION)]


class SkippedRow(msgspec.Struct, frozen=True):
    """A row that was left as it is, and why."""

    id: UUID
    reason: str


class Deleted(msgspec.Struct, frozen=True):
    """How many rows are gone, and which are not."""

    deleted: int
    skipped: list[SkippedRow]


def changes_of(edit: msgspec.Struct) -> dict[str, Any]:
    """The fields of a PATCH body that were sent, without its version; texts trimmed."""
    sent = {
        name: getattr(edit, name)
        for name in edit.__struct_fields__
        if name != "version" and getattr(edit, name) is not msgspec.UNSET
    }
    return {name: v.strip() if isinstance(v, str) else v for name, v in sent.items()}


def not_found(listing: Listing, row_id: UUID) -> Problem:
    """The problem of a row that is not in the account."""
    return Problem(404, "not_found", f"There is no {listing.noun} {row_id} in your account.")


async def show(listing: Listing, account_id: UUID, row_id: UUID) -> Any:
    """The record of a row. Raises Problem 404."""
    async with DB.connection() as connection:
        row = await connection.fetchrow(
            f"select {listing.columns} from {listing.table} r where r.account_id = $1"
            " and r.id = $2",
            account_id,
            row_id,
        )
    if row is None:
        raise not_found(listing, row_id)
    return row


async def edit(
    listing: Listing, account_id: UUID, row_id: UUID, version: int, changes: Mapping[str, Any]
) -> Any:
    """Set columns of the row unless it was edited since this version; its record then.

    Tells the account's clients. `changes` has names of columns, which are constants of the code,
    and their values. Raises Problem 404, or 409 `changed_meanwhile`, and what PostgreSQL raises for
    a value it refuses.
    """
    columns = ["version = r.version"]  # keeps the statement whole if nothing is to change
    columns += [f'"{column}" = ${place}' for place, column in enumerate(changes, 4)]
    async with DB.connection() as connection:
        row = await connection.fetchrow(
            f"update {listing.table} r set {', '.join(columns)}"
            " where r.account_id = $1 and r.id = $2"
            " and $3 between r.edited_version and r.version"
            f" returning {listing.columns}",
            *(account_id, row_id, version),
            *(getattr(value, "value", value) for value in changes.values()),
        )
    if row is None:
        now = await show(listing, account_id, row_id)
        raise changed_meanwhile(listing, version, now["version"])
    if row["version"] != version:
        await events.rows_changed(account_id, listing.table, [row_id])
    return row


def changed_meanwhile(listing: Listing, sent: int, now: int) -> Problem:
    """The problem of a change made on an older version of the row."""
    return Problem(
        409,
        "changed_meanwhile",
        f"This {listing.noun} was changed meanwhile: it is at version {now}, you changed {sent}.",
        hint=f"Load the {listing.noun} again, look at what changed, then make your change.",
    )


def open_in_run(stage: int, item: str = "r.id") -> str:
    """The condition that a run which has not ended still has to work on `item` in this stage.

    Reads the account from $1. `item` is an SQL expression over row `r`, a constant of the code.
    """
    return f"""{item} in (
        select t.item_id from automation_run o join run_item t on t.run_id = o.id
        where o.account_id = $1 and o.status in ('running', 'paused')
          and t.stage = {stage} and t.status in ('queued', 'processing'))"""


async def delete(
    listing: Listing,
    account_id: UUID,
    ids: Sequence[UUID],
    obstacles: Mapping[str, str],
    *,
    gone: Mapping[str, str] | None = None,
    changed: Mapping[str, str] | None = None,
) -> Deleted:
    """Delete rows, but for those with an obstacle, and tell the account.

    `obstacles` gives for each condition over row `r` ($1 is the account) the reason to tell.
    `gone` and `changed` have the tables whose rows go with them by the foreign keys, or are changed
    before: a statement that returns their ids, $1 the ids that are deleted. Conditions, tables and
    statements are constants of the code.
    """
    wanted = list(dict.fromkeys(ids))
    others = {**(gone or {}), **(changed or {})}
    found, free, touched = await _delete(listing, account_id, wanted, obstacles, others)
    for table, rows in touched.items():
        await events.rows_changed(account_id, table, rows, deleted=table not in (changed or {}))
    await events.rows_changed(account_id, listing.table, free, deleted=True)
    told = {None: f"There is no such {listing.noun}."} | dict(enumerate(obstacles.values()))
    skipped = [SkippedRow(row, told[found.get(row)]) for row in wanted if row not in free]
    return Deleted(len(free), skipped)


@again_if_rolled_back
async def _delete(
    listing: Listing,
    account_id: UUID,
    ids: Sequence[UUID],
    obstacles: Mapping[str, str],
    others: Mapping[str, str],
) -> tuple[dict[UUID, int | None], set[UUID], dict[str, set[UUID]]]:
    """The number of each found row's obstacle, the ids that are gone, those of other tables."""
    cases = " ".join(f"when {condition} then {n}" for n, condition in enumerate(obstacles))
    obstacle = f"case {cases} end" if cases else "null::int"
    async with DB.transaction() as transaction:
        rows = await transaction.connection.fetch(
            f"select r.id, {obstacle} as obstacle from {listing.table} r"
            " where r.account_id = $1 and r.id = any($2::uuid[]) order by r.id for update of r",
            account_id,
            ids,
        )
        found = {row["id"]: row["obstacle"] for row in rows}
        free = {row for row, obstacle in found.items() if obstacle is None}
        touched = {
            table: {row[0] for row in await transaction.connection.fetch(statement, free)}
            for table, statement in others.items()
        }
        await transaction.connection.execute(
            f"delete from {listing.table} where id = any($1::uuid[])", free
        )
    return found, free, touched
