"""Labels of many groups put together in rounds, until those left mean different pages.

Labels stand in order of similarity and are asked about 60 at a time; every other round the borders
lie half a window further. A merge is refused when intents differ, when the labels are as far apart
as unrelated ones, or when both are clusters of the account already.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import msgspec

from pipeline.clustering.answers import ClusterLabels, faults_of_labels, sole_groups
from pipeline.clustering.asking import Asker, each
from pipeline.clustering.grouping import EXAMPLES, GRANULARITY, tidy_name
from pipeline.clustering.similarity import Vectors, centroids, order
from pipeline.errors import ContentPolicyError
from pipeline.provider import AnswerCut
from pipeline.words import key_of

WINDOW = 60
ROUNDS = 5
LEAST_CHANGE = 0.02
FAR = -0.05
"""Cosine of centred vectors below which two labels are unrelated: where labels of different themes
lie on average. Other wordings of one need without a common word lie about 0."""


class Label(msgspec.Struct):
    """A cluster to be; `rows` are its texts by number, `id` is set when the account has it."""

    id: UUID | None
    name: str
    intent: str | None
    rows: list[int]


class Merge(msgspec.Struct):
    """Labels that are one, the one to keep first."""

    name: str
    labels: list[Label]


async def merged(
    labels: Sequence[Label],
    texts: Sequence[str],
    vectors: Vectors,
    asker: Asker,
    concurrency: int,
) -> list[Label]:
    """The labels that are left after all rounds; each row stays in exactly one."""
    now = same_names(labels)
    for number in range(ROUNDS):
        ordered = await asyncio.to_thread(in_order, now, vectors)
        parts = windows(ordered, shifted=number % 2 == 1)
        merges: list[Merge] = []
        await each(
            [partial(_ask, part, texts, vectors, asker, merges) for part in parts if len(part) > 1],
            concurrency,
        )
        after = apply(ordered, merges)
        change = len(now) - len(after)
        now = after
        if change < LEAST_CHANGE * len(ordered) and (number > 0 or len(parts) == 1):
            break
    return now


def in_order(labels: Sequence[Label], vectors: Vectors) -> list[Label]:
    """Near labels beside each other."""
    return [labels[i] for i in order(centroids(vectors, [label.rows for label in labels]))]


def windows(labels: Sequence[Label], shifted: bool) -> list[Sequence[Label]]:
    """The labels in parts of at most `WINDOW`."""
    if len(labels) <= WINDOW:
        return [labels]
    first = WINDOW // 2 if shifted else WINDOW
    starts = [0, *range(first, len(labels), WINDOW)]
    return [labels[a:b] for a, b in zip(starts, [*starts[1:], len(labels)], strict=True)]


async def _ask(
    part: Sequence[Label],
    texts: Sequence[str],
    vectors: Vectors,
    asker: Asker,
    merges: list[Merge],
) -> None:
    """One question; what can be merged is added to `merges`."""
    numbers = range(1, len(part) + 1)
    data = {
        "labels": [
            {
                "id": number,
                "name": label.name,
                "intent": label.intent,
                "examples": examples(label, texts, vectors),
            }
            for number, label in zip(numbers, part, strict=True)
        ],
        "granularity": GRANULARITY[asker.granularity],
    }
    try:
        answer = await asker.ask(
            "cluster_labels", data, ClusterLabels, lambda given: faults_of_labels(given, numbers)
        )
    except (AnswerCut, ContentPolicyError):
        if len(part) > 2:  # two that cannot be asked about stay apart
            middle = len(part) // 2
            await _ask(part[:middle], texts, vectors, asker, merges)
            await _ask(part[middle:], texts, vectors, asker, merges)
        return
    placed = sole_groups([group.label_ids for group in answer.groups], numbers)
    for index, group in enumerate(answer.groups):
        chosen = [part[number - 1] for number, of in placed.items() if of == index]
        kept = allowed(chosen, vectors)
        if len(kept) > 1:
            merges.append(Merge(tidy_name(group.name, kept[0].name), kept))


def examples(label: Label, texts: Sequence[str], vectors: Vectors) -> list[str]:
    """The texts nearest to the label's middle."""
    middle = centroids(vectors, [label.rows])[0]
    likeness = vectors[label.rows] @ middle
    best = sorted(range(len(label.rows)), key=lambda i: (-round(float(likeness[i]), 5), i))
    return [texts[label.rows[i]] for i in best[:EXAMPLES]]


def allowed(chosen: Sequence[Label], vectors: Vectors) -> list[Label]:
    """Those of `chosen` that may become one: the seed (existing, else largest) and what fits it."""
    if not chosen:
        return []
    seed, *others = sorted(chosen, key=lambda label: (label.id is None, -len(label.rows)))
    middles = centroids(vectors, [seed.rows, *(other.rows for other in others)])
    return [seed] + [
        other
        for other, middle in zip(others, middles[1:], strict=True)
        if not (seed.id and other.id)
        and (seed.intent is None or other.intent is None or seed.intent == other.intent)
        and float(middle @ middles[0]) >= FAR
    ]


def apply(labels: Sequence[Label], merges: Sequence[Merge]) -> list[Label]:
    """The labels after the merges, those of the same name put together."""
    gone = {id(label) for merge in merges for label in merge.labels}
    new = [
        Label(
            seed.id,
            seed.name if seed.id else merge.name,
            next((label.intent for label in merge.labels if label.intent), None),
            [row for label in merge.labels for row in label.rows],
        )
        for merge in merges
        for seed in merge.labels[:1]
    ]
    return same_names([*new, *(label for label in labels if id(label) not in gone)])


def same_names(labels: Sequence[Label]) -> list[Label]:
    """Labels with the same name as one: the account has each name once."""
    found: dict[str, Label] = {}
    for label in labels:
        if (one := found.get(key_of(label.name))) is None:
            found[key_of(label.name)] = msgspec.structs.replace(label, rows=[*label.rows])
        else:
            one.id, one.intent = one.id or label.id, one.intent or label.intent
            one.rows += label.rows
    return list(found.values())
