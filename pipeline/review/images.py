"""Are the planned images there, are their files real pictures, and can all of them be described?"""

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterator

from PIL import Image as Pillow

from db.status import ImageKind
from pipeline.review.article import Article, Picture
from pipeline.review.report import Check, Fix, judged, verdict
from pipeline.words import key_of

ALT = (5, 125)
"""Characters of an alt text."""

MAX_BYTES = 5_000_000
MAX_PIXELS = 50_000_000

Read = Callable[[str], bytes]
"""Bytes of a file of the media store by its path. Raises FileNotFoundError, ValueError."""


def check(article: Article, read: Read) -> Iterator[Check]:
    """Number of images, then file and alt text of each, then likeness among them."""
    featured = sum(picture.kind is ImageKind.FEATURED for picture in article.pictures)
    yield _count("featured_image", "featured image", featured, 1)
    inside = len(article.pictures) - featured
    yield _count("in_article_images", "in-article images", inside, article.in_article or 0)
    alts = Counter(key_of(picture.alt) for picture in article.pictures)
    seen: dict[bytes, Picture] = {}
    for picture in article.pictures:
        yield _alt(picture, alts[key_of(picture.alt)] > 1)
        data, fault = _file(picture, read)
        yield judged(
            "image_file",
            verdict(bool(fault)),
            value=fault or f"{len(data):,} bytes",
            limit=f"a picture of at most {MAX_BYTES:,} bytes",
            place=picture.name,
            message=f"The file of {picture.name} cannot be used: {fault}.",
            fix=Fix("draw_again", "Generate the image again", str(picture.id)),
        )
        if not fault:
            first = seen.setdefault(hashlib.sha256(data).digest(), picture)
            yield _repeated(picture, first)


def _count(name: str, what: str, found: int, planned: int) -> Check:
    return judged(
        name,
        verdict(found < planned),
        value=found,
        limit=f"at least {planned}",
        place="images",
        message=f"{found} of {planned} planned {what}" if planned > 1 else f"There is no {what}.",
        fix=Fix("prompt_images_again", "Write the image prompts again"),
    )


def _alt(picture: Picture, repeated: bool) -> Check:
    size = len(picture.alt.strip())
    bad = not ALT[0] <= size <= ALT[1]
    problem = f"has {size} characters" if bad else "is the same as another image's"
    return judged(
        "image_alt",
        verdict(bad or repeated),
        value="repeated" if repeated and not bad else size,
        limit=f"{ALT[0]} to {ALT[1]} characters, each different",
        place=picture.name,
        message=f"The alt text of {picture.name} {problem}.",
        fix=Fix("edit_alt", "Edit the alt text", str(picture.id)),
    )


def _repeated(picture: Picture, first: Picture) -> Check:
    again = first is not picture
    return judged(
        "image_repeated",
        verdict(False, again),
        value=f"the same as {first.name}" if again else "different",
        limit="each picture once",
        place=picture.name,
        message=f"The file of {picture.name} is the same picture as {first.name}.",
        fix=Fix("draw_again", "Generate the image again", str(picture.id)),
    )


def _file(picture: Picture, read: Read) -> tuple[bytes, str]:
    """The bytes of a picture, and what is wrong with them ("" if nothing)."""
    if not picture.path:
        return b"", "it has not been generated"
    try:
        data = read(picture.path)
    except (FileNotFoundError, ValueError):
        return b"", "it is not in the media store"
    if len(data) > MAX_BYTES:
        return data, f"it has {len(data):,} bytes"
    try:
        with Pillow.open(io.BytesIO(data)) as opened:
            size = opened.size
            if size[0] * size[1] > MAX_PIXELS:
                return data, f"it has {size[0]} × {size[1]} pixels"
            opened.load()
    except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError):
        return data, "it is not a whole picture"
    if picture.width and picture.height and size != (picture.width, picture.height):
        return data, f"it is {size[0]} × {size[1]}, not {picture.width} × {picture.height}"
    return data, ""
