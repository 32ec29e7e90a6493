"""What a command is told whose connection ended, in the event loop of workers and web."""

from typing import Any

import pytest
import redis.exceptions
import uvloop

from pipeline import connections
from pipeline.local.servers import Servers


async def _ask_over_a_closed_line() -> None:
    client = connections.new_redis()
    connection = await client.connection_pool.get_connection()
    try:
        connection._writer.transport.abort()
        await connection.send_command("PING")
    finally:
        await client.connection_pool.release(connection)
        await client.aclose()


def test_a_closed_line_to_redis_is_a_lost_connection_and_no_bug(servers: Servers) -> None:
    with pytest.raises(redis.exceptions.ConnectionError):
        uvloop.run(_ask_over_a_closed_line())


async def _command_on_a_line_that_closes() -> Any:
    client = connections.new_redis()
    connection = await client.connection_pool.get_connection()
    checked = connection.check_health

    async def closing() -> None:
        connection.check_health = checked
        connection._writer.transport.abort()  # after it was handed out, before the command is sent
        await checked()

    connection.check_health = closing
    await client.connection_pool.release(connection)
    try:
        return await client.ping()
    finally:
        await client.aclose()


def test_a_command_whose_line_closes_is_sent_again_on_another(servers: Servers) -> None:
    assert uvloop.run(_command_on_a_line_that_closes()) is True
