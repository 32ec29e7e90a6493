"""The editorial way of an article: what people do with it after the review.

    draft ─(final review)→ review ─publish→ published
    review: approve            draft, review, published: archive
    review, published, archived: draft

A move that has been made already changes nothing and is no error: a double click does no harm.
"""

from typing import Any, NamedTuple
from uuid import UUID

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.auth import Caller
from api.content import find_content
from api.content_rows import CONTENT, Content, Move
from api.locking import change, locked, same_version
from api.problems import Problem
from db.engine import again_if_rolled_back
from db.status import ContentStatus
from pipeline import events

Account = NamedDependency[UUID]
Asker = Request[Caller, None, Any]

DRAFT, REVIEW = ContentStatus.DRAFT, ContentStatus.REVIEW
PUBLISHED, ARCHIVED = ContentStatus.PUBLISHED, ContentStatus.ARCHIVED


class Way(NamedTuple):
    """Where a move leads, from where, and what it is called."""

    to: ContentStatus
    origins: tuple[ContentStatus, ...]
    done: str
    approves: bool = False


APPROVE = Way(REVIEW, (REVIEW,), "approved", approves=True)
PUBLISH = Way(PUBLISHED, (REVIEW,), "published", approves=True)
ARCHIVE = Way(ARCHIVED, (DRAFT, REVIEW, PUBLISHED), "archived")
TO_DRAFT = Way(DRAFT, (REVIEW, PUBLISHED, ARCHIVED), "made a draft")


@post("/content/{content_id:uuid}/approve", status_code=200, summary="Approve an article")
async def approve_content(
    request: Asker, account_id: Account, content_id: FromPath[UUID], data: JSONBody[Move]
) -> Content:
    """Note who found an article in review good. Its status stays; an edit ends the approval."""
    return await _move(request, account_id, content_id, data.version, APPROVE)


@post("/content/{content_id:uuid}/publish", status_code=200, summary="Publish an article")
async def publish_content(
    request: Asker, account_id: Account, content_id: FromPath[UUID], data: JSONBody[Move]
) -> Content:
    """From review only. Whoever publishes an article that nobody has approved approves it."""
    return await _move(request, account_id, content_id, data.version, PUBLISH)


@post("/content/{content_id:uuid}/archive", status_code=200, summary="Archive an article")
async def archive_content(
    request: Asker, account_id: Account, content_id: FromPath[UUID], data: JSONBody[Move]
) -> Content:
    """Put an article away; it can be made a draft again."""
    return await _move(request, account_id, content_id, data.version, ARCHIVE)


@post("/content/{content_id:uuid}/draft", status_code=200, summary="Make an article a draft")
async def draft_content(
    request: Asker, account_id: Account, content_id: FromPath[UUID], data: JSONBody[Move]
) -> Content:
    """Back to where it can be edited; an approval ends. The final review brings it to review."""
    return await _move(request, account_id, content_id, data.version, TO_DRAFT)


async def _move(
    request: Asker, account_id: UUID, content_id: UUID, version: int, way: Way
) -> Content:
    if await _moved(account_id, content_id, version, way, request.user.email):
        await events.rows_changed(account_id, "content", [content_id])
    return await find_content(account_id, content_id)


@again_if_rolled_back
async def _moved(account_id: UUID, content_id: UUID, version: int, way: Way, who: str) -> bool:
    """Whether anything was to change. Raises Problem for a move that is not legal."""
    facts = "r.status, r.approved_at is not null as approved, now() as now"
    async with locked(CONTENT, account_id, content_id, facts) as (connection, row):
        status = ContentStatus(row["status"])
        if status is way.to and (row["approved"] or way is not APPROVE):
            return False
        if status not in way.origins:
            raise _illegal(status, way)
        same_version(CONTENT, row, version)
        changes: dict[str, Any] = {"status": way.to.value}
        if way is TO_DRAFT:
            changes |= {"approved_at": None, "approved_by": None}
        elif way.approves and not row["approved"]:
            changes |= {"approved_at": row["now"], "approved_by": who}
        await change(connection, CONTENT, account_id, content_id, changes)
    return True


def _illegal(status: ContentStatus, way: Way) -> Problem:
    state = {REVIEW: "in review", DRAFT: "a draft"}.get(status, status.value)
    hint = "Make it a draft first."
    if status is DRAFT:
        hint = "Run the final review on it first: it brings the article to review."
    return Problem(
        409,
        "illegal_move",
        f"The article is {state}; it cannot be {way.done} from there.",
        hint=hint,
    )
