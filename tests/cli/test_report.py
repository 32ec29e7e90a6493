"""The end of a run in words: which articles need attention, tokens that nobody told."""

from pathlib import Path
from uuid import UUID

import pytest

from api.cli.report import attention, make_report, print_report
from pipeline import progress
from tests.api.articles import BALKON, COFFEE, TRAIL, add_item, add_reviewed, value
from tests.review.rows import media_in


@pytest.fixture(autouse=True)
def media_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "object":
    with media_in(tmp_path / "media", monkeypatch) as folder:
        yield folder


async def reviewed_run(account: UUID, *contents: UUID) -> UUID:
    run = await add_item(account, contents[0], 7, "completed")
    for place, content in enumerate(contents[1:], 1):
        await value(
            "insert into run_item (run_id, account_id, stage, item_id, position)"
            " values ($1, $2, 7, $3, $4)",
            *(run, account, content, place),
        )
    await value("update run_item set status = 'completed'")
    await value("insert into run_stage (run_id, stage, status) values ($1, 7, 'closed')", run)
    return run


async def test_articles_that_need_attention_are_named_with_their_first_reason(
    account: UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    good = await add_reviewed(account, COFFEE)
    short = await add_reviewed(account, TRAIL, body="Too short.", excerpt="")
    other = await add_reviewed(account, BALKON, excerpt="")
    run = await reviewed_run(account, good, short, other)
    now = await progress.read(account, run)
    assert now is not None
    report = await make_report(account, now)
    assert report.need_attention == 2
    lines = attention(report)
    assert lines[0] == "2 articles need attention:"
    assert lines[1].startswith(f"  {TRAIL.title!r}: The excerpt is empty. (and ")
    assert lines[2] == f"  {BALKON.title!r}: The excerpt is empty."
    print_report(report)
    assert lines[1] in capsys.readouterr().out


async def test_tokens_that_nobody_told_are_unknown(
    account: UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    run = await reviewed_run(account, await add_reviewed(account, COFFEE))
    now = await progress.read(account, run)
    assert now is not None
    report = await make_report(account, now)
    print_report(report)
    assert (report.tokens_in, report.need_attention) == (None, 0)
    assert "Tokens: unknown in, unknown out." in capsys.readouterr().out
