"""Articles of the samples as rows of the database, with their images in a media store."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from db.columns import uuid7
from piccolo_conf import DB
from pipeline.review import Article
from pipeline.settings import settings
from tests.review.samples import STORE


@contextlib.contextmanager
def media_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make `folder` the media store for a while and put the samples' images there."""
    folder.mkdir(exist_ok=True)
    for name, data in STORE.items():
        (folder / name).write_bytes(data)
    monkeypatch.setenv("MEDIA_URL", str(folder))
    settings.cache_clear()
    yield folder
    monkeypatch.undo()
    settings.cache_clear()


async def add_article(account: UUID, article: Article, **columns: object) -> UUID:
    """Cluster, idea, task, content and images of `article`; `columns` are set on the content."""
    cluster, idea, task, content = uuid7(), uuid7(), uuid7(), uuid7()
    outline = msgspec.to_builtins(article.outline)
    async with DB.connection() as connection:
        await connection.execute(
            "insert into cluster (id, account_id, name, key) values ($1, $2, $3, $3)",
            cluster,
            account,
            f"Cluster {cluster}",
        )
        plan = (article.title, outline, article.primary_keyword, article.target_words)
        await connection.execute(
            "insert into content_idea (id, account_id, cluster_id, title, key, outline,"
            " primary_keyword, target_words, content_type)"
            " values ($1, $2, $3, $4, $4, $5, $6, $7, 'guide')",
            idea,
            account,
            cluster,
            *plan,
        )
        await connection.execute(
            "insert into task (id, account_id, idea_id, cluster_id, title, outline,"
            " primary_keyword, target_words, content_type)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, 'guide')",
            task,
            account,
            idea,
            cluster,
            *plan,
        )
        facts = {
            name: getattr(article, name)
            for name in ("title", "slug", "meta_title", "meta_description", "excerpt", "body")
        }
        facts |= {"language": article.language, "word_count": 321, **columns}
        places = ", ".join(f"${number}" for number in range(4, 4 + len(facts)))
        await connection.execute(
            f"insert into content (id, account_id, task_id, {', '.join(facts)})"
            f" values ($1, $2, $3, {places})",
            content,
            account,
            task,
            *facts.values(),
        )
        for picture in article.pictures:
            await connection.execute(
                "insert into image (account_id, content_id, kind, position, section, prompt, alt,"
                " path, width, height) values ($1, $2, $3, $4, $5, 'a picture', $6, $7, $8, $9)",
                account,
                content,
                picture.kind.value,
                picture.position,
                picture.section,
                picture.alt,
                picture.path,
                picture.width,
                picture.height,
            )
    return content
