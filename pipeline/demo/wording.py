"""Phrases with choices in them: `a [short|brief] list` is either `a short list` or the other."""

import random
import re

_CHOICE = re.compile(r"\[([^\]]*)\]")

Part = str | tuple[str, ...]


def parts_of(phrase: str) -> tuple[Part, ...]:
    """A phrase as fixed pieces and choices."""
    pieces = _CHOICE.split(phrase)  # every second piece stood in brackets
    return tuple(
        tuple(piece.split("|")) if index % 2 else piece for index, piece in enumerate(pieces)
    )


def worded(parts: tuple[Part, ...], chance: random.Random) -> str:
    """One wording of a phrase."""
    pick = chance.random
    return "".join(
        part if isinstance(part, str) else part[int(pick() * len(part))] for part in parts
    )
