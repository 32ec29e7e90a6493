"""The Redis in memory answers every command as the real one does, whatever came before."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.local.servers import Servers
from tests.simulation.memory_redis import MemoryRedis

KEYS = {"hash": "h", "set": "s", "other": "t", "zset": "z", "list": "l", "string": "g"}
MEMBERS = st.sampled_from(["a", "b", "c", "d"])
SCORES = st.integers(-3, 9)
BOUNDS = st.one_of(st.sampled_from(["-inf", "+inf"]), SCORES.map(str), SCORES.map("({}".format))
PLACES = st.integers(-3, 3)


def command(*words: Any) -> Any:
    return st.tuples(*(word if hasattr(word, "example") else st.just(word) for word in words))


COMMANDS = st.one_of(
    command("HSET", "h", MEMBERS, SCORES),
    command("HSET", "h", MEMBERS, SCORES, MEMBERS, SCORES),
    command("HGET", "h", MEMBERS),
    command("HDEL", "h", MEMBERS),
    command("HINCRBY", "h", MEMBERS, SCORES),
    command("SADD", st.sampled_from("st"), MEMBERS),
    command("SADD", "s", MEMBERS, MEMBERS),
    command("SMISMEMBER", "s", MEMBERS, MEMBERS),
    command("SREM", "s", MEMBERS),
    command("SMOVE", "s", "t", MEMBERS),
    command("SISMEMBER", "s", MEMBERS),
    command("SCARD", "s"),
    command("SUNIONSTORE", "s", "s", "t"),
    command("ZADD", "z", SCORES, MEMBERS),
    command("ZADD", "z", "XX", SCORES, MEMBERS),
    command("ZADD", "z", SCORES, MEMBERS, SCORES, MEMBERS),
    command("ZREM", "z", MEMBERS),
    command("ZSCORE", "z", MEMBERS),
    command("ZRANGE", "z", PLACES, PLACES),
    command("ZRANGEBYSCORE", "z", BOUNDS, BOUNDS),
    command("ZRANGEBYSCORE", "z", BOUNDS, BOUNDS, "LIMIT", st.integers(0, 2), st.integers(0, 2)),
    command("ZCOUNT", "z", BOUNDS, BOUNDS),
    command("ZREMRANGEBYSCORE", "z", BOUNDS, BOUNDS),
    command("RPUSH", "l", MEMBERS),
    command("LRANGE", "l", PLACES, PLACES),
    command("LTRIM", "l", PLACES, PLACES),
    command("SET", "g", MEMBERS),
    command("SET", "g", MEMBERS, "NX"),
    command("SET", "g", MEMBERS, "XX", "PX", 600_000),
    command("SET", "g", MEMBERS, "NX", "EX", 600),
    command("GET", "g"),
    command("DEL", st.sampled_from(list(KEYS.values()))),
    command("EXISTS", st.sampled_from(list(KEYS.values()))),
    command("EXPIRE", st.sampled_from(list(KEYS.values())), 600),
    command("PERSIST", st.sampled_from(list(KEYS.values()))),
)
MANY = ("HGETALL", "SMEMBERS")


@pytest.fixture(scope="module")
def server(servers: Servers) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        yield client
        client.flushall()


def as_a_script(server: redis.Redis, words: tuple[Any, ...]) -> Any:
    """What `redis.call` gives inside a script, as redis-py reads it."""
    return server.eval("return redis.call(unpack(ARGV))", 0, *words)


@settings(
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(COMMANDS, min_size=5, max_size=40))
def test_it_answers_as_redis_does(server: redis.Redis, commands: list[tuple[Any, ...]]) -> None:
    server.flushall()
    memory = MemoryRedis({})
    memory.at(1.0)
    for words in commands:
        assert memory.command(*words) == as_a_script(server, words), words
        for name, key in (("HGETALL", "h"), ("SMEMBERS", "s"), ("SMEMBERS", "t")):
            real = as_a_script(server, (name, key))
            mine = memory.command(name, key)
            if name == "HGETALL":
                assert dict(zip(mine[::2], mine[1::2], strict=True)) == dict(
                    zip(real[::2], real[1::2], strict=True)
                )
            else:
                assert sorted(mine) == sorted(real)
        assert memory.command("ZRANGE", "z", 0, -1) == as_a_script(server, ("ZRANGE", "z", 0, -1))


def test_a_key_is_gone_when_its_time_is_over() -> None:
    memory = MemoryRedis({})
    memory.at(1.0)
    memory.command("SET", "g", "1", "EX", 2)
    memory.command("SADD", "s", "a")
    memory.command("EXPIRE", "s", 2)
    memory.at(2.9)
    assert memory.command("GET", "g") == b"1"
    memory.at(3.0)
    assert memory.command("GET", "g") is None
    assert memory.command("SCARD", "s") == 0
