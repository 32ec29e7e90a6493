"""What a run will take before it starts: items, credits and time, and how sure that is.

The first stage is counted exactly, as its opening will count it. What follows is expected from the
options and from the account's earlier runs. Times come from what items took; nothing is guessed.
"""

import math
from collections.abc import Sequence
from uuid import UUID

import msgspec

from piccolo_conf import DB
from pipeline import controls, credits, messages
from pipeline.bar import children_per_item
from pipeline.estimate import FREE_STAGES
from pipeline.options import RunOptions
from pipeline.prices import price_per_unit
from pipeline.settings import settings

EARLIER = 5
"""Runs of the account that are looked at."""

MARGIN = 1.25
"""How far beyond the fastest and slowest earlier run the range of time goes."""


class StageForecast(msgspec.Struct, frozen=True, kw_only=True):
    """One stage: the items it will get and their price. `items_known`: counted, not expected."""

    stage: int
    function: str
    name: str
    items: int
    items_known: bool
    credits: int


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What a run will take. Seconds are null while a stage's items have never been timed.

    `enough` is whether the balance covers all credits; `credits_known` that they are exact.
    """

    stages: list[StageForecast]
    credits: int
    credits_known: bool
    balance: int
    enough: bool
    seconds_low: float | None
    seconds_high: float | None


async def forecast(
    account: UUID,
    *,
    first_stage: int,
    last_stage: int,
    selection: Sequence[UUID],
    options: RunOptions,
    concurrency: int | None = None,
) -> Forecast:
    """The forecast of a run as `controls.start` would start it. Raises ValidationError as it."""
    items, units = await controls.check_selection(account, first_stage, selection, options)
    words = await _words(account, first_stage, selection, options)
    share = await _clusters_per_keyword(account, options)
    stages = [_stage(first_stage, float(items), units, known=True)]
    expected = float(items)
    for number in range(first_stage + 1, last_stage + 1):
        expected *= share if number == 2 else children_per_item(number, options)
        units_each = {2: options.ideas_per_cluster, 4: math.ceil(words / 100)}.get(number, 1)
        rounded = max(1, round(expected))
        stages.append(_stage(number, expected, rounded * units_each, known=False))
    price = sum(stage.credits for stage in stages)
    balance = await credits.balance(account)
    low, high = await _seconds(account, stages, concurrency or settings().concurrency)
    return Forecast(
        stages=stages,
        credits=price,
        credits_known=all(stage.items_known or not stage.credits for stage in stages),
        balance=balance,
        enough=balance >= price,
        seconds_low=low,
        seconds_high=high,
    )


def _stage(number: int, items: float, units: int, *, known: bool) -> StageForecast:
    return StageForecast(
        stage=number,
        function=messages.FUNCTIONS[number],
        name=messages.NAMES[number],
        items=max(1, round(items)),
        items_known=known,
        credits=units * price_per_unit(number),
    )


async def _words(
    account: UUID, first_stage: int, selection: Sequence[UUID], options: RunOptions
) -> float:
    """Target words of an article: ideas that are there have their own, new ones the option's."""
    if first_stage != 3:
        return options.target_words
    async with DB.connection() as connection:
        mean = await connection.fetchval(
            "select avg(target_words)::float from content_idea"
            " where account_id = $1 and id = any($2)",
            account,
            list(selection),
        )
    return float(mean)


async def _clusters_per_keyword(account: UUID, options: RunOptions) -> float:
    """As in the account's last runs of this granularity; else a common share."""
    async with DB.connection() as connection:
        share = await connection.fetchval(
            "select sum(clusters)::float / nullif(sum(keywords), 0) from ("
            " select (stage_2_result ->> 'loaded')::int as clusters,"
            " (stage_1_result ->> 'completed')::int as keywords from automation_run"
            " where account_id = $1 and first_stage = 1 and stage_2_result is not null"
            " and coalesce(options ->> 'granularity', 'need') = $2"
            " order by id desc limit $3) as earlier",
            account,
            options.granularity.value,
            EARLIER,
        )
    return share or children_per_item(2, options)


async def _seconds(
    account: UUID, stages: list[StageForecast], concurrency: int
) -> tuple[float | None, float | None]:
    """From all slots always busy at the fastest pace, to whole rounds at the slowest."""
    known = await _paces(account)
    low = high = 0.0
    for stage in stages:
        if stage.stage in FREE_STAGES:
            continue
        if stage.stage not in known:
            return None, None
        fastest, slowest = known[stage.stage]
        low += stage.items * fastest / min(concurrency, stage.items)
        high += math.ceil(stage.items / concurrency) * slowest
    return round(low / MARGIN, 1), round(high * MARGIN, 1)


async def _paces(account: UUID) -> dict[int, tuple[float, float]]:
    """By stage, the least and most seconds that an item took in the earlier runs' average."""
    parts = " union all ".join(
        f"(select {n} as stage, (stage_{n}_result ->> 'item_seconds')::float as seconds"
        f" from automation_run where account_id = $1"
        f" and stage_{n}_result ->> 'item_seconds' is not null order by id desc limit {EARLIER})"
        for n in messages.FUNCTIONS
    )
    async with DB.connection() as connection:
        rows = await connection.fetch(
            f"select stage, min(seconds) as low, max(seconds) as high from ({parts}) as s"
            " group by stage",
            account,
        )
    return {row["stage"]: (row["low"], row["high"]) for row in rows}
