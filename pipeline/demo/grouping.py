"""Clusters by shared words: groups, merged labels, assignments."""

from collections import Counter, defaultdict
from typing import Any

from pipeline.demo.phrases import title_case, tokens_of, topic_of, words_of

_BUYING = frozenset(
    ["buy", "price", "cheap", "deal", "deals", "discount", "sale", "order", "coupon", "cost"]
)
_CHOOSING = frozenset(
    ["best", "top", "review", "reviews", "vs", "versus", "compare", "comparison", "alternative"]
)

_WEIGHT = {1: 0.4, 2: 1.5, 3: 2.0}
"""What a shared phrase of so many words is worth: one word alone says little."""


def intent_of(texts: list[str]) -> str:
    """What most of the keywords are searched for."""
    votes: Counter[str] = Counter()
    for text in texts:
        words = set(words_of(text))
        if words & _BUYING:
            votes["transactional"] += 1
        elif words & _CHOOSING:
            votes["commercial"] += 1
        else:
            votes["informational"] += 1
    return votes.most_common(1)[0][0]


def groups(data: dict[str, Any]) -> dict[str, Any]:
    """The answer to ClusterGroups: every keyword in one group, existing clusters first."""
    keywords = {int(k["id"]): str(k["text"]) for k in data["keywords"]}
    tokens = {number: tokens_of(text) for number, text in keywords.items()}
    left = dict(keywords)
    found: list[dict[str, Any]] = []
    for cluster in data.get("existing") or []:
        needed = set(tokens_of(cluster["name"]))
        members = [number for number in left if needed <= set(tokens[number])]
        if members:
            found.append(_group(cluster["id"], cluster["name"], members, keywords))
            for number in members:
                del left[number]
    most = 24 if "broad" in str(data.get("granularity", "")).casefold() else 10
    for phrase, members in _by_phrase({n: tokens[n] for n in left}, most):
        texts = [keywords[number] for number in members]
        name = _surface(phrase, texts) if len(texts) > 1 else title_case(topic_of(texts[0]))
        found.append(_group(None, name, members, keywords))
    return {"groups": found}


def _group(
    existing: int | None, name: str, members: list[int], keywords: dict[int, str]
) -> dict[str, Any]:
    intent = intent_of([keywords[number] for number in members])
    return {"existing_id": existing, "name": name, "intent": intent, "keyword_ids": members}


def _phrases(tokens: list[str]) -> set[tuple[str, ...]]:
    spans = ((i, i + size) for size in (1, 2, 3) for i in range(len(tokens) - size + 1))
    return {tuple(tokens[start:end]) for start, end in spans}


def _by_phrase(tokens: dict[int, list[str]], most: int) -> list[tuple[tuple[str, ...], list[int]]]:
    """Groups by the phrase that most of what is left shares; the longer phrase wins a tie."""
    holders: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for number, words in tokens.items():
        for phrase in _phrases(words):
            holders[phrase].add(number)
    left = set(tokens)
    found: list[tuple[tuple[str, ...], list[int]]] = []

    def worth(phrase: tuple[str, ...]) -> tuple[float, int, tuple[str, ...]]:
        count = len(holders[phrase] & left)
        size = count if count <= most else most * most / (2 * count)
        return (size * _WEIGHT[len(phrase)] if count > 1 else 0.0, len(phrase), phrase)

    while left:
        best = max(holders, key=worth)
        members = sorted(holders[best] & left)
        if len(members) < 2:
            break
        found.append((best, members))
        left -= set(members)
    for number in sorted(left):
        own = set(tokens[number])
        near = max(found, key=lambda group: _shared(own, group[0]), default=None)
        if near is not None and _shared(own, near[0]):
            near[1].append(number)
        else:
            found.append((tuple(tokens[number][:3]), [number]))
    return found


def _shared(words: set[str], phrase: tuple[str, ...]) -> int:
    return len(words.intersection(phrase))


def _surface(phrase: tuple[str, ...], texts: list[str]) -> str:
    """The phrase as it is written in the keywords, with capitals."""
    for text in texts:
        words = words_of(text)
        stems = [tokens_of(word)[0] for word in words]
        for start in range(len(words) - len(phrase) + 1):
            if tuple(stems[start : start + len(phrase)]) == phrase:
                return title_case(" ".join(words[start : start + len(phrase)]))
    return title_case(" ".join(phrase))


def merged_labels(data: dict[str, Any]) -> dict[str, Any]:
    """The answer to ClusterLabels: labels whose names are mostly the same words go together."""
    merged: list[tuple[set[str], dict[str, Any]]] = []
    for label in data["labels"]:
        words = set(tokens_of(label["name"]))
        for names, group in merged:
            same = group["intent"] == label.get("intent", group["intent"])
            if same and len(words & names) / len(words | names) >= 0.5:
                group["label_ids"].append(label["id"])
                break
        else:
            intent = label.get("intent") or intent_of(label.get("examples") or [label["name"]])
            group = {"name": label["name"], "intent": intent, "label_ids": [label["id"]]}
            merged.append((words, group))
    return {"groups": [group for _, group in merged]}


def assignments(data: dict[str, Any]) -> dict[str, Any]:
    """The answer to ClusterAssignments: the candidate that shares most words, or none."""
    weights: dict[int, Counter[str]] = {}
    for label in data["labels"]:
        weight: Counter[str] = Counter()
        for example in label.get("examples") or []:
            weight.update(dict.fromkeys(tokens_of(example), 1))
        weight.update(dict.fromkeys(tokens_of(label["name"]), 3))
        weights[label["id"]] = weight
    answers = []
    for keyword in data["keywords"]:
        words = set(tokens_of(keyword["text"]))
        candidates = [number for number in keyword["candidate_ids"] if number in weights]
        scores = {number: sum(weights[number][word] for word in words) for number in candidates}
        best = max(candidates, key=lambda number: scores[number], default=None)
        chosen = best if best is not None and scores[best] > 0 else None
        answers.append({"keyword_id": keyword["id"], "label_id": chosen})
    return {"assignments": answers}
