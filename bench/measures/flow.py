"""How close seven stages come to the bound that no order of work can beat."""

from collections import defaultdict
from uuid import UUID

import msgspec

from bench import rows, runs
from bench.figures import Figure
from bench.rig import Rig
from bench.service import Call
from db.status import RunOrder
from piccolo_conf import DB
from pipeline import controls

NAME = "flow"
CONDITIONS = (
    "100 keywords through seven stages, calls of 0.4 s in the median, heavy-tailed (lognormal, "
    "sigma 1), C = 16; makespan to max(all work / C, longest chain of calls), mean of the seeds"
)

SLOTS = 16
SECONDS = 0.4
SIGMA = 1.0
KEYWORDS = 100

CHAINS = """
    select k.name as cluster, t.title as task, c.title as content, i.prompt as image
    from image i join content c on c.id = i.content_id join task t on t.id = c.task_id
    join cluster k on k.id = t.cluster_id where i.account_id = $1"""


class Stretch(msgspec.Struct, frozen=True):
    """A run's makespan, the two bounds under it, and how many calls there were."""

    makespan: float
    work: float
    chain: float
    calls: int

    @property
    def ratio(self) -> float:
        return self.makespan / max(self.work / SLOTS, self.chain)


async def measure(rig: Rig, short: bool) -> list[Figure]:
    """The ratio in flow, which has a target, and stage by stage."""
    seeds = range(1, 2 if short else 4)
    figures = []
    for order, most in ((RunOrder.FLOW, 1.35), (RunOrder.STAGE_BY_STAGE, None)):
        found = [await _stretch(rig, order, seed) for seed in seeds]
        mean = sum(one.ratio for one in found) / len(found)
        name = order.value.replace("_", " ")
        figures.append(Figure(f"{name}: makespan to bound", mean, most=most))
        for seed, one in zip(seeds, found, strict=True):
            about = f"{name}, seed {seed} ({one.calls} calls"
            about += f", work / C {one.work / SLOTS:.1f} s, chain {one.chain:.1f} s)"
            figures.append(Figure(f"{about}: makespan", one.makespan, "s"))
    return figures


async def _stretch(rig: Rig, order: RunOrder, seed: int) -> Stretch:
    async with rig.system(IMAGE_SIZE="64x64"):
        owner = await rows.account()
        chosen = await rows.keywords(owner, KEYWORDS)
        await rig.answer(seconds=SECONDS, sigma=SIGMA, seed=seed)
        run = await controls.start(
            owner,
            first_stage=1,
            last_stage=7,
            selection=chosen,
            order=order,
            concurrency=SLOTS,
        )
        makespan = await runs.finished(run)
        calls = await rig.calls()
        return Stretch(
            makespan=makespan,
            work=sum((call.ended or call.started) - call.started for call in calls),
            chain=await _longest_chain(owner, calls),
            calls=len(calls),
        )


async def _longest_chain(owner: UUID, calls: list[Call]) -> float:
    """Seconds of calls that had to follow each other for the slowest image."""
    took: dict[tuple[str, str], float] = defaultdict(float)
    for call in calls:
        group = "cluster" if call.kind.startswith("Cluster") else call.kind
        about = "" if group == "cluster" else call.about
        took[group.removesuffix("Extension"), about] += (call.ended or 0) - call.started
    async with DB.connection() as connection:
        chains = await connection.fetch(CHAINS, owner)
    return took["cluster", ""] + max(
        took["Ideas", chain["cluster"]]
        + took["Article", chain["task"]]
        + took["ImagePrompts", chain["content"]]
        + took["image", chain["image"]]
        for chain in chains
    )
