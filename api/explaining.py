"""Why a value does not fit, in words for people: every field by its place, the rule, what came.

msgspec stops at the first fault and speaks in types; here each fault is found and said as
`This must be a whole number from 200 to 5,000; got 50.` A pattern is put into words by
`Meta(pattern=..., extra={"rule": "a code of two small letters such as en"})`.
"""

import types
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import inspect

from api.texts import RULES

MOST = 50
"""Faults that are told of one request; more would help nobody."""

SHOWN = 60
"""Characters of a value that are shown."""


class FieldError(msgspec.Struct, frozen=True):
    """One value that cannot be used: where it stands and the rule it breaks."""

    field: str
    message: str


def explain(value: Any, wanted: Any) -> list[FieldError]:
    """Every fault of decoded JSON as a `wanted`, at most `MOST` of them; empty if it fits."""
    return list(islice(_faults(value, wanted, ""), MOST))


def fault_of(text: str, wanted: Any) -> str:
    """What is wrong with the text of a parameter that should be a `wanted`."""
    return _fault(text, wanted)


def _faults(value: Any, wanted: Any, path: str) -> Iterator[FieldError]:
    if _fits(value, wanted):
        return
    part = _meant(value, wanted)
    if part is None:
        yield FieldError(path or "body", _fault(value, wanted))
    elif isinstance(value, dict):
        yield from _in_struct(value, part, path)
    else:
        (item,) = get_args(_bare(part))
        inside = (_faults(one, item, f"{path}[{n}]") for n, one in enumerate(value))
        found = [fault for some in inside for fault in some]
        yield from found or [FieldError(path or "body", _fault(value, part))]


def _in_struct(value: dict[str, Any], struct: Any, path: str) -> Iterator[FieldError]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    if struct.__struct_config__.forbid_unknown_fields:
        for name in sorted(value.keys() - fields.keys()):
            yield FieldError(f"{path}.{name}".lstrip("."), "There is no such field.")
    for name, field in fields.items():
        here = f"{path}.{name}".lstrip(".")
        if name in value:
            yield from _faults(value[name], field.type, here)
        elif field.required:
            yield FieldError(here, "This field is missing.")


def _fits(value: Any, wanted: Any) -> bool:
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        return False
    return True


def _bare(wanted: Any) -> Any:
    return get_args(wanted)[0] if get_origin(wanted) is Annotated else wanted


def _meant(value: Any, wanted: Any) -> Any:
    """The struct or list among the `wanted` types that the value is meant as, if it has parts."""
    bare = _bare(wanted)
    if get_origin(bare) in (Union, types.UnionType):
        return next((m for each in get_args(bare) if (m := _meant(value, each)) is not None), None)
    if isinstance(value, dict) and isinstance(bare, type) and issubclass(bare, msgspec.Struct):
        return bare
    return wanted if isinstance(value, list) and get_origin(bare) is list else None


def _fault(value: Any, wanted: Any) -> str:
    kind = inspect.type_info(wanted)
    return f"This must be {rule(kind)}{_got(value, kind)}."


def _got(value: Any, kind: inspect.Type) -> str:
    """What came instead. Free text is not repeated: it may be long, or a secret."""
    if isinstance(value, list):
        return f"; got {len(value):,}" if _kinds(kind, inspect.ListType) else "; got a list"
    if isinstance(value, dict):
        return "; got an object"
    if isinstance(value, str) and _kinds(kind, inspect.StrType):
        return f"; got {len(value):,} character{'' if len(value) == 1 else 's'}"
    shown = msgspec.json.encode(value).decode()
    return f"; got {shown if len(shown) <= SHOWN else shown[:SHOWN] + '…'}"


def _kinds(kind: inspect.Type, wanted: type[inspect.Type]) -> bool:
    kind = _unwrapped(kind)
    if isinstance(kind, inspect.UnionType):
        return any(_kinds(each, wanted) for each in kind.types)
    return isinstance(kind, wanted)


def _unwrapped(kind: inspect.Type) -> inspect.Type:
    return kind.type if isinstance(kind, inspect.Metadata) else kind


NAMES: dict[type[inspect.Type], str] = {
    inspect.BoolType: "true or false",
    inspect.NoneType: "null",
    inspect.UUIDType: "an id (a UUID)",
    inspect.DateTimeType: "a time such as 2026-01-31T12:00:00Z",
    inspect.DateType: "a date such as 2026-01-31",
    inspect.StructType: "an object",
    inspect.DictType: "an object",
}


def rule(kind: inspect.Type) -> str:
    """What a value must be, in words: `a whole number from 1 to 10`."""
    match kind:
        case inspect.Metadata():
            return (kind.extra or {}).get("rule") or rule(kind.type)
        case inspect.UnionType():
            return " or ".join(rule(each) for each in kind.types)
        case inspect.IntType():
            return f"a whole number{_range(kind.ge, kind.le, kind.gt, kind.lt)}"
        case inspect.FloatType():
            return f"a number{_range(kind.ge, kind.le, kind.gt, kind.lt)}"
        case inspect.StrType():
            told = RULES.get(kind.pattern or "", f"of the form {kind.pattern}")
            form = f" {told}" if kind.pattern else ""
            return f"text{_range(kind.min_length, kind.max_length, unit=' characters')}{form}"
        case inspect.ListType():
            return f"a list{_range(kind.min_length, kind.max_length, unit=' entries')}"
        case inspect.EnumType():
            return _one_of([each.value for each in kind.cls])
        case inspect.LiteralType():
            return _one_of(kind.values)
    return NAMES.get(type(kind), "another kind of value")


def _one_of(values: Any) -> str:
    words = [msgspec.json.encode(each).decode() for each in values]
    return words[0] if len(words) == 1 else f"one of {', '.join(words)}"


def _range(
    least: float | None,
    most: float | None,
    above: float | None = None,
    below: float | None = None,
    unit: str = "",
) -> str:
    start = " of" if unit else ""
    if least is not None and most is not None:
        between = f" from {least:,} to {most:,}" if not unit else f" {least:,} to {most:,}"
        return f"{start}{between}{unit}"
    limits = ((least, "at least"), (most, "at most"), (above, "more than"), (below, "less than"))
    said = [f"{words} {limit:,}" for limit, words in limits if limit is not None]
    return f" of {' and '.join(said)}{unit}" if said else ""
