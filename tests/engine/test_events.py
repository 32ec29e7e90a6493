"""The account's stream: reading on from a cursor, and knowing when that is not possible."""

from uuid import UUID

import pytest

from pipeline import connections, events, queue
from pipeline.advance import advance
from pipeline.connections import state
from pipeline.events import MAX_IDS, MAX_LENGTH, Position, Stored
from pipeline.settings import settings
from tests.engine import fakes
from tests.engine.fakes import Fate

ROW = UUID(int=7)


async def end(account: UUID) -> Position:
    return (await events.read(account, None)).position


async def types(account: UUID, after: Position) -> list[str]:
    return [event.type for _, event in (await events.read(account, after)).events]


async def test_reading_goes_on_after_the_cursor(account: UUID) -> None:
    await events.credits_changed(account)
    here = await end(account)
    await events.rows_changed(account, "keyword", [ROW])
    page = await events.read(account, here)
    assert [(event.type, event.ids) for _, event in page.events] == [("rows", [ROW])]
    assert await types(account, page.position) == []


async def test_a_cursor_survives_as_text(account: UUID) -> None:
    here = await end(account)
    assert events.position_of(str(here)) == here


@pytest.mark.parametrize(
    "text", ["", "x", "abc.1", "abc.1-x", "a-b.1-1", "é.1-1", "a.1-²", "." * 50]
)
def test_what_is_no_cursor_is_known(text: str) -> None:
    assert events.position_of(text) is None


async def test_a_new_account_begins_at_the_start_and_misses_nothing(account: UUID) -> None:
    here = await end(account)
    assert here.id == events.START
    await events.credits_changed(account)
    assert await types(account, here) == ["credits"]


async def test_after_a_flushall_a_cursor_is_lost(account: UUID) -> None:
    await events.credits_changed(account)
    here = await end(account)
    await state().flushall()
    await events.credits_changed(account)
    page = await events.read(account, here)
    assert page.lost
    assert page.position == await end(account)


async def test_after_a_flushall_a_cursor_before_the_first_event_is_lost(account: UUID) -> None:
    here = await end(account)
    await state().flushall()
    assert (await events.read(account, here)).lost


async def test_a_stream_that_nobody_used_goes_and_its_cursors_with_it(account: UUID) -> None:
    here = await end(account)
    await events.credits_changed(account)
    stream = events.stream_of(account)
    left = [await state().ttl(name) for name in (stream, f"{stream}:epoch")]
    assert all(0 < seconds <= events.IDLE for seconds in left)
    await state().delete(stream, f"{stream}:epoch")  # as their time does
    await events.credits_changed(account)
    assert (await events.read(account, here)).lost


async def test_reading_keeps_the_stream(account: UUID) -> None:
    await events.credits_changed(account)
    await state().expire(events.stream_of(account), 5)
    await end(account)
    assert await state().ttl(events.stream_of(account)) > 5


async def test_what_a_run_tells_keeps_the_stream_for_a_week(account: UUID, fate: Fate) -> None:
    run = await fakes.start(account, count=1)
    await advance(run)
    assert 0 < await state().ttl(events.stream_of(account)) <= events.IDLE


async def test_another_life_of_the_server_makes_a_cursor_lost(account: UUID) -> None:
    here = await end(account)
    earlier = Position("0" * 12 + here.epoch[12:], here.id)
    assert (await events.read(account, earlier)).lost


async def test_the_epoch_begins_with_the_run_id_of_the_server(account: UUID) -> None:
    server = (await state().info("server"))["run_id"]
    assert (await end(account)).epoch.startswith(str(server)[:12])


async def test_a_cursor_whose_followers_were_trimmed_is_lost(account: UUID) -> None:
    await events.credits_changed(account)
    here = await end(account)
    await events.credits_changed(account)
    await events.credits_changed(account)
    await state().xtrim(events.stream_of(account), maxlen=1, approximate=False)
    assert (await events.read(account, here)).lost


async def test_a_cursor_of_the_future_is_lost(account: UUID) -> None:
    await events.credits_changed(account)
    here = await end(account)
    assert (await events.read(account, Position(here.epoch, "9999999999999-0"))).lost


async def test_a_full_page_says_that_there_may_be_more(account: UUID) -> None:
    here = await end(account)
    for _ in range(3):
        await events.credits_changed(account)
    page = await events.read(account, here, limit=2)
    assert page.full
    rest = await events.read(account, page.position, limit=2)
    assert (len(rest.events), rest.full) == (1, False)


async def test_what_cannot_be_read_is_passed_over(account: UUID) -> None:
    here = await end(account)
    await state().xadd(events.stream_of(account), {"event": "{"})
    await events.credits_changed(account)
    assert await types(account, here) == ["credits"]


async def test_events_shortly_before_a_cursor_are_found(account: UUID) -> None:
    await events.credits_changed(account)
    here = await end(account)
    await events.rows_changed(account, "image", [ROW])
    assert [event.type for event in await events.before(account, here, 60_000)] == ["credits"]


async def test_of_too_many_rows_none_is_named(account: UUID) -> None:
    here = await end(account)
    await events.rows_changed(account, "content_idea", [ROW] * (MAX_IDS + 1))
    ((_, event),) = (await events.read(account, here)).events
    assert event == Stored(type="rows", table="idea", many=True)


async def test_no_rows_are_no_event(account: UUID) -> None:
    here = await end(account)
    await events.rows_changed(account, "keyword", [])
    assert await types(account, here) == []


async def test_what_is_committed_stands_though_redis_cannot_be_told(
    account: UUID, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    settings.cache_clear()
    away = connections.new_redis(retries=0, timeout=0.5)
    monkeypatch.setattr(connections, "_redis", away)
    await events.rows_changed(account, "keyword", [ROW])
    await away.aclose()
    settings.cache_clear()
    assert "were not told" in caplog.text


def test_the_scripts_keep_as_many_events() -> None:
    assert f"'MAXLEN', '~', {MAX_LENGTH}," in queue.source("settle").decode()
