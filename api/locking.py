"""Changes that depend on the state a row is in: the row stays locked while its state is looked at.

For changes that depend on nothing but the version, `editing.edit` is enough.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import asyncpg

from api.editing import changed_meanwhile, not_found, open_in_run
from api.paging import Listing
from piccolo_conf import DB


@contextlib.asynccontextmanager
async def locked(
    listing: Listing, account_id: UUID, row_id: UUID, facts: str
) -> AsyncIterator[tuple[asyncpg.Connection, Any]]:
    """A transaction's connection and `facts` (a select list over `r`) of the row it locks.

    Facts are of the row itself: others may have changed while the lock was waited for. Raises
    Problem 404.
    """
    async with DB.transaction() as transaction:
        row = await transaction.connection.fetchrow(
            f"select r.version, r.edited_version, {facts} from {listing.table} r"
            " where r.account_id = $1 and r.id = $2 for update of r",
            account_id,
            row_id,
        )
        if row is None:
            raise not_found(listing, row_id)
        yield transaction.connection, row


def same_version(listing: Listing, row: Any, sent: int) -> None:
    """Raise Problem 409 `changed_meanwhile` if the row was edited since the version sent."""
    if not row["edited_version"] <= sent <= row["version"]:
        raise changed_meanwhile(listing, sent, row["version"])


async def change(
    connection: asyncpg.Connection,
    listing: Listing,
    account_id: UUID,
    row_id: UUID,
    changes: Mapping[str, Any],
) -> Any:
    """Set columns (constants of the code) of a locked row; its record of the list's columns."""
    sets = ["version = r.version"]  # keeps the statement whole if nothing is to change
    sets += [f'"{column}" = ${place}' for place, column in enumerate(changes, 3)]
    return await connection.fetchrow(
        f"update {listing.table} r set {', '.join(sets)} where r.account_id = $1 and r.id = $2"
        f" returning {listing.columns}",
        *(account_id, row_id, *changes.values()),
    )


async def is_open(
    connection: asyncpg.Connection, listing: Listing, account_id: UUID, row_id: UUID, stage: int
) -> bool:
    """Whether a run which has not ended still has to work on the locked row in this stage."""
    return bool(
        await connection.fetchval(
            f"select {open_in_run(stage)} from {listing.table} r"
            " where r.account_id = $1 and r.id = $2",
            account_id,
            row_id,
        )
    )
