"""Images over HTTP: list, show, edit prompt and alternative text, delete, draw anew."""

from typing import Any
from uuid import UUID

import asyncpg
from litestar import Request, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api import editing
from api.auth import Caller
from api.content import check_again, drop_files, not_editable
from api.image_rows import DRAWN, IMAGES, EditImage, ImagePage, ImageRow, Order
from api.locking import change, is_open, locked, same_version
from api.paging import MATCHING, WANTED, IdList, Wanted, ids_of, page, row_of
from api.problems import Problem
from api.runs import find_run
from api.schemas import Run
from db.engine import again_if_rolled_back
from db.status import OPEN_ITEM, ContentStatus, GenerationStatus
from piccolo_conf import DB
from pipeline import controls, credits, events
from pipeline.errors import InsufficientCreditsError
from pipeline.prices import price_per_unit
from pipeline.settings import settings

Account = NamedDependency[UUID]

STAGE = 6
OBSTACLES = {
    editing.open_in_run(STAGE): "A run is working on it.",
    "exists (select from content c where c.id = r.content_id and c.status = 'published')": (
        "Its article is published; make that a draft first."
    ),
}
"""What keeps an image from being deleted."""

MOST_CHECKED = 5
"""Articles that are checked again at once after images were deleted; the reports of more say that
they are outdated."""

CHANGED = {
    "content": "update content set approved_at = null, approved_by = null where id in (select"
    " content_id from image where id = any($1::uuid[])) and status = 'review' returning id"
}
DISAPPROVE = (
    "update content set approved_at = null, approved_by = null"
    " where account_id = $1 and id = any($2::uuid[]) and status = 'review'"
)


@get("/images", dependencies=WANTED, summary="List images")
async def list_images(
    account_id: Account,
    wanted: NamedDependency[Wanted],
    content_id: FromQuery[UUID | None] = None,
    drawn: FromQuery[bool | None] = None,
    sort: FromQuery[Order] = "created_at",
) -> ImagePage:
    """The account's images; those of an article in their order, the featured one first."""
    filters = {"content_id": content_id, DRAWN: drawn}
    rows, following = await page(IMAGES, account_id, sort, wanted, filters)
    return ImagePage([row_of(row, ImageRow) for row in rows], following)


@get("/images/ids", dependencies=MATCHING, summary="Ids of all images that match")
async def list_image_ids(
    account_id: Account,
    wanted: NamedDependency[Wanted],
    content_id: FromQuery[UUID | None] = None,
    drawn: FromQuery[bool | None] = None,
) -> IdList:
    """For selecting all that the filters show."""
    return await ids_of(IMAGES, account_id, wanted, {"content_id": content_id, DRAWN: drawn})


@get("/images/{image_id:uuid}", summary="Show an image")
async def show_image(account_id: Account, image_id: FromPath[UUID]) -> ImageRow:
    """The image with its prompt; its file is at `/images/{id}/file`."""
    return row_of(await editing.show(IMAGES, account_id, image_id), ImageRow)


@patch("/images/{image_id:uuid}", summary="Edit an image's prompt and alternative text")
async def edit_image(
    account_id: Account, image_id: FromPath[UUID], data: JSONBody[EditImage]
) -> ImageRow:
    """The file stays until the image is drawn anew. Another alternative text ends an approval."""
    row, article = await _edit(account_id, image_id, data.version, editing.changes_of(data))
    if row["version"] != data.version:
        await events.rows_changed(account_id, "image", [image_id])
    if article is not None:
        await check_again(account_id, [article])
        await events.rows_changed(account_id, "content", [article])
    return row_of(row, ImageRow)


