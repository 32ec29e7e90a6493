"""The result of a final review: what was checked, what was found, and what to do about it.

Stored as JSON in `content.review`; `VERSION` changes whenever a check or a limit does, so that an
old report can be told from a new one. Only checks that block make an article need attention.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

VERSION = 1

Verdict = Literal["pass", "warn", "block"]
Result = Literal["ready", "needs_attention"]
FixKind = Literal[
    "edit_title",
    "edit_slug",
    "edit_meta",
    "edit_body",
    "edit_plan",
    "edit_alt",
    "extend_section",
    "write_again",
    "prompt_images_again",
    "draw_again",
    "compare",
]


class Fix(msgspec.Struct, frozen=True):
    """The next step. `target` is the heading, image id or content id that it is about."""

    kind: FixKind
    label: str
    target: str = ""


class Check(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One check: what was measured, what is allowed, where. Message and fix where it did not pass.

    `value` and `limit` are for people to read; `place` names the field, heading or image.
    """

    name: str
    verdict: Verdict
    value: str | int | float
    limit: str
    place: str
    message: str = ""
    fix: Fix | None = None


class Reason(msgspec.Struct, frozen=True):
    """Why an article is not ready, and the step that mends it."""

    check: str
    message: str
    place: str
    fix: Fix


class Report(msgspec.Struct, frozen=True):
    """All checks of an article. `sketch` lets later articles be compared with this one.

    `in_article` is how many images its plan asks for, None if not known: a later review that is not
    part of the run which planned them goes by it.
    """

    version: int
    result: Result
    reasons: list[Reason]
    checks: list[Check]
    sketch: list[str]
    in_article: int | None = None


def verdict(blocks: bool, warns: bool = False) -> Verdict:
    """The verdict of two conditions, the worse one first."""
    return "block" if blocks else "warn" if warns else "pass"


def judged(
    name: str,
    found: Verdict,
    *,
    value: str | int | float,
    limit: str,
    place: str,
    message: str,
    fix: Fix,
) -> Check:
    """A check whose message and fix are kept only if it did not pass."""
    if found == "pass":
        return Check(name=name, verdict=found, value=value, limit=limit, place=place)
    return Check(
        name=name, verdict=found, value=value, limit=limit, place=place, message=message, fix=fix
    )


def make_report(
    checks: Iterable[Check], sketch: list[str], in_article: int | None = None
) -> Report:
    """The report of `checks`: ready unless one of them blocks."""
    listed = list(checks)
    reasons = [
        Reason(check.name, check.message, check.place, check.fix)
        for check in listed
        if check.verdict == "block" and check.fix
    ]
    result: Result = "needs_attention" if reasons else "ready"
    return Report(VERSION, result, reasons, listed, sketch, in_article)
