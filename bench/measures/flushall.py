"""FLUSHALL in mid-run: Redis is rebuilt from PostgreSQL, nothing is lost or charged twice."""

import asyncio

from bench import rows, runs
from bench.audit import audit
from bench.figures import Figure
from bench.rig import Rig
from pipeline import connections, controls
from pipeline.options import RunOptions

NAME = "flushall"
CONDITIONS = (
    "120 keywords through seven stages, calls of 0.2 s, C = 16; FLUSHALL while articles are "
    "written and while images are drawn"
)

KEYWORDS = 120


async def measure(rig: Rig, short: bool) -> list[Figure]:
    """Counts of the run, and how many questions were asked twice."""
    keywords, options = (24, RunOptions(target_words=300)) if short else (KEYWORDS, RunOptions())
    async with rig.system(IMAGE_SIZE="256x256"):
        owner = await rows.account()
        chosen = await rows.keywords(owner, keywords)
        await rig.answer(seconds=0.2)
        run = await controls.start(
            owner, first_stage=1, last_stage=7, selection=chosen, options=options
        )
        for stage in (4, 6):
            while await runs.completed_items(run, stage) == 0:
                await asyncio.sleep(0.02)
            await connections.state().flushall()
        seconds = await runs.finished(run)
        counted = await audit(owner, run)
        asked = [(call.kind, call.about) for call in await rig.calls()]
        asked = [question for question in asked if question[1]]
    return [
        *counted.figures(),
        Figure("questions asked twice", len(asked) - len(set(asked))),
        Figure("questions", len(asked)),
        Figure("seconds from start to end", seconds, "s"),
    ]
