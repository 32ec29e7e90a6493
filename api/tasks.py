"""Writer tasks over HTTP: list, show, edit the plan, delete.

A plan can be edited until it is written from: an article is checked against the plan it came from.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Meta, UnsetType

from api import editing
from api.locking import change, is_open, locked, same_version
from api.paging import (
    ARRIVAL,
    MATCHING,
    WANTED,
    IdList,
    Listing,
    Sort,
    Wanted,
    ids_of,
    page,
    row_of,
)
from api.problems import Problem
from api.texts import LANGUAGE, Line200, Line300, Note
from db.engine import again_if_rolled_back
from db.status import GenerationStatus, TaskStatus
from pipeline import events
from pipeline.planning import LEAST_WORDS, MOST_WORDS, ContentType

Account = NamedDependency[UUID]

TASKS = Listing(
    table="task",
    noun="task",
    columns="r.id, r.version, r.created_at, r.updated_at, r.generation_status, r.status, r.title,"
    " r.summary, r.outline, r.primary_keyword, r.secondary_keywords, r.content_type,"
    " r.target_words, r.language, r.demo, r.idea_id, r.cluster_id,"
    " (select k.name from cluster k where k.id = r.cluster_id) as cluster_name,"
    " (select c.id from content c where c.task_id = r.id) as content_id",
    sorts={
        "created_at": ARRIVAL,
        "title": Sort("r.title", str),
        "target_words": Sort("r.target_words", int),
        "updated_at": Sort("r.updated_at", datetime),
    },
    search=("r.title", "r.primary_keyword"),
)
Order = Literal[
    "created_at",
    "-created_at",
    "title",
    "-title",
    "target_words",
    "-target_words",
    "updated_at",
    "-updated_at",
]

AT_WORK = "A run is working on it."
OBSTACLES = {
    "exists (select from content c where c.task_id = r.id)": "Delete its article first.",
    editing.open_in_run(4): AT_WORK,
}
"""What keeps a task from being deleted."""

CHANGED = {
    "content_idea": "update content_idea set status = 'new', generation_status = 'pending'"
    " where id in (select idea_id from task where id = any($1::uuid[])) returning id"
}
"""What can be worked on again without the task."""


class PlanSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A section of a planned article: its heading, and what it is to say."""

    heading: Line200
    notes: Note = ""


class TaskRow(msgspec.Struct, frozen=True, kw_only=True):
    """A writer task with its whole plan; `content_id` is its article, null before it is written."""

    id: UUID
    version: int
    created_at: datetime
    updated_at: datetime
    generation_status: GenerationStatus
    status: TaskStatus
    title: str
    summary: str
    outline: list[PlanSection]
    primary_keyword: str
    secondary_keywords: list[str]
    content_type: str
    target_words: int
    language: str
    demo: bool
    idea_id: UUID
    cluster_id: UUID
    cluster_name: str
    content_id: UUID | None


class TaskPage(msgspec.Struct, frozen=True):
    """Some tasks."""

    items: list[TaskRow]
    next: str | None


class EditTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of a task's plan; what is left out stays."""

    version: editing.Version
    title: Line300 | UnsetType = UNSET
    summary: Note | UnsetType = UNSET
    outline: Annotated[list[PlanSection], Meta(min_length=1, max_length=30)] | UnsetType = UNSET
    primary_keyword: Line200 | UnsetType = UNSET
    secondary_keywords: Annotated[list[Line200], Meta(max_length=50)] | UnsetType = UNSET
    content_type: ContentType | UnsetType = UNSET
    target_words: Annotated[int, Meta(ge=LEAST_WORDS, le=MOST_WORDS)] | UnsetType = UNSET
    language: Annotated[str, Meta(pattern=LANGUAGE, max_length=2)] | UnsetType = UNSET


@get("/tasks", dependencies=WANTED, summary="List writer tasks")
async def list_tasks(
    account_id: Account,
    wanted: NamedDependency[Wanted],
    status: FromQuery[TaskStatus | None] = None,
    cluster_id: FromQuery[UUID | None] = None,
    idea_id: FromQuery[UUID | None] = None,
    sort: FromQuery[Order] = "created_at",
) -> TaskPage:
    """The account's tasks, a page at a time. `q` looks into title and primary keyword."""
    filters = {"status": status, "cluster_id": cluster_id, "idea_id": idea_id}
    rows, following = await page(TASKS, account_id, sort, wanted, filters)
    return TaskPage([row_of(row, TaskRow) for row in rows], following)


@get("/tasks/ids", dependencies=MATCHING, summary="Ids of all tasks that match")
async def list_task_ids(
    account_id: Account,
    wanted: NamedDependency[Wanted],
    status: FromQuery[TaskStatus | None] = None,
    cluster_id: FromQuery[UUID | None] = None,
    idea_id: FromQuery[UUID | None] = None,
) -> IdList:
    """For selecting all that the filters show."""
    filters = {"status": status, "cluster_id": cluster_id, "idea_id": idea_id}
    return await ids_of(TASKS, account_id, wanted, filters)


@get("/tasks/{task_id:uuid}", summary="Show a writer task")
async def show_task(account_id: Account, task_id: FromPath[UUID]) -> TaskRow:
    """The task with its plan."""
    return row_of(await editing.show(TASKS, account_id, task_id), TaskRow)


@patch("/tasks/{task_id:uuid}", summary="Edit the plan of a task")
async def edit_task(
    account_id: Account, task_id: FromPath[UUID], data: JSONBody[EditTask]
) -> TaskRow:
    """Only while the task has no article and no run is working on it (409 otherwise)."""
    row = await _edit(account_id, task_id, data)
    if row["version"] != data.version:
        await events.rows_changed(account_id, "task", [task_id])
    return row_of(row, TaskRow)


@again_if_rolled_back
async def _edit(account_id: UUID, task_id: UUID, data: EditTask) -> Any:
    async with locked(TASKS, account_id, task_id, "r.status") as (connection, row):
        if row["status"] == TaskStatus.COMPLETED.value:
            raise Problem(
                409,
                "already_written",
                "The task has its article, and that is checked against this plan.",
                hint="Edit the article, or delete it and edit the task then.",
            )
        if await is_open(connection, TASKS, account_id, task_id, 4):
            raise Problem(
                409,
                "in_a_run",
                "A run is working on this task.",
                hint="Wait until the run has ended, or cancel it.",
            )
        same_version(TASKS, row, data.version)
        return await change(connection, TASKS, account_id, task_id, editing.changes_of(data))


@post("/tasks/delete", status_code=200, summary="Delete writer tasks")
async def delete_tasks(account_id: Account, data: JSONBody[editing.Chosen]) -> editing.Deleted:
    """Their ideas are new again. Tasks with an article or in a run stay, with the reason."""
    return await editing.delete(TASKS, account_id, data.ids, OBSTACLES, changed=CHANGED)
