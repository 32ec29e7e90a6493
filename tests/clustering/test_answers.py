import pytest

from pipeline.clustering.answers import (
    Assignment,
    ClusterAssignments,
    ClusterGroups,
    ClusterLabels,
    KeywordGroup,
    LabelGroup,
    faults_of_assignments,
    faults_of_groups,
    faults_of_labels,
    sole_groups,
)


def groups(*members: list[int], name: str = "Coffee") -> ClusterGroups:
    return ClusterGroups([KeywordGroup(None, name, "informational", ids) for ids in members])


def labels(*members: list[int], name: str = "Coffee") -> ClusterLabels:
    return ClusterLabels([LabelGroup(name, "informational", ids) for ids in members])


@pytest.mark.parametrize(
    ("given", "placed"),
    [
        ([[1, 2], [3]], {1: 0, 2: 0, 3: 1}),
        ([[1, 2], []], {1: 0, 2: 0}),
        ([[1, 2, 2], [3]], {1: 0, 2: 0, 3: 1}),
        ([[1, 2], [2, 3]], {1: 0, 3: 1}),
        ([[1, 99], [2, 3, -1]], {1: 0, 2: 1, 3: 1}),
        ([], {}),
    ],
    ids=["complete", "missing", "twice in one", "in two", "unknown", "nothing"],
)
def test_an_id_is_placed_when_exactly_one_group_names_it(
    given: list[list[int]], placed: dict[int, int]
) -> None:
    assert sole_groups(given, [1, 2, 3]) == placed


def test_a_few_missing_ids_are_no_reason_to_ask_for_everything_again() -> None:
    assert faults_of_groups(groups([1, 2], [3]), [1, 2, 3, 4]) == []


def test_labels_that_an_answer_does_not_name_are_no_fault() -> None:
    assert faults_of_labels(labels([1, 2]), [1, 2, 3, 4, 5]) == []


def test_an_answer_that_places_less_than_half_names_what_is_missing() -> None:
    said = "every keyword id must stand in exactly one place; these do not: 2, 3, 4"
    assert faults_of_groups(groups([1]), [1, 2, 3, 4]) == [said]
    assert faults_of_assignments(ClusterAssignments([Assignment(1, None)]), [1, 2, 3, 4]) == [said]


def test_a_group_with_keywords_needs_a_name() -> None:
    assert faults_of_groups(groups([1, 2], name=" "), [1, 2]) == ["group 1 has no name"]
    assert faults_of_labels(labels([1, 2], name=""), [1, 2]) == ["group 1 has no name"]
    assert faults_of_groups(groups([1, 2]), [1, 2]) == []
