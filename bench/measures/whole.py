"""The whole job: the sample's keywords through seven stages on the demo provider, at once."""

from bench import rows, runs
from bench.audit import audit
from bench.figures import Figure
from bench.rig import Rig
from pipeline import controls
from pipeline.options import RunOptions

NAME = "whole"
CONDITIONS = "120 keywords through seven stages, stage by stage, demo answers without delay, C = 16"

KEYWORDS = 120


async def measure(rig: Rig, short: bool) -> list[Figure]:
    """Counts of the run, and how long it took."""
    options = RunOptions(target_words=300) if short else RunOptions()
    async with rig.system(demo=True, IMAGE_SIZE="256x256" if short else "1024x1024"):
        owner = await rows.account()
        chosen = await rows.keywords(owner, KEYWORDS)
        run = await controls.start(
            owner, first_stage=1, last_stage=7, selection=chosen, options=options
        )
        seconds = await runs.finished(run)
        counted = await audit(owner, run)
    return [*counted.figures(), Figure("seconds from start to end", seconds, "s")]