@again_if_rolled_back
async def _edit(
    account_id: UUID, image_id: UUID, version: int, sent: dict[str, Any]
) -> tuple[Any, UUID | None]:
    """The row after the change, and the id of its article if that reads differently now."""
    facts = "r.prompt, r.alt, r.generation_status, r.content_id"
    async with locked(IMAGES, account_id, image_id, facts) as (connection, row):
        await _check_article(connection, account_id, row["content_id"])
        same_version(IMAGES, row, version)
        changes = {name: value for name, value in sent.items() if value != row[name]}
        drawing = row["generation_status"] == GenerationStatus.PROCESSING.value
        if (
            "prompt" in changes
            and drawing
            and await is_open(connection, IMAGES, account_id, image_id, STAGE)
        ):
            raise _at_work("being drawn from the prompt it has")
        after = await change(connection, IMAGES, account_id, image_id, changes)
        if "alt" not in changes:
            return after, None
        await connection.execute(DISAPPROVE, account_id, [row["content_id"]])
    return after, row["content_id"]


async def _check_article(connection: asyncpg.Connection, account_id: UUID, article: UUID) -> None:
    """Raise Problem unless the image's article may be changed."""
    status = await connection.fetchval(
        "select status from content where account_id = $1 and id = $2", account_id, article
    )
    if status in (ContentStatus.PUBLISHED.value, ContentStatus.ARCHIVED.value):
        raise not_editable(status)


def _at_work(what: str) -> Problem:
    return Problem(409, "in_a_run", f"The image is {what}.", hint="Wait until that has ended.")


@post("/images/delete", status_code=200, summary="Delete images")
async def delete_images(account_id: Account, data: JSONBody[editing.Chosen]) -> editing.Deleted:
    """With their files. Those in a run and those of published articles stay, with the reason."""
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "select id, path, content_id from image where account_id = $1 and id = any($2::uuid[])",
            account_id,
            data.ids,
        )
    done = await editing.delete(IMAGES, account_id, data.ids, OBSTACLES, changed=CHANGED)
    await drop_files(account_id, {row["id"]: row["path"] for row in rows if row["path"]})
    kept = {each.id for each in done.skipped}
    articles = sorted({row["content_id"] for row in rows if row["id"] not in kept})
    if len(articles) <= MOST_CHECKED:
        await check_again(account_id, articles)
    await events.rows_changed(account_id, "content", articles)
    return done


@post("/images/{image_id:uuid}/regenerate", idempotent=True, summary="Draw an image anew")
async def regenerate_image(
    request: Request[Caller, None, Any], account_id: Account, image_id: FromPath[UUID]
) -> Run:
    """Start a run of `generate_images` over this image; its file stays until the new one is there.

    409 while it is waiting to be drawn or being drawn; 402 if it cannot be paid for.
    """
    await editing.show(IMAGES, account_id, image_id)
    price, balance = price_per_unit(STAGE), await credits.balance(account_id)
    if balance < price:
        raise InsufficientCreditsError(price, balance, settings().purchase_url)

    async def take(_: asyncpg.Connection) -> None:
        await _take(account_id, image_id)

    run = await controls.start(
        account_id,
        first_stage=STAGE,
        last_stage=STAGE,
        selection=[image_id],
        started_by=request.user.email,
        first=take,
    )
    await events.rows_changed(account_id, "image", [image_id])
    return await find_run(account_id, run)


_TO_BE_OPENED = """
    select exists (select from automation_run o join run_stage s on s.run_id = o.id
        where o.account_id = $1 and o.status in ('running', 'paused') and o.first_stage = $2
            and s.stage = $2 and s.status = 'waiting')"""


async def _take(account_id: UUID, image_id: UUID) -> None:
    """Queue the image, once: of two who press the button together one comes too late.

    Part of the transaction that starts the run.
    """
    facts = "r.generation_status, r.content_id"
    async with locked(IMAGES, account_id, image_id, facts) as (connection, row):
        await _check_article(connection, account_id, row["content_id"])
        if row["generation_status"] in {status.value for status in OPEN_ITEM} and (
            await is_open(connection, IMAGES, account_id, image_id, STAGE)
            or await connection.fetchval(_TO_BE_OPENED, account_id, STAGE)
        ):
            raise _at_work("waiting to be drawn, or being drawn")
        queued = {"generation_status": GenerationStatus.QUEUED.value}
        await change(connection, IMAGES, account_id, image_id, queued)
