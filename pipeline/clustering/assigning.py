"""Each text to one of its nearest labels; asked only where its draft is not clearly right.

A text that no candidate fits is offered its nearest label once more; then it is a cluster of its
own.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from uuid import UUID

import msgspec

from db.status import PlacedBy
from pipeline.clustering.answers import ClusterAssignments, faults_of_assignments
from pipeline.clustering.asking import Asker, each
from pipeline.clustering.grouping import Offer, tidy_name
from pipeline.errors import ContentPolicyError, ItemError
from pipeline.provider import AnswerCut

BATCH = 50
MOST_LABELS = 200
"""Texts and labels that one question names, at most."""

AT_ONCE = 4
"""Questions of one claim that are asked at the same time."""


class Choice(msgspec.Struct, array_like=True):
    """A text's drafted label, and its candidates (nearest first) if it is to be asked about."""

    drafted: int
    candidates: list[int] = []


class Placement(msgspec.Struct, frozen=True):
    """Where a text goes: an existing cluster (`cluster_id`) or the one of this name."""

    name: str
    intent: str | None
    cluster_id: UUID | None
    placed_by: PlacedBy = PlacedBy.AI


Placed = dict[str, Placement | ItemError]


async def assign(choices: Mapping[str, Choice], labels: Sequence[Offer], asker: Asker) -> Placed:
    """A place for each text of `choices`, or the error that says why it has none.

    Raises AIProviderError, AIAuthError and RetryLater.
    """
    found: Placed = {
        text: _into(labels[choice.drafted])
        for text, choice in choices.items()
        if not choice.candidates
    }
    asked = {text: choice.candidates for text, choice in choices.items() if choice.candidates}

    async def one(part: Mapping[str, list[int]]) -> None:
        found.update(await _part(part, labels, asker))

    await each([partial(one, part) for part in batches(asked)], AT_ONCE)
    return found


def batches(asked: Mapping[str, list[int]]) -> Iterator[dict[str, list[int]]]:
    """Texts with their candidates, as many as fit into a question."""
    batch: dict[str, list[int]] = {}
    named: set[int] = set()
    for text, candidates in asked.items():
        if batch and (len(batch) == BATCH or len(named.union(candidates)) > MOST_LABELS):
            yield batch
            batch, named = {}, set()
        batch[text] = candidates
        named.update(candidates)
    if batch:
        yield batch


async def _part(asked: Mapping[str, list[int]], labels: Sequence[Offer], asker: Asker) -> Placed:
    """One batch; in two where the answer is too long or the service declines a text."""
    try:
        return await _assigned(asked, labels, asker)
    except (AnswerCut, ContentPolicyError) as error:
        if len(asked) == 1:
            return dict.fromkeys(asked, error)
    texts = list(asked)
    middle = len(texts) // 2
    first = await _part({text: asked[text] for text in texts[:middle]}, labels, asker)
    return first | await _part({text: asked[text] for text in texts[middle:]}, labels, asker)


async def _assigned(
    asked: Mapping[str, list[int]], labels: Sequence[Offer], asker: Asker
) -> Placed:
    first = await _ask(asked, labels, asker)
    again = {
        text: candidates[:1] if text in first else candidates
        for text, candidates in asked.items()
        if first.get(text) is None
    }
    second: dict[str, int | None] = {}
    if again:
        try:
            second = await _ask(again, labels, asker)
        except ItemError:  # the rest of the answer is good: do not lose it
            second = {}
    found: Placed = {}
    for text, candidates in asked.items():
        chosen = first.get(text)
        chosen = second.get(text) if chosen is None else chosen
        if chosen is not None:
            found[text] = _into(labels[chosen])
        elif text in second or text in first:
            found[text] = Placement(tidy_name(text[:1].upper() + text[1:], text), None, None)
        else:
            found[text] = _into(labels[candidates[0]], PlacedBy.SIMILARITY)
    return found


async def _ask(
    asked: Mapping[str, list[int]], labels: Sequence[Offer], asker: Asker
) -> dict[str, int | None]:
    """One question: {text: label, or None if none fits}; without those not clearly answered."""
    texts = list(asked)
    named = sorted({label for candidates in asked.values() for label in candidates})
    number = {label: n for n, label in enumerate(named, 1)}
    data = {
        "labels": [
            {"id": number[n], "name": labels[n].name, "examples": labels[n].examples} for n in named
        ],
        "keywords": [
            {"id": n, "text": text, "candidate_ids": [number[label] for label in asked[text]]}
            for n, text in enumerate(texts, 1)
        ],
    }
    answer = await asker.ask(
        "cluster_assignments",
        data,
        ClusterAssignments,
        lambda given: faults_of_assignments(given, range(1, len(texts) + 1)),
    )
    said: dict[str, set[int | None]] = {}
    for one in answer.assignments:
        if 1 <= one.keyword_id <= len(texts):
            said.setdefault(texts[one.keyword_id - 1], set()).add(one.label_id)
    found: dict[str, int | None] = {}
    for text, ids in said.items():
        (label, *more) = ids
        if not more and label is None:
            found[text] = None
        elif not more and label in {number[candidate] for candidate in asked[text]}:
            found[text] = named[label - 1] if label else None
    return found


def _into(label: Offer, placed_by: PlacedBy = PlacedBy.AI) -> Placement:
    return Placement(label.name, label.intent, label.id, placed_by)
