"""Merging clusters: keywords and ideas of several go over into one, in one transaction.

Two ideas of one title are one idea: what nothing has been made of is dropped, the rest is renamed.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api import editing
from api.clusters import CLUSTERS
from api.editing import SkippedRow
from api.paging import row_of
from api.planning_schemas import ClusterRow, DuplicateIdea, MergeClusters, Merged
from api.problems import Problem, invalid
from db.engine import again_if_rolled_back
from piccolo_conf import DB
from pipeline import events
from pipeline.fields import fit
from pipeline.words import key_of

LONGEST_TITLE = 300

_BUSY = f"""
    select r.name from cluster r where r.account_id = $1 and r.id = any($2::uuid[]) and (
        r.id in (
            select t.item_id from automation_run o join run_item t on t.run_id = o.id
            where o.account_id = $1 and o.status in ('running', 'paused') and t.stage = 2)
        or r.id in (
            select i.cluster_id from content_idea i
            where i.account_id = $1 and {editing.open_in_run(3, "i.id")}))
    order by r.id limit 1"""
"""A cluster that a run is at, or whose new ideas a run that goes on will look for in it."""

_ALIKE = """
    select i.id, i.title, i.key, i.cluster_id = $2 as at_home,
        exists (select 1 from task t where t.idea_id = i.id) as planned
    from content_idea i where i.cluster_id = any($1::uuid[]) and i.key in (
        select key from content_idea where cluster_id = any($1::uuid[])
        group by key having count(*) > 1)
    order by i.id for update of i"""


class _Done(msgspec.Struct):
    """Ids of what a merge touched, for the answer and for the telling."""

    sources: list[UUID]
    keywords: list[UUID]
    ideas: list[UUID]
    tasks: list[UUID]
    duplicates: list[DuplicateIdea]


@post("/clusters/merge", status_code=200, summary="Merge clusters", idempotent=True)
async def merge_clusters(
    account_id: NamedDependency[UUID], data: JSONBody[MergeClusters]
) -> Merged:
    """Keywords, ideas and tasks go over to `into`; the merged clusters are gone.

    409 while a run that goes on works on any of them; nothing is changed then.
    """
    wanted = [each for each in dict.fromkeys(data.ids) if each != data.into]
    if not wanted:
        raise invalid("ids", "Name at least one cluster besides the one to merge into.")
    done = await _merge(account_id, data.into, wanted)
    await _tell(account_id, data.into, done)
    row = await editing.show(CLUSTERS, account_id, data.into)
    gone = set(done.sources)
    return Merged(
        cluster=row_of(row, ClusterRow),
        merged=len(done.sources),
        keywords=len(done.keywords),
        ideas=len(done.ideas),
        duplicates=done.duplicates,
        skipped=[SkippedRow(i, "There is no such cluster.") for i in wanted if i not in gone],
    )


async def _tell(account_id: UUID, into: UUID, done: _Done) -> None:
    dropped = [each.id for each in done.duplicates if each.outcome == "dropped"]
    changed = [*done.ideas, *(each.id for each in done.duplicates if each.outcome == "renamed")]
    await events.rows_changed(account_id, "content_idea", dropped, deleted=True)
    await events.rows_changed(account_id, "content_idea", dict.fromkeys(changed))
    await events.rows_changed(account_id, "keyword", done.keywords)
    await events.rows_changed(account_id, "task", done.tasks)
    await events.rows_changed(account_id, "cluster", done.sources, deleted=True)
    await events.rows_changed(account_id, "cluster", [into])


@again_if_rolled_back
async def _merge(account_id: UUID, into: UUID, ids: Sequence[UUID]) -> _Done:
    async with DB.transaction() as transaction:
        connection: asyncpg.Connection = transaction.connection
        # Locked against new keywords, ideas and tasks in them: their foreign keys ask for a lock.
        locked = await connection.fetch(
            "select id from cluster where account_id = $1 and id = any($2::uuid[])"
            " order by id for update",
            account_id,
            [into, *ids],
        )
        found = {row["id"] for row in locked}
        if into not in found:
            raise editing.not_found(CLUSTERS, into)
        busy = await connection.fetchval(_BUSY, account_id, list(found))
        if busy is not None:
            raise Problem(
                409,
                "worked_on",
                f'A run that goes on is working on the cluster "{busy}".',
                hint="Merge when the run has ended, or cancel it.",
            )
        sources = [each for each in ids if each in found]
        duplicates = await _settle_titles(connection, into, sources)
        done = _Done(
            sources,
            await _take_over(connection, "keyword", into, sources),
            await _take_over(connection, "content_idea", into, sources),
            await _take_over(connection, "task", into, sources),
            duplicates,
        )
        await connection.execute("delete from cluster where id = any($1::uuid[])", sources)
    return done


async def _take_over(
    connection: asyncpg.Connection, table: str, into: UUID, sources: Sequence[UUID]
) -> list[UUID]:
    rows = await connection.fetch(
        f"update {table} set cluster_id = $1 where cluster_id = any($2::uuid[]) returning id",
        into,
        sources,
    )
    return [row["id"] for row in rows]


async def _settle_titles(
    connection: asyncpg.Connection, into: UUID, sources: Sequence[UUID]
) -> list[DuplicateIdea]:
    """Leave each title once: of the idea that became a task, else of `into`, else the first."""
    clusters = [into, *sources]
    found = await connection.fetch(_ALIKE, clusters, into)
    taken = {
        row["key"]
        for row in await connection.fetch(
            "select key from content_idea where cluster_id = any($1::uuid[])", clusters
        )
    }
    settled = []
    for same in _by_key(found):
        same.sort(key=lambda idea: (not idea["planned"], not idea["at_home"], idea["id"]))
        settled += [await _settle(connection, idea, taken) for idea in same[1:]]
    return settled


def _by_key(ideas: Iterable[Any]) -> list[list[Any]]:
    groups: dict[str, list[Any]] = {}
    for idea in ideas:
        groups.setdefault(idea["key"], []).append(idea)
    return list(groups.values())


async def _settle(connection: asyncpg.Connection, idea: Any, taken: set[str]) -> DuplicateIdea:
    """Drop an idea that nothing has been made of, give another one a title of its own."""
    if not idea["planned"]:
        await connection.execute("delete from content_idea where id = $1", idea["id"])
        return DuplicateIdea(idea["id"], idea["title"], "dropped")
    title = _numbered(idea["title"], taken)
    taken.add(key_of(title))
    await connection.execute(
        "update content_idea set title = $2, key = $3 where id = $1",
        *(idea["id"], title, key_of(title)),
    )
    return DuplicateIdea(idea["id"], idea["title"], "renamed", title)


def _numbered(title: str, taken: set[str]) -> str:
    """`Title (2)`, or the first number that is free."""
    number = 2
    while key_of(numbered := f"{fit(title, LONGEST_TITLE - 8)} ({number})") in taken:
        number += 1
    return numbered
