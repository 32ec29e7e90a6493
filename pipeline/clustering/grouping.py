"""Group texts by one question; what the answer leaves out is asked for once more, on its own.

An answer that is too long, or a text that the service declines, splits the texts in two. Every text
ends in exactly one draft, or with the error that names why it cannot.
"""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import msgspec

from db.status import Granularity
from pipeline.clustering.answers import ClusterGroups, faults_of_groups, sole_groups
from pipeline.clustering.asking import Asker
from pipeline.clustering.similarity import Vectors, centroids, nearest
from pipeline.errors import ContentPolicyError, ItemError
from pipeline.fields import one_line
from pipeline.provider import AnswerCut
from pipeline.words import key_of

GRANULARITY = {
    Granularity.NEED: "one page per need: keywords that one and the same page can answer well",
    Granularity.TOPIC: "one page per topic: needs so close that one longer page covers all of them,"
    " each in a section of its own",
    Granularity.BROAD: "one page per broad topic: everything about a subject that one guide with"
    " many sections covers",
}
"""What the AI service is told about how fine to sort."""

EXAMPLES = 3
LONGEST_NAME = 200

VectorsOf = Callable[[Sequence[str]], Awaitable[Vectors]]


class Offer(msgspec.Struct, frozen=True):
    """A cluster that texts can be put into; `id` is None while it is only drafted."""

    id: UUID | None
    name: str
    intent: str | None
    examples: list[str]


class Draft(msgspec.Struct):
    """A cluster with the texts it gets; those in `by_similarity` the service did not place."""

    id: UUID | None
    name: str
    intent: str | None
    texts: list[str]
    by_similarity: list[str] = []

    @property
    def key(self) -> str:
        """Drafts with the same key are one cluster."""
        return key_of(self.name)


class Grouped(msgspec.Struct):
    """Drafts, and the texts that have none with the reason."""

    drafts: list[Draft]
    refused: dict[str, ItemError]


async def group(
    texts: Sequence[str], offers: Sequence[Offer], asker: Asker, vectors_of: VectorsOf
) -> Grouped:
    """Every one of the distinct `texts` in a draft; existing clusters (`offers`) where they fit.

    Raises AIProviderError when the answers cannot be used, AIAuthError and RetryLater.
    """
    try:
        return Grouped(await _grouped(texts, offers, asker, vectors_of), {})
    except (AnswerCut, ContentPolicyError) as error:
        if len(texts) == 1:
            return Grouped([], {texts[0]: error})
    middle = len(texts) // 2
    first = await group(texts[:middle], offers, asker, vectors_of)
    rest = await group(texts[middle:], _with_drafts(offers, first.drafts), asker, vectors_of)
    return Grouped(joined([*first.drafts, *rest.drafts]), first.refused | rest.refused)


async def _grouped(
    texts: Sequence[str], offers: Sequence[Offer], asker: Asker, vectors_of: VectorsOf
) -> list[Draft]:
    drafts, left = await _ask(texts, offers, asker)
    if left:
        try:
            more, left = await _ask(left, _with_drafts(offers, drafts), asker)
        except ItemError:  # the rest of the answer is good: do not lose it
            more = []
        drafts = joined([*drafts, *more])
    if left:
        await _place_by_similarity(left, drafts, vectors_of)
    return drafts


async def _ask(
    texts: Sequence[str], offers: Sequence[Offer], asker: Asker
) -> tuple[list[Draft], list[str]]:
    """One question: the drafts, and the texts that the answer left out or put into several."""
    numbers = range(1, len(texts) + 1)
    data = {
        "existing": [
            {"id": number, "name": offer.name, "examples": offer.examples}
            for number, offer in enumerate(offers, 1)
        ],
        "keywords": [{"id": n, "text": text} for n, text in zip(numbers, texts, strict=True)],
        "granularity": GRANULARITY[asker.granularity],
    }
    answer = await asker.ask(
        "cluster_groups", data, ClusterGroups, lambda given: faults_of_groups(given, numbers)
    )
    placed = sole_groups([group.keyword_ids for group in answer.groups], numbers)
    members: dict[int, list[str]] = {}
    for number, index in placed.items():
        members.setdefault(index, []).append(texts[number - 1])
    drafts = []
    for index, mine in members.items():
        given = answer.groups[index]
        if given.existing_id is not None and 1 <= given.existing_id <= len(offers):
            offer = offers[given.existing_id - 1]
            drafts.append(Draft(offer.id, offer.name, offer.intent or given.intent, mine))
        else:
            drafts.append(Draft(None, tidy_name(given.name, mine[0]), given.intent, mine))
    return _known(joined(drafts), offers), [
        text for n, text in zip(numbers, texts, strict=True) if n not in placed
    ]


def tidy_name(name: str, otherwise: str) -> str:
    """A name as it is stored: one line, not empty, itself and its key at most 200 characters."""
    tidy = one_line(name) or otherwise
    tidy = tidy[:LONGEST_NAME].strip()
    while len(key_of(tidy)) > LONGEST_NAME:  # folding makes some letters two
        tidy = tidy[:-1].strip()
    return tidy


def joined(drafts: Sequence[Draft]) -> list[Draft]:
    """Drafts of the same key as one."""
    found: dict[str, Draft] = {}
    for draft in drafts:
        if (one := found.get(draft.key)) is None:
            found[draft.key] = msgspec.structs.replace(
                draft, texts=[*draft.texts], by_similarity=[*draft.by_similarity]
            )
        else:
            one.id, one.intent = one.id or draft.id, one.intent or draft.intent
            one.texts += draft.texts
            one.by_similarity += draft.by_similarity
    return list(found.values())


def _known(drafts: list[Draft], offers: Sequence[Offer]) -> list[Draft]:
    """A new draft with the name of an existing cluster is that cluster."""
    ids = {key_of(offer.name): offer.id for offer in offers}
    for draft in drafts:
        draft.id = draft.id or ids.get(draft.key)
    return drafts


def _with_drafts(offers: Sequence[Offer], drafts: Sequence[Draft]) -> list[Offer]:
    known = {key_of(offer.name) for offer in offers}
    return [
        *offers,
        *(Offer(d.id, d.name, d.intent, d.texts[:EXAMPLES]) for d in drafts if d.key not in known),
    ]


async def _place_by_similarity(
    left: Sequence[str], drafts: Sequence[Draft], vectors_of: VectorsOf
) -> None:
    """Put each text into the draft whose texts are nearest, and say that it was done so."""
    texts = [*left, *(text for draft in drafts for text in draft.texts)]
    vectors = await vectors_of(texts)
    start, members = len(left), []
    for draft in drafts:
        members.append(range(start, start + len(draft.texts)))
        start += len(draft.texts)
    for row, (best, *_), _ in nearest(vectors[: len(left)], centroids(vectors, members), 1):
        drafts[best].texts.append(left[row])
        drafts[best].by_similarity.append(left[row])
