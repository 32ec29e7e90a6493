"""Control of the demo server: faults, gates, counts. For tests, benches and curious people."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post

from pipeline.demo import drawing, faults
from pipeline.demo.faults import BadFault, Fault, Rule
from pipeline.demo.replies import json, refused
from pipeline.demo.state import State


class Hold(msgspec.Struct, forbid_unknown_fields=True):
    """Close (`hold`) or open a gate for requests that contain `match`."""

    match: str
    hold: bool = True


@post("/demo/faults", status_code=200)
async def add_fault(request: Request[Any, Any, Any], state_: State) -> Response[Any]:
    """Add a rule; see `faults.py` for what there is."""
    try:
        fault = faults.check(msgspec.json.decode(await request.body(), type=Fault))
    except (msgspec.DecodeError, BadFault) as error:
        return refused(400, str(error))
    state_.rules.append(Rule(fault))
    return json({"rules": len(state_.rules)})


@get("/demo/faults")
async def list_faults() -> Response[Any]:
    """Every fault there is, with what it does."""
    return json(faults.FAULTS)


@post("/demo/gate", status_code=200)
async def gate(request: Request[Any, Any, Any], state_: State) -> Response[Any]:
    """Hold calls that contain a text, or let them go on."""
    try:
        asked = msgspec.json.decode(await request.body(), type=Hold)
    except msgspec.DecodeError as error:
        return refused(400, str(error))
    if asked.hold:
        state_.close_gate(asked.match)
        return json({"held": asked.match})
    return json({"released": state_.open_gate(asked.match)})


@get("/demo/stats")
async def stats(state_: State) -> Response[Any]:
    """The counts since the start or the last reset."""
    return json(state_.stats())


@get("/demo/calls")
async def calls(state_: State) -> Response[Any]:
    """Every call since the start or the last reset, in order."""
    return json(state_.calls)


@post("/demo/reset", status_code=200)
async def reset(state_: State) -> Response[Any]:
    """Forget faults, gates and counts."""
    state_.reset()
    return json({})


@get("/demo/picture")
async def picture(size: str) -> Response[Any]:
    """A picture at an address, for answers that name one."""
    width, height = (min(2048, max(16, int(part))) for part in size.split("x"))
    return Response(drawing.picture(size, width, height), media_type="image/png")


CONTROL = [add_fault, list_faults, gate, stats, calls, reset, picture]
