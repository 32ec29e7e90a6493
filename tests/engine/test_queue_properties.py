"""The scripts of the queue under random histories, and proof that the machine can see a bug."""

import os
from collections.abc import Iterator

import pytest
import redis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from pipeline.local.servers import Servers
from tests.engine.queue_machine import machine, sources

LONG = bool(os.environ.get("IGNY8_LONG"))
THOROUGH = settings(
    max_examples=2000 if LONG else 250,
    stateful_step_count=80 if LONG else 50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
QUICK = settings(THOROUGH, max_examples=900, phases=[Phase.generate], derandomize=True)

MUTANTS = {
    "a claim leaves its items in pending": (
        "claim",
        b"call('SMOVE', key(stage, 'pending'), key(stage, 'processing'), item)",
        b"call('SADD', key(stage, 'processing'), item)",
    ),
    "settling does not ask who holds the item": (
        "settle",
        b"local held = call('SREM', claim_key(token), item) == 1",
        b"local held = call('SREM', claim_key(token), item) < 2",
    ),
    "the concurrency is not looked at": (
        "claim",
        b"if not has_slot and at_work() >=",
        b"if not has_slot and 0 >=",
    ),
    "a slot that was lost is taken back though none is free": (
        "renew",
        b"at_work() < concurrency",
        b"true",
    ),
    "a paused run is claimed from": ("claim", b"if status ~= 'running'", b"if false"),
    "an old version overwrites a newer one": ("sync", b"known >= tonumber", b"-2 >= tonumber"),
    "a reaped item stays claimed": ("reap", b"call('DEL', claim_key(token))", b""),
    "a lease outlives its items": ("release", b"end_if_empty(stage, token)", b""),
    "cancelling forgets what is in flight": ("cancel", b"key(stage, 'processing'))\n", b"meta)\n"),
}


@pytest.fixture(scope="module")
def client(servers: Servers) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        yield client
        client.flushall()


def test_every_item_stands_in_one_set_whatever_happens(client: redis.Redis) -> None:
    run_state_machine_as_test(machine(client, sources()), settings=THOROUGH)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_script_is_noticed(client: redis.Redis, name: str) -> None:
    script, old, new = MUTANTS[name]
    broken = sources()
    assert old in broken[script]
    broken[script] = broken[script].replace(old, new)
    with pytest.raises(Exception):  # noqa: B017, PT011 - whichever invariant it breaks first
        run_state_machine_as_test(machine(client, broken), settings=QUICK)
