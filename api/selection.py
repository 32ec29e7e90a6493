"""Which rows a run works on: those named, or all that are new to its first stage.

`new` is said per stage in one SQL condition; rows another run is working on are never new.
"""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from api.problems import Problem, UnknownRow
from db.lineage import ROW_TABLE
from piccolo_conf import DB
from pipeline.messages import ITEMS

NEW = {
    1: "r.status = 'new'",
    2: "not exists (select from content_idea i where i.cluster_id = r.id)",
    3: "r.status = 'new'",
    4: "r.status = 'queued'",
    5: "r.status = 'draft' and not exists (select 1 from image i where i.content_id = r.id)",
    6: "r.path is null",
    7: "r.status = 'draft'",
}
"""Which rows no run has taken through a stage yet."""

FREE = "r.generation_status not in ('queued', 'processing')"


async def rows_of(
    account_id: UUID, stage: int, selection: Sequence[UUID] | Literal["all_new"]
) -> list[UUID]:
    """Ids of the rows to work on, in order, each once. Raises Problem if there are none.

    For ids that are not the account's own it is UnknownRow, which names the first: nothing starts.
    """
    table, noun = ROW_TABLE[stage], ITEMS[stage]
    if selection == "all_new":
        return await _all_new(account_id, stage)
    wanted = list(dict.fromkeys(selection))
    async with DB.connection() as connection:
        missing, first = await connection.fetchrow(
            "select count(*), (array_agg(chosen.id order by chosen.n))[1]"
            " from unnest($2::uuid[]) with ordinality as chosen(id, n)"
            f" left join {table} r on r.id = chosen.id and r.account_id = $1 where r.id is null",
            account_id,
            wanted,
        )
    if missing:
        more = f" (and {missing - 1:,} more)" if missing > 1 else ""
        place = list(selection).index(first)
        told = f"There is no {noun} {first} in your account{more}."
        raise UnknownRow(f"selection[{place}]", told)
    return wanted


async def _all_new(account_id: UUID, stage: int) -> list[UUID]:
    table, noun = ROW_TABLE[stage], ITEMS[stage]
    async with DB.connection() as connection:
        found = await connection.fetch(
            f"select r.id from {table} r"
            f" where r.account_id = $1 and {NEW[stage]} and {FREE} order by r.id",
            account_id,
        )
    if not found:
        raise Problem(
            409,
            "nothing_to_do",
            f"There is no new {noun} to work on.",
            hint=f"Add one, or choose {noun}s that are to be worked on again.",
        )
    return [row["id"] for row in found]
