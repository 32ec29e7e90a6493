"""Helpers shared by tests: rows made by hand, processes started and awaited."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from db.columns import uuid7
from piccolo_conf import DB
from pipeline.local.processes import die_with_parent


async def new_account(name: str, amount: int) -> UUID:
    """An account whose ledger adds up to its balance."""
    account = uuid7()
    async with DB.transaction() as transaction:
        await transaction.connection.execute(
            "insert into account (id, name, balance) values ($1, $2, $3)", account, name, amount
        )
        await transaction.connection.execute(
            "insert into credit_entry (account_id, kind, amount, note)"
            " values ($1, 'top_up', $2, 'for the test')",
            account,
            amount,
        )
    return account


def start_module(
    *words: str, log: Path, environment: dict[str, str] | None = None, **options: Any
) -> "subprocess.Popen[bytes]":
    """`python -m words...` as a process that does not outlive us; its output goes to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
            **options,
        )


def stop(process: "subprocess.Popen[bytes]", grace: float = 15.0) -> None:
    """End a process: politely, then not."""
    process.terminate()
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


async def until(condition: Callable[[], Awaitable[bool] | bool], limit: float = 30.0) -> None:
    """Return once the condition holds; fail after `limit` seconds."""
    async with asyncio.timeout(limit):
        while True:
            held = condition()
            if held if isinstance(held, bool) else await held:
                return
            await asyncio.sleep(0.01)


def await_condition(
    condition: Callable[[], bool],
    process: "subprocess.Popen[bytes]",
    log: Path,
    limit: float = 60.0,
) -> None:
    """Return once `condition()` holds; fail with the end of `log` if the process ends first."""
    give_up = time.monotonic() + limit
    while not condition():
        if process.poll() is not None or time.monotonic() > give_up:
            tail = log.read_text(errors="replace")[-2000:]
            pytest.fail(f"{process.args!r} did not come up:\n{tail}")
        time.sleep(0.02)
