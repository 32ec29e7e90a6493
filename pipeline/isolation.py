"""Work in a process of its own, for items whose worker died: what kills again kills only itself.

Whatever a worker had in flight when it died may be to blame. It is worked on once more as before,
beside everything else, but each claim in a child of a fork server, which costs tens of
milliseconds. A child that dies names the one that is to blame; its neighbours never notice.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import pickle
import signal
import threading
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from typing import Any

import msgspec
import uvloop

from piccolo_conf import DB
from pipeline import connections, context, provider, tally
from pipeline.connections import UNREACHABLE
from pipeline.logs import set_up_logs
from pipeline.stage import Job, Outcomes, Usage, Work

log = logging.getLogger(__name__)

CHILDREN = 16
"""Children of one worker at a time."""

places = asyncio.Semaphore(CHILDREN)
"""To be held around `run`, outside of its time limit."""

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["pipeline.preloaded", "pipeline.provider.transport"])
_starting = asyncio.Lock()


class Died(Exception):
    """The child ended without an answer."""


class Report(msgspec.Struct, frozen=True):
    """What the work told of its progress: the arguments of `Job.report`."""

    told: tuple[Any, ...]
    details: dict[str, Any]


class Answer(msgspec.Struct, frozen=True):
    """What the work returned or raised, the tokens it used, and the figures it counted."""

    outcome: Outcomes | Exception
    usage: Usage
    figures: dict[str, float]


async def warm_up() -> None:
    """Start the fork server, where runs are active: who starts then may be there for a dead worker.

    It takes a second or two, and the leases of the dead are about to end.
    """
    with contextlib.suppress(*UNREACHABLE):  # then the first child waits for it
        async with DB.connection() as connection:
            active = await connection.fetchval(
                "select exists (select 1 from automation_run where status = 'running')"
            )
        if active:
            await asyncio.to_thread(forkserver.ensure_running)


async def run(work: Work, job: Job) -> Outcomes:
    """What `work(job)` returns, done in a child; raises what it raises, or Died.

    `work` is a function of a module, so that the child can import it. A child whose caller is
    cancelled is killed.
    """
    ours, theirs = _forks.Pipe()
    facts = dict(context.known())
    request = (work, msgspec.structs.replace(job, report=None), facts)  # type: ignore[arg-type]
    child = _forks.Process(target=_serve, args=(theirs, request), daemon=True)
    try:
        async with _starting:
            await asyncio.to_thread(child.start)
        theirs.close()
        answer = await _answer(ours, job)
    finally:
        ours.close()
        if child.pid is not None:
            child.kill()
            await asyncio.to_thread(child.join)
    job.usage.tokens_in, job.usage.tokens_out = answer.usage.tokens_in, answer.usage.tokens_out
    tally.add(answer.figures)
    if isinstance(answer.outcome, Exception):
        raise answer.outcome
    return answer.outcome


async def _answer(pipe: Connection, job: Job) -> Answer:
    """The child's last word; what it reports before is passed on."""
    try:
        while True:
            await _readable(pipe)
            said = await asyncio.to_thread(pipe.recv)
            if isinstance(said, Answer):
                return said
            job.report(*said.told, **said.details)
    except (EOFError, ConnectionError) as error:
        raise Died from error


async def _readable(pipe: Connection) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(pipe.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(pipe.fileno())


def _serve(pipe: Connection, request: tuple[Work, Job, dict[str, Any]]) -> None:
    """The life of a child."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # our parent decides
    threading.Thread(target=_end_with_parent, args=(pipe,), daemon=True).start()
    set_up_logs()
    work, job, facts = request
    job.report = lambda *told, **details: pipe.send(Report(told, details))
    outcome: Outcomes | Exception
    try:
        outcome = uvloop.run(_with_connections(work, job, facts))
    except Exception as error:  # noqa: BLE001 - the worker knows what to do with it
        log.info("work in a process of its own raised %r", error)
        outcome = error
    answer = Answer(outcome, job.usage, tally.take())
    try:
        pipe.send(answer)
    except (pickle.PicklingError, TypeError, AttributeError):
        told = RuntimeError(f"{type(outcome).__name__}: {outcome}")
        pipe.send(msgspec.structs.replace(answer, outcome=told))


def _end_with_parent(pipe: Connection) -> None:
    """Nobody sends anything: the end of the pipe is the end of the worker."""
    try:
        pipe.recv()
    except (EOFError, OSError):
        os._exit(1)


async def _with_connections(work: Work, job: Job, facts: dict[str, Any]) -> Outcomes:
    await connections.open_all(pool_size=2)
    try:
        with context.about(**facts):
            return await work(job)
    finally:
        await provider.close_client()
        await connections.close_all()
