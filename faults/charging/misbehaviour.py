"""How the demo AI service misbehaves meanwhile, and how many of its calls were made again."""

import asyncio
from collections import Counter
from typing import Any
from urllib.request import Request, urlopen

import msgspec

from bench.rig import Rig

FAULTS: list[dict[str, object]] = [
    {"fault": "latency", "seconds": 0.05, "sigma": 0.8},
    {"fault": "policy", "share": 0.004},
    {"fault": "refusal", "share": 0.002},
    {"fault": "500", "share": 0.01},
    {"fault": "broken-json", "share": 0.005},
    {"fault": "broken-stream", "share": 0.005},
    {"fault": "bad-image", "share": 0.01, "path": "/images/generations"},
]
"""Short waits; items that are declined and so fail; calls that have to be made again."""


class Call(msgspec.Struct):
    """What is read of a call that the demo service counted."""

    path: str
    key: str
    status: str


class Calls(msgspec.Struct, frozen=True):
    """Calls that reached the service: answered once, answered again, and cut off or refused."""

    made: int
    answered: int
    answered_again: int
    cut_off: int
    refused: int


async def misbehave(rig: Rig, seed: int) -> None:
    """Have the service act out `FAULTS` from now on."""
    for fault in FAULTS:
        await _ask(rig, "faults", msgspec.json.encode({**fault, "seed": seed}))


async def calls(rig: Rig) -> Calls:
    """Count the calls for texts and images. A question is the same when it is so word for word."""
    found = msgspec.json.decode(await _ask(rig, "calls"), type=list[Call])
    found = [call for call in found if call.path != "/embeddings"]
    answered = Counter(call.key for call in found if call.status == "200")
    return Calls(
        made=len(found),
        answered=answered.total(),
        answered_again=answered.total() - len(answered),
        cut_off=sum(call.status in ("disconnected", "broken", "open") for call in found),
        refused=sum(call.status[:1] in "45" for call in found),
    )


async def _ask(rig: Rig, what: str, body: bytes | None = None) -> Any:
    def get() -> bytes:
        with urlopen(Request(f"{rig.service}/demo/{what}", body)) as answer:
            read: bytes = answer.read()
            return read

    return await asyncio.to_thread(get)
