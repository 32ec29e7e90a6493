"""Prompts that are longer than a screen, as `*.md` beside this file, and how they become questions.

A template has two parts with a line `=====` between them: what the AI service is told about its
role, and what it is asked. `$name` is filled in. The data always stands last, as one JSON block.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, TypeVar

from pipeline import provider

FOLDER = Path(__file__).parent
RULE = "\n=====\n"

Answer = TypeVar("Answer")
Check = Callable[[Answer], list[str]]
"""What is wrong with an answer, in words the AI service can act on; empty if nothing is."""


@cache
def _template(name: str) -> tuple[Template, Template]:
    system, user = (FOLDER / f"{name}.md").read_text(encoding="utf-8").split(RULE)
    return Template(system.strip()), Template(user.strip())


def fill(name: str, data: Any, **values: object) -> provider.Prompt:
    """The prompt `name` with its `$values` filled in and `data` behind it.

    Raises KeyError for a value that the template names and nobody gives.
    """
    system, user = _template(name)
    return provider.Prompt(
        system=system.substitute(values),
        user=f"{user.substitute(values)}\n\n{provider.data_block(data)}",
    )


def wishing(must: Check[Answer], wish: Check[Answer]) -> Check[Answer]:
    """A check whose wishes are worth one more question and no more.

    `must` finds what makes an answer useless, every time; `wish` finds what the stage can repair or
    the final review will report, and is heard at the first answer only.
    """
    heard = False

    def check(answer: Answer) -> list[str]:
        nonlocal heard
        wrong = must(answer)
        if not heard:
            wrong = wrong + wish(answer)
        heard = True
        return wrong

    return check
