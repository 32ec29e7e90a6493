"""What this task is working on: told once where work begins, read by logs and figures.

A context variable, so that tasks started within the work know it too, and others never do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Facts = dict[str, str | int]
"""Some of: account, run, stage, function, item, request."""

_NOTHING: Facts = {}
_facts: ContextVar[Facts] = ContextVar("facts", default=_NOTHING)


@contextmanager
def about(**facts: str | int) -> Iterator[None]:
    """While the block runs, these facts join those that are known already."""
    before = _facts.set({**_facts.get(), **facts})
    try:
        yield
    finally:
        _facts.reset(before)


def known() -> Facts:
    """What is known of the present work; empty outside of any."""
    return _facts.get()


def function() -> str:
    """The function at work; "other" where none is (a probe, a start)."""
    return str(_facts.get().get("function", "other"))
