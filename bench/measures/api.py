"""What watching a run costs, and how soon a large one is open: over HTTP, one API process."""

import asyncio
import time
from statistics import median
from typing import Any
from uuid import UUID

from bench import rows, web
from bench.figures import Figure, exactly
from bench.rig import Rig
from piccolo_conf import DB
from pipeline import advance, chain, queue

NAME = "api"
CONDITIONS = "a run over 100,000 keywords beside one over 100; one API process, 8 connections"

SMALL, LARGE, SHORT = 100, 100_000, 12_000
ROUNDS = 9
assert chain.CHAIN


async def measure(rig: Rig, short: bool) -> list[Figure]:
    """Figures of start, opening, progress and lists."""
    many = SHORT if short else LARGE
    async with rig.system():
        rig.stop("worker", "images", "keeper")  # nothing but the opening is to be done
        owner = await rows.account(10_000_000)
        api = await web.serve(rig, owner)
        small, _ = await _open(api, owner, SMALL)
        large, opening = await _open(api, owner, many)
        watching = await _watching(api, [small, large], 80 if short else 800)
        lists = await _lists(api, large, many)
    return [*opening, *watching, *lists]


async def _open(api: web.Web, owner: UUID, count: int) -> tuple[UUID, list[Figure]]:
    """Start a run over new keywords and open its first stage as a worker would."""
    chosen = [str(item) for item in await rows.many_keywords(owner, count)]
    began = await api.ask("POST", "/runs", {"function": "auto_cluster", "selection": chosen})
    run = UUID(began.json()["id"])
    async with DB.connection() as connection:  # labels are found by asking, which is not measured
        await connection.execute("update automation_run set prepared = true where id = $1", run)
    at = time.monotonic()
    opening = asyncio.create_task(advance.advance(queue.RunKey(owner, run)))
    seen: list[dict[str, Any]] = []
    while not opening.done():
        seen.append((await api.ask("GET", f"/runs/{run}/progress")).json())
        await asyncio.sleep(0.02)
    await opening
    seconds = time.monotonic() - at
    states = {now["message"] for now in seen if now["stages"][0]["status"] == "waiting"}
    wrong = sum(now["items_total"] != count for now in seen)
    return run, [
        Figure("start of the large run answered in", began.seconds, "s", most=1.0),
        Figure("items opened", count / seconds, "/s", least=20_000),
        Figure("states of the opening that were seen", len(states), least=2),
        exactly("times that the opening showed a wrong total", wrong),
    ]


async def _watching(api: web.Web, runs: list[UUID], requests: int) -> list[Figure]:
    """CPU of a progress request, of the small run and of the large one in turns."""
    cpu: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for found, run in zip(cpu, runs, strict=True):
            found.append(await api.load(requests, f"/runs/{run}/progress"))
    small, large = map(median, cpu)
    return [
        Figure("CPU of a progress request, large run", large * 1e6, "µs"),
        Figure("progress requests a core can serve", 1 / large if large else 0, "/s", least=1000),
        Figure("CPU of progress, large run to small", large / small if small else 0, "x", most=1.2),
    ]


async def _lists(api: web.Web, run: UUID, count: int) -> list[Figure]:
    """Seconds of the first and the last page of a queue, in turns."""
    async with DB.connection() as connection:
        position, row = await connection.fetchrow(
            "select position, id from run_item where run_id = $1 order by position, id"
            " offset $2 limit 1",
            run,
            count - 51,
        )
    first = f"/runs/{run}/stages/1/queues?queue=pending"
    last = f"{first}&after={position}-{row}"
    answers = await api.asks(400, [first, last])
    sizes = {len(answer.json()["pending"]) for answer in answers}
    times = [median(answer.seconds for answer in answers[turn::2]) for turn in (0, 1)]
    return [
        exactly("items on a page", max(sizes), 50),
        exactly("different sizes of pages", len(sizes), 1),
        Figure("last page of a queue", times[1] * 1000, "ms"),
        Figure("last page to first", times[1] / times[0], "x", most=1.3),
    ]
