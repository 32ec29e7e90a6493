"""The whole job from the terminal: real workers, the demo service, files at the end."""

import asyncio
import json
import signal
from uuid import UUID

import pytest

from piccolo_conf import DB
from pipeline.words import plural
from tests.cli.support import LIMIT, Answer, Igny8

pytestmark = pytest.mark.slow

CSV = b"keyword,volume\nbuy green tea,100\nbest espresso machine,1.2K\n,5\nhow to prune roses,<10\n"
SMALL = ("--words", "200", "--ideas", "1", "--images", "1")


async def automate(igny8: Igny8, *options: str, **environment: str) -> Answer:
    file = igny8.file("keywords.csv", CSV)
    out = str(igny8.folder / "out")
    return await igny8("automate", file, "--out", out, *SMALL, *options, **environment)


async def test_a_csv_becomes_articles_with_images(igny8: Igny8, account: UUID) -> None:
    answer = await automate(igny8)
    assert answer.code == 0, answer
    assert "line 4: no keyword in this row" in answer.err
    assert "3 keywords mapped into" in answer.out
    assert "100.0 %" in answer.out
    out = igny8.folder / "out"
    articles = json.loads((out / "articles.json").read_text())
    assert articles
    assert f"{plural(len(articles), 'article')} written to {out}" in answer.out
    assert list(out.glob("*/*.md"))
    assert list(out.glob("*/featured.*"))


async def test_the_summary_as_json_adds_up(igny8: Igny8, account: UUID) -> None:
    answer = await automate(igny8, "--json", "--flow", "--limit", "2")
    assert answer.code == 0, answer
    report = json.loads(answer.out)
    assert report["status"] == "completed"
    assert [stage["stage"] for stage in report["stages"]] == list(range(1, 8))
    assert report["stages"][0]["total"] == 2
    for stage in report["stages"]:
        assert stage["completed"] == stage["total"] > 0
    assert report["balance"] == 10_000 - report["credits_spent"]
    assert report["tokens_out"] > 0
    assert report["articles"] == report["stages"][3]["completed"]


async def test_without_credits_nothing_is_started(igny8: Igny8, account: UUID) -> None:
    async with DB.connection() as connection:
        await connection.execute("update account set balance = 0")
    answer = await automate(igny8)
    assert answer.code == 1
    assert "You need 3 credits" in answer.err
    assert "igny8 credits add 3" in answer.err
    async with DB.connection() as connection:
        for table in ("keyword", "automation_run"):
            assert await connection.fetchval(f"select count(*) from {table}") == 0


async def test_a_run_that_runs_out_of_credits_says_how_to_go_on(
    igny8: Igny8, account: UUID
) -> None:
    async with DB.connection() as connection:
        await connection.execute("update account set balance = 4")
    answer = await automate(igny8)
    assert answer.code == 1, answer
    assert "Not enough credits." in answer.err
    assert "igny8 credits add" in answer.err
    run = await the_run()
    assert f"igny8 resume {run}" in answer.err
    assert (await igny8("credits", "add", "1000")).code == 0
    resumed = await igny8("resume", str(run))
    assert resumed.code == 0, resumed
    assert f"Run {run}: completed" in resumed.out


async def test_failed_items_are_named_with_the_command_that_tries_them_again(
    igny8: Igny8, account: UUID
) -> None:
    failed = await automate(igny8, IMAGE_MODEL="demo-image+policy")
    assert failed.code == 1, failed
    run = await the_run()
    assert f"igny8 retry {run}" in failed.err
    assert "declined this item" in failed.err
    assert failed.err.count("not generated") == 1
    retried = await igny8("retry", str(run), "--stage", "6")
    assert retried.code == 0, retried
    assert "will be tried again" in retried.out


async def test_ctrl_c_cancels_the_run_and_tells_what_was_kept(igny8: Igny8, account: UUID) -> None:
    process = igny8.start(
        "automate",
        igny8.file("keywords.csv", CSV),
        "--out",
        str(igny8.folder / "out"),
        TEXT_MODEL="demo-text+hang",
    )
    try:
        await until_at_work(process.poll)
        process.send_signal(signal.SIGINT)
        out, err = await asyncio.to_thread(process.communicate, timeout=LIMIT)
    finally:
        process.kill()
    assert process.returncode == 130, (out, err)
    assert "Cancelled: " in out
    assert "given back" in out
    assert "Traceback" not in err
    async with DB.connection() as connection:
        assert await connection.fetchval("select status from automation_run") == "cancelled"
        assert await connection.fetchval("select sum(held) from credit_entry") == 0


async def test_ctrl_c_before_the_run_leaves_without_a_trace(igny8: Igny8, account: UUID) -> None:
    process = igny8.start(
        "automate",
        igny8.file("keywords.csv", CSV),
        "--out",
        str(igny8.folder / "out"),
        TEXT_MODEL="demo-text+hang",
    )
    try:
        async with asyncio.timeout(LIMIT):
            while not (igny8.folder / "out").exists():  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, err = await asyncio.to_thread(process.communicate, timeout=LIMIT)
    finally:
        process.kill()
    assert process.returncode == 130, err
    assert "Traceback" not in err


async def the_run() -> UUID:
    async with DB.connection() as connection:
        return UUID(str(await connection.fetchval("select id from automation_run")))


async def until_at_work(poll: object) -> None:
    """Return once an item is processing; fails if the command ends before."""
    async with asyncio.timeout(LIMIT):
        while True:
            async with DB.connection() as connection:
                if await connection.fetchval(
                    "select exists (select from run_item where status = 'processing')"
                ):
                    return
            assert callable(poll)
            assert poll() is None, "the command ended before it worked on anything"
            await asyncio.sleep(0.05)
