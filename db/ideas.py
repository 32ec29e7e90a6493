"""Ideas that ended runs have left unfinished, and their taking up by a later run."""

from uuid import UUID

import asyncpg

from db.lineage import UNFINISHED_IDEA

_LEFT = f"""
    content_idea i where i.account_id = $1 and i.cluster_id = $2 and i.run_id is distinct from $3
    and not exists (select 1 from automation_run o
                    where o.id = i.run_id and o.status in ('running', 'paused'))
    and {UNFINISHED_IDEA}
"""


async def count_left(
    connection: asyncpg.Connection, account: UUID, cluster: UUID, run: UUID
) -> int:
    """How many unfinished ideas of a cluster the run can take up.

    0 for a run that ends with stage 2: somebody asked for new ideas by hand.
    """
    return int(
        await connection.fetchval(
            f"select count(*) from {_LEFT} and exists"
            " (select 1 from automation_run r where r.id = $3 and r.last_stage > 2)",
            account,
            cluster,
            run,
        )
    )


async def take_up(connection: asyncpg.Connection, account: UUID, cluster: UUID, run: UUID) -> None:
    """Make the unfinished ideas of a cluster those of the run."""
    await connection.execute(
        f"update content_idea set run_id = $3 where id in (select i.id from {_LEFT})",
        account,
        cluster,
        run,
    )
