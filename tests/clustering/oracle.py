"""Right answers to every question of the clustering, from keywords that people have labelled.

What is lost with them is lost by how the questions are cut; how well a real service answers is
another matter.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.stages.service import Service

with (Path(__file__).parent / "labelled.csv").open(encoding="utf-8") as file:
    LABELLED = {row["keyword"]: row["cluster"] for row in csv.DictReader(file)}


class Oracle:
    """Answers of `service` by `truth`, {text: cluster}."""

    def __init__(self, service: Service, truth: Mapping[str, str] = LABELLED) -> None:
        self.service, self.truth = service, truth
        service.says("ClusterGroups", self.groups)
        service.says("ClusterLabels", self.labels)
        service.says("ClusterAssignments", self.assignments)

    def groups(self, data: dict[str, Any]) -> dict[str, Any]:
        existing = {self._of(offer): offer["id"] for offer in data["existing"]}
        found: dict[str, list[int]] = defaultdict(list)
        for keyword in data["keywords"]:
            found[self.truth[keyword["text"]]].append(keyword["id"])
        # Each answer has its own wording, as answers to different batches have.
        wording = f"{data['keywords'][0]['text']}"
        return {
            "groups": [
                {
                    "existing_id": existing.get(cluster),
                    "name": f"{cluster} ({wording})",
                    "intent": "informational",
                    "keyword_ids": ids,
                }
                for cluster, ids in found.items()
            ]
        }

    def labels(self, data: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, list[int]] = defaultdict(list)
        for label in data["labels"]:
            found[self._of(label)].append(label["id"])
        return {
            "groups": [
                {"name": cluster, "intent": "informational", "label_ids": ids}
                for cluster, ids in found.items()
            ]
        }

    def assignments(self, data: dict[str, Any]) -> dict[str, Any]:
        of = {label["id"]: self._of(label) for label in data["labels"]}
        return {
            "assignments": [
                {
                    "keyword_id": keyword["id"],
                    "label_id": next(
                        (
                            n
                            for n in keyword["candidate_ids"]
                            if of[n] == self.truth[keyword["text"]]
                        ),
                        None,
                    ),
                }
                for keyword in data["keywords"]
            ]
        }

    def _of(self, label: Mapping[str, Any]) -> str:
        votes = Counter(self.truth[text] for text in label["examples"] if text in self.truth)
        return votes.most_common(1)[0][0] if votes else str(label["name"])


def b_cubed(found: Sequence[object], true: Sequence[object]) -> float:
    """B-cubed F1 of clusters found against true ones, by item."""
    mine, theirs, both = Counter(found), Counter(true), Counter(zip(found, true, strict=True))
    pairs = list(zip(found, true, strict=True))
    precision = _mean(both[pair] / mine[pair[0]] for pair in pairs)
    recall = _mean(both[pair] / theirs[pair[1]] for pair in pairs)
    return 2 * precision * recall / (precision + recall)


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
