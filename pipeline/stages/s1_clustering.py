"""Stage 1: keywords come in, each goes out in a cluster, new or existing.

Up to 100 keywords are sorted by one question. For more, `prepare` finds the clusters before the
stage opens, and each batch is then put into them. Keywords that a person placed, or that a lock
keeps where they are, stay there and cost nothing.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import dramatiq

from db.columns import uuid7
from db.status import Phase, PlacedBy, PlanningStatus
from pipeline import provider
from pipeline.clustering import plans, rows
from pipeline.clustering.asking import Asker
from pipeline.clustering.assigning import Placement
from pipeline.clustering.placing import place
from pipeline.errors import ItemError
from pipeline.stage import Done, Job, Outcomes, Preparation, Stage
from pipeline.turn import answer_bell
from pipeline.words import key_of


async def prepare(preparation: Preparation) -> Sequence[UUID]:
    """Find the clusters for all keywords of the run; the keywords in order of similarity."""
    found = await rows.keywords(preparation.account_id, preparation.run_id, preparation.items)
    _, to_place = _sorted(preparation.items, found)
    if not to_place:
        return preparation.items
    texts = await plans.make(
        preparation.run_id,
        [found[items[0]].text for items in to_place.values()],
        await rows.clusters(preparation.account_id),
        Asker(
            preparation.account_id,
            preparation.usage,
            patient=True,
            granularity=preparation.options.granularity,
        ),
        preparation.concurrency,
        lambda share: preparation.report(
            Phase.AI_CALL, share, compared=round(share * len(preparation.items))
        ),
    )
    ordered = [item for text in texts for item in to_place[key_of(text)]]
    return list(dict.fromkeys([*ordered, *preparation.items]))


async def work(job: Job) -> Outcomes:
    """Find a cluster for each keyword of this job."""
    items = [item.id for item in job.items]
    job.report(Phase.AI_CALL, 0.0)
    found = await rows.keywords(job.account_id, job.run_id, items)
    outcomes, to_place = _sorted(items, found)
    texts = [found[same[0]].text for same in to_place.values()]
    asker = Asker(job.account_id, job.usage, granularity=job.options.granularity)
    placed = await place(texts, job.run_id, asker) if texts else {}
    job.report(Phase.AI_CALL, 1.0)
    for text, result in placed.items():
        outcome = result if isinstance(result, ItemError) else Done(result)
        outcomes |= dict.fromkeys(to_place[key_of(text)], outcome)
    names = {key_of(place.name) for place in placed.values() if isinstance(place, Placement)}
    job.report(Phase.SAVE, 0.0, cluster_count=len(names))
    return outcomes


def _sorted(
    items: Sequence[UUID], found: dict[UUID, rows.Row]
) -> tuple[Outcomes, dict[str, list[UUID]]]:
    """The outcomes that are clear without asking, and the other items by the key of their text."""
    outcomes: Outcomes = {}
    to_place: dict[str, list[UUID]] = {}
    for item in items:
        row = found.get(item)
        if row is not None and row.settled:
            outcomes[item] = Done(cost=0)
        elif fault := rows.fault(item, row):
            outcomes[item] = fault
        elif row is not None:
            to_place.setdefault(row.key, []).append(item)
    return outcomes, to_place


async def save(connection: asyncpg.Connection, job: Job, results: dict[UUID, Any]) -> None:
    """Put keywords into their clusters, making those that are not there.

    A keyword that a person or a lock has settled in the meantime stays where it is.
    """
    placements: dict[UUID, Placement] = {i: p for i, p in results.items() if p is not None}
    if not placements:
        return
    clusters = await _clusters(connection, job.account_id, list(placements.values()))
    await connection.execute(
        """
        UPDATE keyword k SET cluster_id = new.cluster_id, placed_by = new.placed_by, status = $5
        FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS new(id, cluster_id, placed_by)
        WHERE k.account_id = $1 AND k.id = new.id AND NOT (k.cluster_id IS NOT NULL AND (
            k.placed_by IS NOT DISTINCT FROM $6
            OR EXISTS (SELECT 1 FROM cluster c WHERE c.id = k.cluster_id AND c.locked)))
        """,
        *(job.account_id, list(placements), [clusters[p] for p in placements.values()]),
        [p.placed_by.value for p in placements.values()],
        *(PlanningStatus.MAPPED.value, PlacedBy.PERSON.value),
    )


async def _clusters(
    connection: asyncpg.Connection, account_id: UUID, placements: Sequence[Placement]
) -> dict[Placement, UUID]:
    """The row of each placement's cluster. Rows are taken in order of their keys, by all alike."""
    existing = await connection.fetch(
        "SELECT id, name FROM cluster WHERE account_id = $1 AND id = any($2::uuid[])",
        *(account_id, list({p.cluster_id for p in placements if p.cluster_id})),
    )
    names = {row["id"]: row["name"] for row in existing}
    name = {p: names.get(p.cluster_id, p.name) for p in placements}
    new = {key_of(name[p]): (name[p], p.intent) for p in name}
    found = await connection.fetch(
        """
        INSERT INTO cluster
            (id, account_id, key, name, intent, demo, locked, status, generation_status, created_at)
        SELECT id, $1, key, name, intent, $6, false, $7, 'pending', now()
        FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS new(id, key, name, intent)
        ORDER BY key
        ON CONFLICT (account_id, key) DO UPDATE
            SET status = excluded.status, intent = coalesce(cluster.intent, excluded.intent)
        RETURNING id, key
        """,
        *(account_id, [uuid7() for _ in new], list(new)),
        *([n for n, _ in new.values()], [intent for _, intent in new.values()]),
        *(provider.is_demo(), PlanningStatus.MAPPED.value),
    )
    ids = {row["key"]: row["id"] for row in found}
    return {p: ids[key_of(name[p])] for p in name}


STAGE = Stage(
    number=1,
    function="auto_cluster",
    name="Clustering",
    queue="text",
    batch=100,
    work=work,
    save=save,
    prepare=prepare,
)


@dramatiq.actor(queue_name=STAGE.queue, priority=9)
async def auto_cluster(account: str, run: str) -> None:
    """A bell: there is work in this run's stage 1."""
    await answer_bell(STAGE.number, account, run)
