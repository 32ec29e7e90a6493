"""Articles over HTTP: list, show, edit, delete.

An edit of a reviewed article has it checked again at once, so that its report stays true; an edit
of an approved one ends the approval, since nobody has approved what it says now.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec
from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api import editing
from api.content_rows import (
    CONTENT,
    OF_CLUSTER,
    OF_RESULT,
    Content,
    ContentPage,
    ContentRow,
    EditContent,
    Order,
)
from api.explaining import FieldError
from api.image_rows import IMAGES
from api.locking import change, locked, same_version
from api.paging import MATCHING, WANTED, IdList, Wanted, ids_of, page, row_of
from api.problems import Problem
from db.engine import TRANSIENT, again_if_rolled_back
from db.status import ContentStatus
from piccolo_conf import DB
from pipeline import events, thumbnails
from pipeline.review.storing import review_again
from pipeline.words import count_words

log = logging.getLogger(__name__)

Account = NamedDependency[UUID]
Result = Literal["ready", "needs_attention"]

EDITABLE = (ContentStatus.DRAFT.value, ContentStatus.REVIEW.value)

AT_WORK = "A run is working on it."
OBSTACLES = {
    "r.status = 'published'": "It is published; archive it or make it a draft first.",
    editing.open_in_run(5): AT_WORK,
    editing.open_in_run(7): AT_WORK,
    "exists (select from image i where i.content_id = r.id"
    f" and {editing.open_in_run(6, 'i.id')})": "A run is working on its images.",
}
"""What keeps an article from being deleted."""

GONE = {"image": "select id from image where content_id = any($1::uuid[])"}
CHANGED = {
    "content_idea": "update content_idea set status = 'queued' where id in (select t.idea_id"
    " from task t join content c on c.task_id = t.id where c.id = any($1::uuid[])) returning id",
    "task": "update task set status = 'queued', generation_status = 'pending' where id in"
    " (select task_id from content where id = any($1::uuid[])) returning id",
}
"""What goes with an article, and what can be worked on again without it."""


def _filters(
    status: ContentStatus | None,
    task_id: UUID | None,
    cluster_id: UUID | None,
    result: Result | None,
) -> dict[str, Any]:
    return {"status": status, "task_id": task_id, OF_CLUSTER: cluster_id, OF_RESULT: result}


@get("/content", dependencies=WANTED, summary="List articles")
async def list_content(
    account_id: Account,
    wanted: NamedDependency[Wanted],
    status: FromQuery[ContentStatus | None] = None,
    task_id: FromQuery[UUID | None] = None,
    cluster_id: FromQuery[UUID | None] = None,
    result: FromQuery[Result | None] = None,
    sort: FromQuery[Order] = "created_at",
) -> ContentPage:
    """The account's articles without their bodies. `q` looks into title and slug."""
    filters = _filters(status, task_id, cluster_id, result)
    rows, following = await page(CONTENT, account_id, sort, wanted, filters)
    return ContentPage([row_of(row, ContentRow) for row in rows], following)


@get("/content/ids", dependencies=MATCHING, summary="Ids of all articles that match")
async def list_content_ids(
    account_id: Account,
    wanted: NamedDependency[Wanted],
    status: FromQuery[ContentStatus | None] = None,
    task_id: FromQuery[UUID | None] = None,
    cluster_id: FromQuery[UUID | None] = None,
    result: FromQuery[Result | None] = None,
) -> IdList:
    """For selecting all that the filters show."""
    filters = _filters(status, task_id, cluster_id, result)
    return await ids_of(CONTENT, account_id, wanted, filters)


@get("/content/{content_id:uuid}", summary="Show an article")
async def show_content(account_id: Account, content_id: FromPath[UUID]) -> Content:
    """The article with its Markdown body, the report of its review, and its images."""
    return await find_content(account_id, content_id)


async def find_content(account_id: UUID, content_id: UUID) -> Content:
    """The account's article as a whole. Raises Problem 404."""
    async with DB.transaction() as transaction:  # all of one moment
        connection = transaction.connection
        await connection.execute("set transaction isolation level repeatable read, read only")
        row = await connection.fetchrow(
            f"select {CONTENT.columns}, r.body, r.review - 'sketch' as report from content r"
            " where r.account_id = $1 and r.id = $2",
            account_id,
            content_id,
        )
        if row is None:
            raise editing.not_found(CONTENT, content_id)
        images = await connection.fetch(
            f"select {IMAGES.columns} from image r where r.account_id = $1 and r.content_id = $2"
            " order by r.kind, r.position",
            account_id,
            content_id,
        )
    return msgspec.convert({**row, "images": [dict(image) for image in images]}, Content)


