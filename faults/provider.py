"""The demo provider under a fault: what it is told to do wrong, and what it has counted."""

import asyncio
from typing import Any
from urllib.request import Request, urlopen

import msgspec

from bench.rig import Rig
from faults.trial import SECONDS


class Asked(msgspec.Struct):
    """A call as the demo provider counted it; times are of the wall clock."""

    kind: str
    key: str
    started: float
    status: str
    ended: float | None


async def reset(rig: Rig, seconds: float = SECONDS) -> None:
    """Forget faults and counts; each answer takes `seconds`."""
    if rig.demo:
        await _ask(rig, "reset", {})
        await wrong(rig, "latency", seconds=seconds)


async def wrong(rig: Rig, fault: str, **more: float | int | str) -> None:
    """Let something go wrong from now on: see `pipeline/demo/faults.py`."""
    await _ask(rig, "faults", {"fault": fault, **more})


async def calls(rig: Rig) -> list[Asked]:
    """Every call since the last reset."""
    return msgspec.json.decode(await _ask(rig, "calls"), type=list[Asked])


async def repeated(rig: Rig) -> int:
    """How many calls were answered more than once, word for word."""
    if rig.demo:
        keys = [call.key for call in await calls(rig) if call.status == "200"]
    else:
        calls_ = await rig.calls()  # about an article: its prompts are all under one title here
        keys = [call.about for call in calls_ if call.kind == "Article"]
    return len(keys) - len(set(keys))


async def _ask(rig: Rig, what: str, body: Any = None) -> bytes:
    data = None if body is None else msgspec.json.encode(body)
    request = Request(f"{rig.service}/demo/{what}", data)

    def ask() -> bytes:
        with urlopen(request) as answer:
            said: bytes = answer.read()
            return said

    return await asyncio.to_thread(ask)
