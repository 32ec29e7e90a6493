"""Embeddings of hashed words: texts that share words are near each other."""

import base64
import math
import struct
from functools import lru_cache

from pipeline.demo.phrases import number_of, tokens_of

SIZE = 128


def vector(text: str) -> list[float]:
    """A vector of length one; word pieces make related words related too."""
    total = [0.0] * SIZE
    for token in tokens_of(text) or [text]:
        for index, weight in _pieces(token):
            total[index] += weight
    length = math.sqrt(sum(value * value for value in total)) or 1.0
    return [value / length for value in total]


@lru_cache(20_000)
def _pieces(token: str) -> list[tuple[int, float]]:
    padded = f"<{token}>"
    parts = [(token, 1.0)] + [(padded[i : i + 3], 0.35) for i in range(len(padded) - 2)]
    found = []
    for part, weight in parts:
        for salt in range(4):
            number = number_of(part, salt)
            found.append((number % SIZE, weight if number >> 31 else -weight))
    return found


def as_base64(values: list[float]) -> str:
    """Little-endian 32-bit floats, as the protocol has it."""
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
