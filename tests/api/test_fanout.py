"""The fan-out in its process: who is in step shares frames, who fell behind catches up."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
import pytest

from api import fanout, live
from api.auth import Grant
from api.frames import (
    Batch,
    CreditsChanged,
    Frame,
    Heartbeat,
    Progressed,
    Resync,
    RowsChanged,
    RunChanged,
    WorkersAlive,
)
from api.live import Follower, Live, Refused
from db.status import RunStatus
from pipeline import controls, credits, events, heartbeat
from pipeline.connections import state
from pipeline.heartbeat import Heartbeat as Pulse
from tests.support import new_account

GRANT = Grant("token", UUID(int=1))
ROW = UUID(int=7)


@pytest.fixture
def revoked() -> set[Grant]:
    """Grants that are over."""
    return set()


@pytest.fixture
async def hub(db: None, revoked: set[Grant]) -> AsyncIterator[Live]:
    async def ended(grants: set[Grant]) -> set[Grant]:
        return grants & revoked

    hub = Live(ended)
    yield hub
    for follower in [each for mine in hub.followers.values() for each in mine]:
        hub.forget(follower)
    await hub.stop()


async def follow(hub: Live, account: UUID, cursor: str | None = None) -> Follower:
    return await hub.join(account, cursor, GRANT)


async def following(hub: Live, account: UUID) -> Follower:
    """One that has had its first frame."""
    follower = await follow(hub, account)
    assert isinstance(body(await frame_of(follower)), Batch)
    return follower


async def frame_of(follower: Follower) -> Frame:
    async with asyncio.timeout(20):
        frame = await follower.next_frame()
    assert frame is not None
    return frame


def body(frame: Frame) -> Batch | Resync | Heartbeat:
    return msgspec.json.decode(frame.text, type=Batch | Resync | Heartbeat)


async def until(follower: Follower, kind: type) -> list[object]:
    """All events up to the first of a kind."""
    seen: list[object] = []
    async with asyncio.timeout(30):
        while not any(isinstance(event, kind) for event in seen):
            found = body(await frame_of(follower))
            seen += found.events if isinstance(found, Batch) else [found]
    return seen


async def told(follower: Follower, event: object) -> None:
    """Return once this event has come."""
    while event not in await until(follower, type(event)):
        pass


async def test_the_first_frame_brings_cursor_and_workers(hub: Live, account: UUID) -> None:
    first = body(await frame_of(await follow(hub, account)))
    assert isinstance(first, Batch)
    assert first.events == [WorkersAlive(0, 0)]
    assert events.position_of(first.cursor) == (await events.read(account, None)).position


async def test_followers_in_step_share_one_frame(hub: Live, account: UUID) -> None:
    both = [await following(hub, account), await following(hub, account)]
    await events.rows_changed(account, "keyword", [ROW])
    one, other = [await frame_of(follower) for follower in both]
    assert one is other


async def test_another_account_hears_nothing(hub: Live, account: UUID) -> None:
    stranger = await follow(hub, await new_account("Another", 0))
    mine = await following(hub, account)
    await frame_of(stranger)
    await events.rows_changed(account, "keyword", [ROW])
    await until(mine, RowsChanged)
    assert stranger.fan.number == 0


async def test_who_comes_back_with_a_cursor_gets_what_it_missed(hub: Live, account: UUID) -> None:
    cursor = (await frame_of(await follow(hub, account))).cursor
    await events.rows_changed(account, "keyword", [ROW])
    await events.rows_changed(account, "image", [ROW])
    later = await follow(hub, account, cursor)
    missed: set[str] = set()
    while missed != {"keyword", "image"}:
        missed |= {e.table for e in await until(later, RowsChanged) if isinstance(e, RowsChanged)}


async def test_all_who_come_back_with_one_cursor_share_the_way(hub: Live, account: UUID) -> None:
    cursor = (await frame_of(await follow(hub, account))).cursor
    await events.rows_changed(account, "keyword", [ROW])
    back = [await follow(hub, account, cursor) for _ in range(3)]
    await back[0].fan.started.wait()
    frames = await asyncio.gather(*(frame_of(follower) for follower in back))
    assert len({id(frame) for frame in frames}) == 1


async def test_who_fell_behind_the_kept_frames_gets_one_frame_for_all(
    hub: Live, account: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "KEPT_FRAMES", 2)
    slow, quick = await following(hub, account), await following(hub, account)
    rows = [UUID(int=n) for n in range(5)]
    for row in rows:
        await events.rows_changed(account, "keyword", [row])
        await until(quick, RowsChanged)
    found = await until(slow, RowsChanged)
    assert RowsChanged("keyword", rows) in found
    assert slow.number == slow.fan.number


@pytest.mark.parametrize("cursor", ["nonsense", "abc.1-1", "0" * 24 + ".99-0"])
async def test_an_unknown_cursor_is_told_to_load_everything(
    hub: Live, account: UUID, cursor: str
) -> None:
    follower = await follow(hub, account, cursor)
    assert isinstance(body(await frame_of(follower)), Resync)
    await events.rows_changed(account, "keyword", [ROW])
    assert RowsChanged("keyword", [ROW]) in await until(follower, RowsChanged)


async def test_a_flushall_is_noticed_in_silence(hub: Live, account: UUID) -> None:
    follower = await following(hub, account)
    await events.credits_changed(account)
    await until(follower, CreditsChanged)
    await state().flushall()
    assert any(isinstance(found, Resync) for found in await until(follower, Resync))


async def test_following_goes_on_though_redis_cuts_the_connection(hub: Live, account: UUID) -> None:
    follower = await following(hub, account)
    await state().client_kill_filter(_type="normal", skipme=False)
    await events.rows_changed(account, "keyword", [ROW])
    assert RowsChanged("keyword", [ROW]) in await until(follower, RowsChanged)


async def test_silence_is_filled_with_heartbeats(
    hub: Live, account: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "SILENCE", 0.2)
    follower = await follow(hub, account)
    first = await frame_of(follower)
    beat = body(await frame_of(follower))
    assert beat == Heartbeat(first.cursor)


async def test_there_are_ten_frames_a_second_at_most(hub: Live, account: UUID) -> None:
    follower = await following(hub, account)
    clock = asyncio.get_running_loop().time
    began = clock()
    for number in range(40):
        await events.rows_changed(account, "keyword", [UUID(int=number)])
    await until(follower, RowsChanged)
    await asyncio.sleep(0.3)
    assert follower.fan.number <= (clock() - began) / fanout.PAUSE + 2


async def test_a_run_is_told_with_its_progress_and_its_end_with_the_last(
    hub: Live, account: UUID, keywords: list[UUID]
) -> None:
    follower = await following(hub, account)
    run = await controls.start(account, first_stage=1, last_stage=1, selection=keywords)
    started = await until(follower, Progressed)
    assert RunChanged(run, RunStatus.RUNNING, 1) in started
    await controls.cancel(account, run)
    seen = await until(follower, RunChanged)
    while not _shows(seen, "cancelled"):
        seen += await until(follower, Progressed)


def _shows(seen: list[object], status: str) -> bool:
    return any(isinstance(e, Progressed) and e.progress.status.value == status for e in seen)


async def test_progress_that_came_after_the_last_cursor_is_told_on_return(
    hub: Live, account: UUID, keywords: list[UUID]
) -> None:
    run = await controls.start(account, first_stage=1, last_stage=1, selection=keywords)
    cursor = str((await events.read(account, None)).position)
    found = await until(await follow(hub, account, cursor), Progressed)
    assert [event.run for event in found if isinstance(event, Progressed)] == [run]


async def test_a_top_up_is_told_with_the_balance(hub: Live, account: UUID) -> None:
    follower = await following(hub, account)
    await credits.top_up(account, 77)
    assert CreditsChanged(10_077) in await until(follower, CreditsChanged)


async def test_workers_that_come_and_go_are_told(
    hub: Live, account: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "ALIVE_SECONDS", 4)
    follower = await following(hub, account)
    pulse = Pulse("images")
    pulse.start()
    try:
        await told(follower, WorkersAlive(0, 1))
    finally:
        pulse.stopping.set()
    await told(follower, WorkersAlive(0, 0))


async def test_a_worker_that_died_without_a_word_is_missed(hub: Live, account: UUID) -> None:
    name = f"{heartbeat.ALIVE_KEY}text:here:1"
    await state().sadd(heartbeat.WORKERS_KEY, name)
    await state().set(name, "1", px=4_000)
    follower = await follow(hub, account)
    await told(follower, WorkersAlive(1, 0))
    await told(follower, WorkersAlive(0, 0))


async def test_a_revoked_grant_ends_its_followers_only(
    hub: Live, account: UUID, revoked: set[Grant]
) -> None:
    mine, other = await follow(hub, account), await hub.join(account, None, Grant("token", ROW))
    await frame_of(mine)
    revoked.add(GRANT)
    await hub.check_sessions()
    assert await mine.next_frame() is None
    assert (mine.end, other.end) == (live.SIGNED_OUT, None)


async def test_an_account_has_so_many_followers_and_no_more(
    hub: Live, account: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MAX_FOLLOWERS", 1)
    first = await follow(hub, account)
    with pytest.raises(Refused) as refused:
        await follow(hub, account)
    assert refused.value.end is live.TOO_MANY
    hub.forget(first)
    await follow(hub, account)


async def test_a_fan_out_nobody_needs_ends(
    hub: Live, account: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LINGER", 0.0)
    follower = await follow(hub, account)
    task = hub.tasks[account]
    hub.forget(follower)
    async with asyncio.timeout(10):
        await asyncio.wait([task])
    assert account not in hub.fans


async def test_who_does_not_read_is_ended(
    hub: Live, account: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SEND_PATIENCE", 0.2)
    follower = await follow(hub, account)

    async def stuck() -> None:
        await follower.next_frame()
        await asyncio.Event().wait()

    follower.task = asyncio.create_task(stuck())
    async with asyncio.timeout(10):
        await asyncio.wait([follower.task])
    assert follower.end is live.SLOW


async def test_a_stop_ends_all_and_lets_nobody_in(hub: Live, account: UUID) -> None:
    follower = await following(hub, account)
    stopping = asyncio.create_task(hub.stop())
    assert await follower.next_frame() is None
    hub.forget(follower)
    await stopping
    assert follower.end is live.STOPPING
    with pytest.raises(Refused):
        await follow(hub, account)
