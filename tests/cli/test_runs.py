"""`status`, `pause`, `cancel`, `retry`, `export` on runs nobody works on."""

from uuid import UUID, uuid4

import pytest

from piccolo_conf import DB
from pipeline import controls
from tests.cli.support import Igny8


@pytest.fixture
async def run(account: UUID) -> UUID:
    async with DB.connection() as connection:
        keyword = await connection.fetchval(
            "insert into keyword (account_id, text, key) values ($1, 'tea', 'tea') returning id",
            account,
        )
    return await controls.start(account, first_stage=1, last_stage=7, selection=[keyword])


async def test_without_a_run_status_says_how_to_start_one(igny8: Igny8) -> None:
    answer = await igny8("status")
    assert answer.code == 0
    assert "igny8 automate" in answer.out


async def test_status_lists_runs_and_shows_one(igny8: Igny8, run: UUID) -> None:
    assert "running" in (await igny8("status")).out
    shown = await igny8("status", str(run))
    assert f"Run {run}: running" in shown.out
    assert "7 Final review" in shown.out
    assert (await igny8("status", "last")).out.startswith(f"Run {run}")


@pytest.mark.parametrize(
    "words", [("status",), ("pause",), ("cancel",), ("export", "--out", "out", "--run")]
)
@pytest.mark.parametrize("name", ["unknown", "not-an-id"])
async def test_an_unknown_run_is_named(igny8: Igny8, words: tuple[str, ...], name: str) -> None:
    run = str(uuid4()) if name == "unknown" else name
    words = tuple(str(igny8.folder / "out") if word == "out" else word for word in words)
    answer = await igny8(*words, run)
    assert answer.code == 2
    assert run in answer.err
    assert "igny8 status" in answer.err


async def test_a_run_is_paused_and_cancelled_and_then_cannot_be(igny8: Igny8, run: UUID) -> None:
    assert "is paused" in (await igny8("pause", str(run))).out
    assert "is cancelled" in (await igny8("cancel", str(run))).out
    again = await igny8("pause", str(run))
    assert again.code == 1
    assert "cancelled" in again.err


async def test_an_item_needs_its_stage(igny8: Igny8, run: UUID) -> None:
    answer = await igny8("retry", str(run), "--item", str(uuid4()))
    assert answer.code == 2
    assert "--stage" in answer.err


async def test_an_unknown_format_is_named(igny8: Igny8) -> None:
    answer = await igny8("export", "--out", str(igny8.folder), "--format", "markdown,docx")
    assert answer.code == 2
    assert "'docx' is not one of: html, json, markdown" in answer.err


async def test_an_export_without_articles_says_so(igny8: Igny8) -> None:
    answer = await igny8("export", "--out", str(igny8.folder / "out"))
    assert answer.code == 0
    assert answer.out.startswith("0 articles")
