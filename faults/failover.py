"""Redis fails over to a replica that lags behind: the latest changes are gone."""

import asyncio
import signal
import subprocess

import redis.asyncio

from faults import wire
from faults.partitions import count_effects, measure_resumed
from faults.proxy import Proxy
from faults.trial import Trial
from pipeline.local.processes import die_with_parent
from pipeline.local.redis_server import find_binary

LAG = 1.5
"""Seconds of changes that the replica never hears of."""


async def begin_long(trial: Trial) -> None:
    """Start a run that goes on for longer than the replica lags."""
    trial.wanted = max(96, trial.wanted)
    await trial.begin()


async def fail_over(trial: Trial) -> None:
    """A replica of Redis that lags 1.5 s behind takes the place of its master for everybody."""
    proxies = [pair.redis for pair in trial.lines.values()]
    link = Proxy(proxies[0].target, wire.Redis)
    async with link.listening():
        socket = _start_replica(trial, link.port)
        client = redis.asyncio.Redis(unix_socket_path=socket)
        while not await _in_step(client):
            await asyncio.sleep(0.05)
        await trial.mid_stage()
        link.stall()
        await asyncio.sleep(LAG)
        await client.execute_command("REPLICAOF", "NO", "ONE")
        for proxy in proxies:
            proxy.target = socket
            proxy.cut()
        trial.hit()
    await client.aclose()
    await measure_resumed(trial)
    await trial.over()
    await count_effects(trial)


def _start_replica(trial: Trial, port: int) -> str:
    """Start a replica of what is behind the port; the path of its socket."""
    name = f"replica-{len(trial.rig.processes)}-{trial.rng.randrange(10**6)}"
    socket = str(trial.rig.folder / f"{name}.sock")
    with (trial.rig.folder / f"{name}.log").open("ab") as log:
        trial.rig.processes[name] = subprocess.Popen(
            [
                *(find_binary(), "--port", "0", "--unixsocket", socket, "--save", ""),
                *("--dbfilename", f"{name}.rdb", "--dir", trial.rig.folder),
                *("--replicaof", "127.0.0.1", str(port)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    return socket


async def _in_step(client: "redis.asyncio.Redis") -> bool:
    try:
        info = await client.info("replication")
    except redis.RedisError:
        return False
    return bool(info["master_link_status"] == "up")
