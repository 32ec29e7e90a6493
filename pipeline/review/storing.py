"""From an article to its stored report: the checks, the comparison with others, the row.

The final review and the edit of a reviewed article come through here. A report is stored with the
fingerprint of the article that was checked, so that one that is outdated can be told.
"""

import asyncio
from collections.abc import Mapping
from uuid import UUID

import asyncpg
import msgspec

from db.articles import fingerprint
from db.status import ContentStatus
from piccolo_conf import DB
from pipeline import language, media
from pipeline.review import Article, Check, duplicates, inspect, make_report
from pipeline.review.reading import REVIEWABLE, read_article

_SAVE = """
    update content set review = $3, reviewed_as = $4, status = $5
    where account_id = $1 and id = $2 and status = any($6::text[])"""

_SAVE_AGAIN = f"""
    update content c set review = $3, reviewed_as = $4
    where account_id = $1 and id = $2 and review is not null and {fingerprint("c")} = $4"""


class Findings(msgspec.Struct, frozen=True):
    """What is found out about one article by itself; the comparison comes with saving."""

    checks: list[Check]
    sketch: list[str]
    in_article: int | None = None
    fingerprint: str = ""


def examine(article: Article) -> Findings:
    """Check one article by itself. Decodes images and tells languages: run it in a thread."""
    return Findings(
        inspect(article, media.read),
        duplicates.sketch(article.body),
        article.in_article,
        article.fingerprint,
    )


async def store(
    connection: asyncpg.Connection, account_id: UUID, found: Mapping[UUID, Findings]
) -> None:
    """Store the reports of a final review: drafts go on to review. Call it in a transaction."""
    await _take_turn(connection, account_id)
    for content_id, findings in found.items():
        report = await _report(connection, account_id, content_id, findings)
        await connection.execute(
            _SAVE,
            *(account_id, content_id, report, findings.fingerprint),
            *(ContentStatus.REVIEW.value, list(REVIEWABLE)),
        )
    await connection.execute("set local enable_seqscan = on")


async def review_again(account_id: UUID, content_id: UUID) -> None:
    """Make the report of a reviewed article that was edited one about the article as it is now.

    Its editorial status stays. If the article changes meanwhile, whoever changed it does the same.
    """
    article = await read_article(account_id, content_id)
    if article is None:
        return
    await language.load()
    findings = await asyncio.to_thread(examine, article)
    async with DB.transaction() as transaction:
        connection = transaction.connection
        await _take_turn(connection, account_id)
        report = await _report(connection, account_id, content_id, findings)
        await connection.execute(_SAVE_AGAIN, account_id, content_id, report, findings.fingerprint)


async def _take_turn(connection: asyncpg.Connection, account_id: UUID) -> None:
    """Let reports of one account be saved one after the other (each takes milliseconds).

    Else two copies that are reviewed at the same time would not see each other.
    """
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 7))", str(account_id)
    )
    # The planner does not count that reports are stored apart, and would read them all in turn.
    await connection.execute("set local enable_seqscan = off")


async def _report(
    connection: asyncpg.Connection, account_id: UUID, content_id: UUID, found: Findings
) -> dict[str, object]:
    alike = await duplicates.find_alike(connection, account_id, content_id, found.sketch)
    checks = [*found.checks, duplicates.check(alike)]
    report = make_report(checks, found.sketch, found.in_article)
    stored: dict[str, object] = msgspec.to_builtins(report)
    return stored
