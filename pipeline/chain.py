"""The chain: the order of the stages, written once, and the start of a run."""

import logging
from uuid import UUID

import dramatiq
from redis.exceptions import RedisError

from db.engine import TRANSIENT
from pipeline.advance import advance
from pipeline.queue import RunKey
from pipeline.stage import STAGES
from pipeline.stages import (
    s1_clustering,
    s2_ideas,
    s3_tasks,
    s4_content,
    s5_image_prompts,
    s6_images,
    s7_review,
)

log = logging.getLogger(__name__)

CHAIN = (
    s1_clustering.STAGE,
    s2_ideas.STAGE,
    s3_tasks.STAGE,
    s4_content.STAGE,
    s5_image_prompts.STAGE,
    s6_images.STAGE,
    s7_review.STAGE,
)
STAGES.update({stage.number: stage for stage in CHAIN})


@dramatiq.actor(queue_name="text", priority=0)
async def advance_run(account: str, run: str) -> None:
    """A bell: something may be due in this run as a whole."""
    try:
        await advance(RunKey(UUID(account), UUID(run)))
    except (RedisError, *TRANSIENT) as error:
        log.warning("run %s: a server is away, the keeper will ask again: %r", run, error)
