"""What the AI service is asked for, and what of its answers can be used.

Numeric ids go in and come out, never texts. An id counts as placed when exactly one group names it;
ids that were not asked about are left out.
"""

from collections.abc import Collection, Sequence
from typing import Literal

import msgspec

Intent = Literal["informational", "commercial", "transactional", "navigational"]


class KeywordGroup(msgspec.Struct):
    """Keywords that one page can serve, as a new cluster or in an existing one."""

    existing_id: int | None
    name: str
    intent: Intent
    keyword_ids: list[int]


class ClusterGroups(msgspec.Struct):
    """The answer to: which of these keywords belong together?"""

    groups: list[KeywordGroup]


class LabelGroup(msgspec.Struct):
    """Labels that mean the same page."""

    name: str
    intent: Intent
    label_ids: list[int]


class ClusterLabels(msgspec.Struct):
    """The answer to: which of these labels are the same?"""

    groups: list[LabelGroup]


class Assignment(msgspec.Struct):
    """A keyword and the best of its candidates, if one fits."""

    keyword_id: int
    label_id: int | None


class ClusterAssignments(msgspec.Struct):
    """The answer to: which label fits each of these keywords?"""

    assignments: list[Assignment]


def sole_groups(groups: Sequence[Collection[int]], asked: Collection[int]) -> dict[int, int]:
    """{id: index of its group} of the asked ids that stand in exactly one group."""
    found: dict[int, set[int]] = {}
    for index, ids in enumerate(groups):
        for number in ids:
            found.setdefault(number, set()).add(index)
    return {n: found[n].copy().pop() for n in asked if len(found.get(n, ())) == 1}


def faults_of_groups(answer: ClusterGroups, asked: Collection[int]) -> list[str]:
    """What makes these groups useless; ids that are only missing are asked for on their own."""
    placed = sole_groups([group.keyword_ids for group in answer.groups], asked)
    wrong = [] if len(placed) * 2 >= len(asked) else [_missing(placed, asked)]
    return wrong + _nameless([(g.name, g.keyword_ids) for g in answer.groups], asked)


def faults_of_labels(answer: ClusterLabels, asked: Collection[int]) -> list[str]:
    """What makes these label groups useless; a label that none names just stays alone."""
    return _nameless([(g.name, g.label_ids) for g in answer.groups], asked)


def faults_of_assignments(answer: ClusterAssignments, asked: Collection[int]) -> list[str]:
    """What makes these assignments useless."""
    placed = {a.keyword_id for a in answer.assignments}.intersection(asked)
    return [] if len(placed) * 2 >= len(asked) else [_missing(placed, asked)]


def _missing(placed: Collection[int], asked: Collection[int]) -> str:
    left = sorted(set(asked).difference(placed))
    listed = ", ".join(map(str, left[:100]))
    return f"every keyword id must stand in exactly one place; these do not: {listed}"


def _nameless(groups: Sequence[tuple[str, Sequence[int]]], asked: Collection[int]) -> list[str]:
    return [
        f"group {number} has no name"
        for number, (name, ids) in enumerate(groups, 1)
        if not name.strip() and set(ids).intersection(asked)
    ]
