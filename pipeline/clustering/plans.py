"""The plan of a run with many keywords: labels, and each text's draft and candidates among them.

Made before the stage opens: texts in order of similarity, groups in batches, labels merged. Every
answer is kept as it arrives, so that a crash asks nothing twice; the plan itself is kept under the
run, and is what each batch of keywords is then worked on with.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

import msgspec

from pipeline.clustering.asking import Asker, each, key_for, recall, remember
from pipeline.clustering.assigning import Choice
from pipeline.clustering.grouping import Draft, Offer, group
from pipeline.clustering.merging import Label, examples, merged
from pipeline.clustering.similarity import Vectors, centroids, nearest, order
from pipeline.clustering.vectors import vectors_of
from pipeline.words import key_of

BATCH = 50
OFFERED = 20
"""Existing clusters that a batch is offered, the nearest ones."""

CANDIDATES = 20
CLEAR = 0.05
"""How much nearer than the next label a draft must be to stand unasked, in cosine."""


class Plan(msgspec.Struct):
    """`choices` by key of the text; its numbers count `labels`."""

    labels: list[Offer]
    choices: dict[str, Choice]


_loaded: dict[tuple[UUID, UUID], Plan] = {}


async def load(account_id: UUID, run_id: UUID) -> Plan | None:
    """The plan of a run, if one was made; a plan never changes once its stage is open."""
    if (account_id, run_id) not in _loaded:
        plan = await recall(account_id, _key(account_id, run_id), Plan)
        if plan is None:
            return None
        while len(_loaded) >= 4:
            _loaded.pop(next(iter(_loaded)))
        _loaded[account_id, run_id] = plan
    return _loaded[account_id, run_id]


def _key(account_id: UUID, run_id: UUID) -> str:
    return key_for("plan", account_id, run_id)


async def make(
    run_id: UUID,
    texts: Sequence[str],
    offers: Sequence[Offer],
    asker: Asker,
    concurrency: int,
    progress: Callable[[float], None],
) -> list[str]:
    """Make and keep the plan; the texts in order of similarity. `progress` gets the share grouped.

    `texts` have different keys. Texts that the service declines stay out of the plan.
    """
    everything = _with_offers(texts, offers)
    vectors = await vectors_of(everything, asker)
    rows = {key_of(text): row for row, text in enumerate(everything)}
    known = [
        Label(offer.id, offer.name, offer.intent, sorted({rows[key_of(t)] for t in _told(offer)}))
        for offer in offers
    ]
    ordered = await asyncio.to_thread(order, vectors[: len(texts)])
    drafts = await _group(ordered, everything, vectors, known, offers, asker, concurrency, progress)
    labels = _labels(drafts, known, rows)
    labels = await merged(labels, everything, vectors, asker, concurrency)
    unsure = {rows[key_of(text)] for draft in drafts for text in draft.by_similarity}
    placed = {rows[key_of(text)] for draft in drafts for text in draft.texts}
    choices = await asyncio.to_thread(choose, labels, vectors, placed, unsure)
    plan = Plan(
        labels=[
            Offer(label.id, label.name, label.intent, examples(label, everything, vectors))
            for label in labels
        ],
        choices={key_of(everything[row]): choice for row, choice in choices.items()},
    )
    await remember(asker.account_id, _key(asker.account_id, run_id), plan)
    return [texts[row] for row in ordered]


def _told(offer: Offer) -> list[str]:
    return [offer.name, *offer.examples]


def _with_offers(texts: Sequence[str], offers: Sequence[Offer]) -> list[str]:
    """The texts, then what is told of existing clusters, each key once."""
    found = {key_of(text): text for text in texts}
    for offer in offers:
        for text in _told(offer):
            found.setdefault(key_of(text), text)
    return list(found.values())


async def _group(
    ordered: Sequence[int],
    texts: Sequence[str],
    vectors: Vectors,
    known: Sequence[Label],
    offers: Sequence[Offer],
    asker: Asker,
    concurrency: int,
    progress: Callable[[float], None],
) -> list[Draft]:
    """The drafts of all batches; those of one cluster are not put together yet."""
    parts = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    middles = centroids(vectors, [label.rows for label in known])
    near = nearest(centroids(vectors, parts), middles, OFFERED)
    rows = {text: row for row, text in enumerate(texts)}
    found: dict[int, list[Draft]] = {}

    async def vectors_here(wanted: Sequence[str]) -> Vectors:
        return vectors[[rows[text] for text in wanted]]

    async def one(index: int, offered: Sequence[int]) -> None:
        part = [texts[row] for row in parts[index]]
        grouped = await group(part, [offers[n] for n in offered], asker, vectors_here)
        found[index] = grouped.drafts
        progress(len(found) / len(parts))

    progress(0.0)
    await each([partial(one, index, offered) for index, offered, _ in near], concurrency)
    return [draft for index in sorted(found) for draft in found[index]]


def _labels(drafts: Sequence[Draft], known: Sequence[Label], rows: dict[str, int]) -> list[Label]:
    """All drafts and existing clusters as labels."""
    mine = {rows[key_of(text)] for draft in drafts for text in draft.texts}
    found = [
        Label(label.id, label.name, label.intent, [row for row in label.rows if row not in mine])
        for label in known
    ]
    found += [
        Label(d.id, d.name, d.intent, [rows[key_of(text)] for text in d.texts]) for d in drafts
    ]
    return found


def choose(
    labels: Sequence[Label], vectors: Vectors, placed: set[int], unsure: set[int]
) -> dict[int, Choice]:
    """For each placed row its label, and its nearest labels where that one is not clearly right.

    A row does not speak for its own label: the label's middle is taken without it.
    """
    if not placed:
        return {}
    of = {row: number for number, label in enumerate(labels) for row in label.rows}
    sums = [vectors[label.rows].sum(axis=0) for label in labels]
    middles = centroids(vectors, [label.rows for label in labels])
    chosen = sorted(placed)
    found: dict[int, Choice] = {}
    for index, candidates, likeness in nearest(vectors[chosen], middles, CANDIDATES):
        row = chosen[index]
        drafted = of[row]
        rest = sums[drafted] - vectors[row]
        length = float((rest @ rest) ** 0.5)
        own = float(vectors[row] @ rest) / length if length > 1e-6 else -1.0
        others = [score for n, score in zip(candidates, likeness, strict=True) if n != drafted]
        clear = row not in unsure and (not others or own - others[0] >= CLEAR)
        near = candidates if drafted in candidates else [*candidates[:-1], drafted]
        found[row] = Choice(drafted) if clear else Choice(drafted, near)
    return found
