"""Stage 6: an image's prompt comes in, its picture goes out, stored as a file.

The file's name is fixed by the row, so work that is repeated after a crash replaces its own file.
"""

import asyncio
import hashlib
from typing import Any
from uuid import UUID

import asyncpg
import dramatiq

from db.status import Phase
from piccolo_conf import DB
from pipeline import media, provider
from pipeline.errors import AIProviderError, RetryLater, StorageError, ValidationError
from pipeline.fields import fit
from pipeline.pictures import BrokenPicture, Picture, recode
from pipeline.settings import settings
from pipeline.stage import Done, Job, Outcomes, Stage
from pipeline.turn import answer_bell

AGAIN_AFTER = 2.0
"""Seconds before an unreadable picture is asked for again."""


async def work(job: Job) -> Outcomes:
    """Draw the image of this job, check it, and store its file."""
    async with DB.connection() as connection:
        image = await connection.fetchrow(
            "SELECT content_id, prompt, path IS NOT NULL AND EXISTS (SELECT 1 FROM automation_run"
            " WHERE id = $3 AND first_stage < 6) AS kept FROM image"
            " WHERE account_id = $1 AND id = $2",
            *(job.account_id, job.item.id, job.run_id),
        )
    if image is None:
        raise ValidationError("The image no longer exists", "/images")
    if not image["prompt"].strip():
        raise ValidationError("The image has no prompt", f"/images?id={job.item.id}")
    if image["kept"]:  # drawn for an earlier run; by hand it is drawn anew
        return {job.item.id: Done(cost=0)}
    job.report(Phase.AI_CALL, 0.0, prompt=fit(image["prompt"], 80))
    data = await provider.draw(image["prompt"], size=settings().image_size, usage=job.usage)
    job.report(Phase.PARSE)
    path = media.image_path(job.account_id, image["content_id"], job.item.id)
    try:
        picture = await asyncio.to_thread(_keep, path, data)
    except BrokenPicture as broken:
        cause = AIProviderError(f"The AI service sent a picture that cannot be used: {broken}")
        raise RetryLater(cause, delay=AGAIN_AFTER) from broken
    job.report(Phase.SAVE)
    row = {"path": path, "width": picture.width, "height": picture.height}
    digest = hashlib.sha256(picture.data).hexdigest()
    return {job.item.id: Done(row | {"size": len(picture.data), "digest": digest})}


def _keep(path: str, data: bytes) -> Picture:
    picture = recode(data)
    try:
        media.write(path, picture.data)
    except OSError as error:
        raise StorageError(error.strerror or str(error)) from error
    return picture


_SAVE = """
    WITH drawn AS (
        UPDATE image SET path = $3, width = $4, height = $5, size = $6, digest = $7, demo = $8
        WHERE account_id = $1 AND id = $2 RETURNING content_id
    )
    UPDATE content SET approved_at = NULL, approved_by = NULL
    WHERE id IN (SELECT content_id FROM drawn) AND status = 'review' AND approved_at IS NOT NULL"""


async def save(connection: asyncpg.Connection, job: Job, results: dict[UUID, Any]) -> None:
    """Note the file in the image's row. An article approved with another picture is so no more."""
    for image_id, row in results.items():
        if row is None:
            continue
        await connection.execute(_SAVE, job.account_id, image_id, *row.values(), provider.is_demo())


STAGE = Stage(
    number=6, function="generate_images", name="Images", queue="images", work=work, save=save
)


@dramatiq.actor(queue_name=STAGE.queue, priority=4)
async def generate_images(account: str, run: str) -> None:
    """A bell: there is work in this run's stage 6."""
    await answer_bell(STAGE.number, account, run)
