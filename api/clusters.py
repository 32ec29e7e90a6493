"""Clusters over HTTP: list, make, change, delete. Merging is in `merging.py`."""

from typing import Literal
from uuid import UUID

import asyncpg
from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api import editing, paging
from api.editing import Chosen, Deleted
from api.paging import ARRIVAL, MATCHING, WANTED, IdList, Listing, Sort, Wanted, row_of
from api.planning_schemas import ClusterPage, ClusterRow, EditCluster, NewCluster
from api.problems import Problem, invalid
from db.status import PlanningStatus
from piccolo_conf import DB
from pipeline import events
from pipeline.words import key_of

KEYWORD_COUNT = "(select count(*) from keyword k where k.cluster_id = r.id)"
IDEA_COUNT = "(select count(*) from content_idea i where i.cluster_id = r.id)"

CLUSTERS = Listing(
    table="cluster",
    noun="cluster",
    columns=(
        f"r.id, r.version, r.name, r.intent, r.locked, {KEYWORD_COUNT} as keyword_count,"
        f" {IDEA_COUNT} as idea_count, r.demo, r.status, r.generation_status, r.created_at,"
        " r.updated_at"
    ),
    sorts={
        "created_at": ARRIVAL,
        "name": Sort("r.key", str),
        "intent": Sort("r.intent", str, nullable=True),
        "status": Sort("r.status", str),
        "keyword_count": Sort(KEYWORD_COUNT, int),
        "idea_count": Sort(IDEA_COUNT, int),
    },
    search=("r.name",),
)

ClusterSort = Literal[
    "created_at", "name", "intent", "status", "keyword_count", "idea_count",
    "-created_at", "-name", "-intent", "-status", "-keyword_count", "-idea_count",
]  # fmt: skip

_IDEAS = "r.id in (select i.cluster_id from content_idea i where i.account_id = $1 and"
_TASKS = "r.id in (select t.cluster_id from task t where t.account_id = $1 and"

OBSTACLES = {
    editing.open_in_run(2): "A run that goes on is planning articles for this cluster.",
    f"{_IDEAS} {editing.open_in_run(3, 'i.id')})": "A run that goes on is working on its ideas.",
    f"{_TASKS} {editing.open_in_run(4, 't.id')})": "A run that goes on is writing its articles.",
    f"{_TASKS} exists (select 1 from content x where x.task_id = t.id))": (
        "Articles have been written for this cluster. Delete them first, or merge the cluster."
    ),
}
"""What keeps a cluster: its ideas and tasks would go with it."""

NEW = PlanningStatus.NEW.value
GONE = {
    "task": "select id from task where cluster_id = any($1::uuid[])",
    "content_idea": "select id from content_idea where cluster_id = any($1::uuid[])",
}
LEFT = {
    "keyword": (
        f"update keyword set cluster_id = null, placed_by = null, status = '{NEW}'"
        " where cluster_id = any($1::uuid[]) returning id"
    )
}
"""Rows that go with a cluster, and rows that only lose it: keywords are new again then."""

LONGEST = 200


@get("/clusters", summary="List clusters", dependencies=WANTED)
async def list_clusters(
    account_id: NamedDependency[UUID],
    wanted: NamedDependency[Wanted],
    sort: FromQuery[ClusterSort] = "created_at",
    status: FromQuery[PlanningStatus | None] = None,
    locked: FromQuery[bool | None] = None,
) -> ClusterPage:
    """The account's clusters, page by page."""
    filters = {"status": status, "locked": locked}
    rows, following = await paging.page(CLUSTERS, account_id, sort, wanted, filters)
    return ClusterPage([row_of(row, ClusterRow) for row in rows], following)


@get("/clusters/ids", summary="List the ids of clusters", dependencies=MATCHING)
async def list_cluster_ids(
    account_id: NamedDependency[UUID],
    wanted: NamedDependency[Wanted],
    status: FromQuery[PlanningStatus | None] = None,
    locked: FromQuery[bool | None] = None,
) -> IdList:
    """All that match, to work on them together."""
    filters = {"status": status, "locked": locked}
    return await paging.ids_of(CLUSTERS, account_id, wanted, filters)


@post("/clusters", idempotent=True, summary="Make a cluster")
async def add_cluster(account_id: NamedDependency[UUID], data: JSONBody[NewCluster]) -> ClusterRow:
    """A cluster without keywords. 409 if there is one of this name."""
    name = data.name.strip()
    async with DB.connection() as connection:
        row = await connection.fetchrow(
            "insert into cluster as r (account_id, name, key, intent, locked)"
            " values ($1, $2, $3, $4, $5) on conflict (account_id, key) do nothing"
            f" returning {CLUSTERS.columns}",
            *(account_id, name, name_key(name), data.intent and data.intent.strip(), data.locked),
        )
    if row is None:
        raise await _taken(account_id, name)
    await events.rows_changed(account_id, "cluster", [row["id"]])
    return row_of(row, ClusterRow)


@get("/clusters/{cluster_id:uuid}", summary="Show a cluster")
async def show_cluster(account_id: NamedDependency[UUID], cluster_id: FromPath[UUID]) -> ClusterRow:
    """One cluster."""
    return row_of(await editing.show(CLUSTERS, account_id, cluster_id), ClusterRow)


@patch("/clusters/{cluster_id:uuid}", summary="Change a cluster")
async def edit_cluster(
    account_id: NamedDependency[UUID], cluster_id: FromPath[UUID], data: JSONBody[EditCluster]
) -> ClusterRow:
    """409 if it was changed meanwhile, or if another cluster has the name."""
    changes = editing.changes_of(data)
    if "name" in changes:
        changes["key"] = name_key(changes["name"])
    try:
        row = await editing.edit(CLUSTERS, account_id, cluster_id, data.version, changes)
    except asyncpg.UniqueViolationError:
        raise await _taken(account_id, changes["name"]) from None
    return row_of(row, ClusterRow)


@post("/clusters/delete", status_code=200, summary="Delete clusters")
async def delete_clusters(account_id: NamedDependency[UUID], data: JSONBody[Chosen]) -> Deleted:
    """Their keywords stay, without a cluster; their ideas and tasks go with them.

    Clusters that a run is working on, or that have articles, are skipped.
    """
    return await editing.delete(CLUSTERS, account_id, data.ids, OBSTACLES, gone=GONE, changed=LEFT)


def name_key(name: str) -> str:
    """The form under which two names are the same. Raises Problem for a name without letters."""
    key = key_of(name)
    if not any(each.isalnum() for each in key):
        raise invalid("name", "The name needs a letter or a digit.")
    if len(key) > LONGEST:
        raise invalid("name", f"The name has {len(key)} characters, at most {LONGEST} are allowed.")
    return key


async def _taken(account_id: UUID, name: str) -> Problem:
    async with DB.connection() as connection:
        other = await connection.fetchval(
            "select name from cluster where account_id = $1 and key = $2", account_id, key_of(name)
        )
    return Problem(
        409,
        "duplicate",
        f'You have a cluster "{other or name}" already.',
        hint="Choose another name, or merge the two clusters.",
    )
