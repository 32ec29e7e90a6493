"""Content ideas over HTTP: list, change their plan, delete. Stage 2 makes them."""

from typing import Any, Literal
from uuid import UUID

import asyncpg
from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api import editing, paging
from api.editing import Chosen, Deleted
from api.paging import ARRIVAL, MATCHING, WANTED, IdList, Listing, Sort, Wanted, row_of
from api.planning_schemas import EditIdea, IdeaPage, IdeaRow
from api.problems import Problem, invalid
from db.status import IdeaStatus
from pipeline.words import key_of

_TASK = "(select t.id from task t where t.idea_id = r.id)"

IDEAS = Listing(
    table="content_idea",
    noun="idea",
    columns=(
        "r.id, r.version, r.cluster_id,"
        " (select c.name from cluster c where c.id = r.cluster_id) as cluster_name,"
        f" {_TASK} as task_id, r.title, r.summary, r.outline, r.primary_keyword,"
        " r.secondary_keywords, r.content_type, r.target_words, r.language, r.demo, r.status,"
        " r.generation_status, r.created_at, r.updated_at"
    ),
    sorts={
        "created_at": ARRIVAL,
        "title": Sort("r.key", str),
        "primary_keyword": Sort("r.primary_keyword", str),
        "content_type": Sort("r.content_type", str),
        "target_words": Sort("r.target_words", int),
        "status": Sort("r.status", str),
    },
    search=("r.title", "r.primary_keyword"),
)

IdeaSort = Literal[
    "created_at", "title", "primary_keyword", "content_type", "target_words", "status",
    "-created_at", "-title", "-primary_keyword", "-content_type", "-target_words", "-status",
]  # fmt: skip

_TASKS = "r.id in (select t.idea_id from task t where t.account_id = $1 and"

OBSTACLES = {
    editing.open_in_run(3): "A run that goes on is making a task of this idea.",
    f"{_TASKS} {editing.open_in_run(4, 't.id')})": "A run that goes on is writing its article.",
    f"{_TASKS} exists (select 1 from content x where x.task_id = t.id))": (
        "The article of this idea has been written. Delete the article first."
    ),
}
GONE = {"task": "select id from task where idea_id = any($1::uuid[])"}

LONGEST = 300


@get("/ideas", summary="List ideas", dependencies=WANTED)
async def list_ideas(
    account_id: NamedDependency[UUID],
    wanted: NamedDependency[Wanted],
    sort: FromQuery[IdeaSort] = "created_at",
    status: FromQuery[IdeaStatus | None] = None,
    cluster_id: FromQuery[UUID | None] = None,
) -> IdeaPage:
    """The account's ideas, page by page."""
    filters = {"status": status, "cluster_id": cluster_id}
    rows, following = await paging.page(IDEAS, account_id, sort, wanted, filters)
    return IdeaPage([row_of(row, IdeaRow) for row in rows], following)


@get("/ideas/ids", summary="List the ids of ideas", dependencies=MATCHING)
async def list_idea_ids(
    account_id: NamedDependency[UUID],
    wanted: NamedDependency[Wanted],
    status: FromQuery[IdeaStatus | None] = None,
    cluster_id: FromQuery[UUID | None] = None,
) -> IdList:
    """All that match, to work on them together."""
    filters = {"status": status, "cluster_id": cluster_id}
    return await paging.ids_of(IDEAS, account_id, wanted, filters)


@get("/ideas/{idea_id:uuid}", summary="Show an idea")
async def show_idea(account_id: NamedDependency[UUID], idea_id: FromPath[UUID]) -> IdeaRow:
    """One idea."""
    return row_of(await editing.show(IDEAS, account_id, idea_id), IdeaRow)


@patch("/ideas/{idea_id:uuid}", summary="Change an idea")
async def edit_idea(
    account_id: NamedDependency[UUID], idea_id: FromPath[UUID], data: JSONBody[EditIdea]
) -> IdeaRow:
    """The plan, as long as it is no task. 409 if it is one, or if it was changed meanwhile."""
    changes = _checked(editing.changes_of(data))
    now = await editing.show(IDEAS, account_id, idea_id)
    if now["task_id"] is not None and changes:
        raise Problem(
            409,
            "has_a_task",
            "This idea has become a writer task, which carries a plan of its own.",
            hint="Change the task instead.",
        )
    try:
        row = await editing.edit(IDEAS, account_id, idea_id, data.version, changes)
    except asyncpg.UniqueViolationError:
        raise Problem(
            409,
            "duplicate",
            f'The cluster "{now["cluster_name"]}" has an idea "{changes["title"]}" already.',
            hint="Choose another title.",
        ) from None
    return row_of(row, IdeaRow)


@post("/ideas/delete", status_code=200, summary="Delete ideas")
async def delete_ideas(account_id: NamedDependency[UUID], data: JSONBody[Chosen]) -> Deleted:
    """Their tasks go with them. Ideas that a run is working on, or with an article, are skipped."""
    return await editing.delete(IDEAS, account_id, data.ids, OBSTACLES, gone=GONE)


def _checked(changes: dict[str, Any]) -> dict[str, Any]:
    """Columns of the changes. Raises Problem for a title without letters."""
    if "title" in changes:
        key = key_of(changes["title"])
        if not any(each.isalnum() for each in key) or len(key) > LONGEST:
            raise invalid("title", f"The title needs a letter, and at most {LONGEST} characters.")
        changes["key"] = key
    return changes
