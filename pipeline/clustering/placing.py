"""A place for each text of a claim: by the run's plan where it names the text, else by grouping.

Without a plan (100 keywords or fewer) one question sorts all texts. A text that the plan does not
name (declined then, or mended since) is grouped in the same way, next to the clusters that exist.
"""

from collections.abc import Sequence
from uuid import UUID

from db.status import PlacedBy
from pipeline.clustering import plans, rows
from pipeline.clustering.asking import Asker
from pipeline.clustering.assigning import Placed, Placement, assign
from pipeline.clustering.grouping import Grouped, Offer, group
from pipeline.clustering.similarity import Vectors, centroids, nearest
from pipeline.clustering.vectors import vectors_of
from pipeline.words import key_of

OFFERED = 60
"""Existing clusters that a question names, the nearest ones."""


async def place(texts: Sequence[str], run_id: UUID, asker: Asker) -> Placed:
    """{text: place or error} for texts of different keys. Raises as `provider.ask` does."""
    plan = await plans.load(asker.account_id, run_id)
    choices = plan.choices if plan else {}
    found: Placed = {}
    if plan and (planned := {t: choices[key_of(t)] for t in texts if key_of(t) in choices}):
        found = await assign(planned, plan.labels, asker)
    if rest := [text for text in texts if key_of(text) not in choices]:
        found |= await _by_group(rest, asker)
    return found


async def _by_group(texts: Sequence[str], asker: Asker) -> Placed:
    async def vectors_here(wanted: Sequence[str]) -> Vectors:
        return await vectors_of(wanted, asker)

    offers = await _nearest(texts, await rows.clusters(asker.account_id), asker)
    return _placed(await group(texts, offers, asker, vectors_here))


def _placed(grouped: Grouped) -> Placed:
    found: Placed = dict(grouped.refused)
    for draft in grouped.drafts:
        for text in draft.texts:
            by = PlacedBy.SIMILARITY if text in draft.by_similarity else PlacedBy.AI
            found[text] = Placement(draft.name, draft.intent, draft.id, by)
    return found


async def _nearest(texts: Sequence[str], offers: list[Offer], asker: Asker) -> list[Offer]:
    """The existing clusters that are nearest to any of the texts, in their order."""
    if len(offers) <= OFFERED:
        return offers
    told = [[offer.name, *offer.examples] for offer in offers]
    vectors = await vectors_of([*texts, *(text for part in told for text in part)], asker)
    start, members = len(texts), []
    for part in told:
        members.append(range(start, start + len(part)))
        start += len(part)
    best: dict[int, float] = {}
    middles = centroids(vectors, members)
    for _, numbers, scores in nearest(vectors[: len(texts)], middles, OFFERED):
        for number, score in zip(numbers, scores, strict=True):
            best[number] = max(score, best.get(number, -1.0))
    chosen = sorted(best, key=lambda number: -best[number])[:OFFERED]
    return [offers[number] for number in sorted(chosen)]
