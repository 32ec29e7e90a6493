"""The arithmetic of the bars (spec §4): one function's phases, and the automation's formula."""

from typing import TYPE_CHECKING

from db.status import Phase, RunStatus, StageStatus
from pipeline.options import RunOptions

if TYPE_CHECKING:
    from pipeline.progress import StageProgress

AI_START, AI_END = 0.2, 0.8
"""Where AI_CALL begins and ends on the bar of one item."""


def function_phase(
    stage: "StageProgress",
    shares: list[float],
    prepared: float | None,
    status: RunStatus,
    opened: float = 0.0,
) -> tuple[Phase, float]:
    """Phase and percentage of one function's run.

    `shares` are the shares (0 to 1) of the whole work done on each item under way, `prepared` that
    of the preparation before the stage opened, None where there is none; `opened` is the share
    of its items that have entered a stage that is opening.
    """
    if stage.status == StageStatus.CLOSED or status == RunStatus.COMPLETED:
        return Phase.DONE, 100.0
    if stage.status == StageStatus.WAITING:
        return _waiting(prepared, opened)
    # What was cancelled is no work done: the bar of a cancelled run stays where it was.
    ended = stage.finished if status == RunStatus.CANCELLED else stage.ended
    if stage.total and ended == stage.total:
        return Phase.SAVE, 99.0
    unfinished = stage.total - ended
    if unfinished and len(shares) == unfinished and min(shares) >= AI_END:
        least = min(shares)
        phase = Phase.PARSE if least < 0.9 else Phase.SAVE
        return phase, least * 100
    done = ended + sum(_ai_share(share) for share in shares)
    if done == 0 and not prepared and max(shares, default=0.0) < AI_START:
        return Phase.PREP, max(10.0, min(100 * max(shares, default=0.1), 20.0))
    share = done / stage.total if stage.total else 0.0
    if prepared is not None:
        share = 0.5 + 0.5 * share
    return Phase.AI_CALL, 100 * (AI_START + (AI_END - AI_START) * share)


def _waiting(prepared: float | None, opened: float) -> tuple[Phase, float]:
    """Before the stage opens: nothing but, perhaps, its preparation, half of the AI's work."""
    if prepared is None:
        return Phase.INIT, 5.0 + 5.0 * opened
    if prepared <= AI_START:
        return Phase.PREP, 10.0 + 50 * prepared
    return Phase.AI_CALL, 100 * (AI_START + (AI_END - AI_START) * 0.5 * _ai_share(prepared))


def _ai_share(share: float) -> float:
    return min(1.0, max(0.0, (share - AI_START) / (AI_END - AI_START)))


def stage_percentages(stages: list["StageProgress"], options: RunOptions) -> dict[int, float]:
    """Per stage, finished items of those it has or, where more, must still expect; 0 to 100."""
    out, coming = {}, 0.0
    for stage in stages:
        if stage.status == StageStatus.CLOSED:
            out[stage.stage] = 100.0
            coming = 0.0
        elif stage.status == StageStatus.WAITING:
            out[stage.stage] = 0.0
        else:
            expected = stage.total + coming * children_per_item(stage.stage, options)
            out[stage.stage] = 100.0 * stage.finished / expected if expected else 0.0
            coming = expected - stage.finished
    return out


def children_per_item(stage: int, options: RunOptions) -> float:
    """How many items of `stage` follow from one of the stage before, as far as can be known."""
    images = 1 + options.images_per_article
    return {2: 1 / 6, 3: options.ideas_per_cluster, 6: images, 7: 1 / images}.get(stage, 1.0)
