"""Faults inside an answer: ids lost, doubled or made up, articles that are not what was asked."""

from typing import Any

from pipeline.demo import articles
from pipeline.demo.faults import Fault

_GERMAN = (
    "Wer sich zum ersten Mal mit diesem Thema befasst, sollte langsam anfangen und jeden Schritt "
    "in Ruhe prüfen. Die meisten Fehler entstehen, weil man zu viel auf einmal will. Ein einfacher "
    "Plan hilft dabei, den Überblick zu behalten, und spart am Ende Zeit und Geld."
)


def twisted(kind: str, data: dict[str, Any], value: Any, faults: dict[str, Fault]) -> Any:
    """`value` with the faults of its content acted out."""
    for name, twist in _IDS.items():
        if name in faults:
            for ids in _id_lists(value):
                twist(ids)
                break
    if kind != "Article":
        return value
    if "short-article" in faults:
        value = articles.article({**data, "target_words": int(data["target_words"] * 0.4)})
    if "missing-section" in faults:
        outline = data["outline"]
        kept = outline[: len(outline) // 2] + outline[len(outline) // 2 + 1 :]
        value = articles.article({**data, "outline": kept})
    if "wrong-language" in faults:
        parts = [f"## {part['heading']}\n\n{_GERMAN}" for part in data["outline"]]
        value = {**value, "body": "\n\n".join([_GERMAN, *parts])}
    return value


def _id_lists(value: Any) -> list[list[Any]]:
    """The lists of an answer in which every id has to be once."""
    if "assignments" in value:
        return [value["assignments"]]
    lists = [group.get("keyword_ids") or group.get("label_ids") for group in value["groups"]]
    return [ids for ids in lists if ids]


def _miss(ids: list[Any]) -> None:
    ids.pop()


def _double(ids: list[Any]) -> None:
    ids.append(ids[0])


def _invent(ids: list[Any]) -> None:
    first = ids[0]
    ids.append({**first, "keyword_id": 999_999} if isinstance(first, dict) else 999_999)


_IDS = {"missing-ids": _miss, "double-ids": _double, "unknown-ids": _invent}