@patch("/content/{content_id:uuid}", summary="Edit an article")
async def edit_content(
    account_id: Account, content_id: FromPath[UUID], data: JSONBody[EditContent]
) -> Content:
    """Change texts of a draft or of an article in review; words are counted anew.

    A reviewed article is checked again, and an approval ends. 409 for another version, for a slug
    that is taken, and for articles that are published or archived.
    """
    changes = editing.changes_of(data)
    if "body" in changes:
        changes["body"] = _lines(changes["body"])
    try:
        reviewed = await _edit(account_id, content_id, data.version, changes)
    except asyncpg.UniqueViolationError:
        message = f"Another article has the slug “{changes['slug']}”."
        raise Problem(409, "slug_taken", message, fields=[FieldError("slug", message)]) from None
    if reviewed is not None:
        if reviewed:
            await check_again(account_id, [content_id])
        await events.rows_changed(account_id, "content", [content_id])
    return await find_content(account_id, content_id)


def _lines(body: str) -> str:
    """The body with the line ends of Markdown files, whatever the form sent."""
    return body.replace("\r\n", "\n").replace("\r", "\n")


@again_if_rolled_back
async def _edit(
    account_id: UUID, content_id: UUID, version: int, sent: dict[str, Any]
) -> bool | None:
    """Make the changes; whether the article has a report, or None if nothing is different."""
    facts = "r.status, r.review is not null as reviewed, r.approved_at is not null as approved"
    texts = "r.title, r.slug, r.meta_title, r.meta_description, r.excerpt, r.body"
    async with locked(CONTENT, account_id, content_id, f"{facts}, {texts}") as (connection, row):
        if row["status"] not in EDITABLE:
            raise not_editable(row["status"])
        same_version(CONTENT, row, version)
        changes = {name: value for name, value in sent.items() if value != row[name]}
        if not changes:
            return None
        if "body" in changes:
            changes["word_count"] = count_words(changes["body"])
        if row["approved"]:
            changes |= {"approved_at": None, "approved_by": None}
        await change(connection, CONTENT, account_id, content_id, changes)
    return bool(row["reviewed"])


def not_editable(status: str) -> Problem:
    """The problem of an article that is past editing."""
    return Problem(
        409,
        "not_editable",
        f"The article is {status}; only drafts and articles in review can be changed.",
        hint="Make it a draft first.",
    )


async def check_again(account_id: UUID, content_ids: Sequence[UUID]) -> None:
    """Bring the reports of edited articles up to date, those of articles that have one.

    The edit stands whether or not this succeeds: a report that is left behind says that it is.
    """
    for content_id in content_ids:
        try:
            await review_again(account_id, content_id)
        except (OSError, *TRANSIENT) as error:
            log.warning("article %s was not checked again: %s", content_id, error)


@post("/content/delete", status_code=200, summary="Delete articles")
async def delete_content(account_id: Account, data: JSONBody[editing.Chosen]) -> editing.Deleted:
    """With their images and files; their tasks can be written again.

    Published ones and those in a run stay, with the reason.
    """
    files = await _files(account_id, data.ids)
    done = await editing.delete(
        CONTENT, account_id, data.ids, OBSTACLES, gone=GONE, changed=CHANGED
    )
    await drop_files(account_id, files)
    return done


async def _files(account_id: UUID, content_ids: Sequence[UUID]) -> dict[UUID, str]:
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "select id, path from image where account_id = $1 and content_id = any($2::uuid[])"
            " and path is not null",
            account_id,
            content_ids,
        )
    return {row["id"]: row["path"] for row in rows}


async def drop_files(account_id: UUID, files: dict[UUID, str]) -> None:
    """Remove the files of those images that are gone; {image: path}."""
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "select id from image where account_id = $1 and id = any($2::uuid[])",
            account_id,
            list(files),
        )
    there = {row["id"] for row in rows}
    paths = [path for image, path in files.items() if image not in there]
    await asyncio.to_thread(_drop, paths)


def _drop(paths: Sequence[str]) -> None:
    for path in paths:
        try:
            thumbnails.delete(path)
        except (OSError, ValueError) as error:  # a file nobody refers to harms nobody
            log.warning("%s was not removed: %s", path, error)
