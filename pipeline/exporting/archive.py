"""An export as one ZIP file, sent while it is being made: memory holds one article at a time.

The files are those of an export into a folder, and `missing.txt` where images are missing.
"""

import asyncio
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from pipeline.exporting.articles import find_articles, read_articles
from pipeline.exporting.export import Exported, Format, Lists, put_article
from pipeline.exporting.files import safe_name

_PACKED = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")
"""Files that would not get smaller."""


class _Outbox:
    """The file that `zipfile` writes to: it keeps what has not been sent yet."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes, /) -> int:
        self._waiting += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """What waits can still be taken."""

    def take(self) -> bytes:
        """What was written since the last time."""
        data = bytes(self._waiting)
        self._waiting.clear()
        return data


async def zip_articles(
    account_id: UUID, content_ids: Sequence[UUID], file_format: Format
) -> AsyncIterator[bytes]:
    """The ZIP file of the account's articles with these ids, with their images, piece by piece.

    Other ids are left out; so is an image whose file is gone, and listed.
    """
    formats: frozenset[Format] = frozenset((file_format,))
    out = _Outbox()
    archive = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
    made_at = datetime.now().timetuple()[:6]

    def put(name: str, data: str | bytes) -> None:
        facts = zipfile.ZipInfo(name, made_at)
        facts.external_attr = 0o644 << 16
        packed = name.endswith(_PACKED)
        facts.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        archive.writestr(facts, data)

    done, lists, taken = Exported(), Lists(formats), set[str]()
    ids = await find_articles(account_id, None, content_ids)
    async for article in read_articles(account_id, ids):
        name = safe_name(article.slug, taken)
        await asyncio.to_thread(put_article, article, name, formats, done, put)
        lists.add(article, name)
        yield out.take()
    lists.write(put, done.summary)
    if done.missing:
        lines = [f"{each.article}: {each.image}: {each.reason}\n" for each in done.missing]
        put("missing.txt", "".join(lines))
    archive.close()
    yield out.take()
