"""Small copies of images, made when first asked for and kept in the media store beside the image.

A copy carries the digest of the file it was made from as its JPEG comment, so that one of an older
drawing is recognised and made anew, whoever wrote it when. All functions block: call them in a
thread.
"""

import hashlib
import io
import logging

import msgspec
from PIL import Image

from pipeline import media
from pipeline.pictures import FORMATS, MOST_PIXELS, BrokenPicture

log = logging.getLogger(__name__)

WIDTHS = (160, 320, 640, 1280)
"""Pixels. Few widths, so that few copies are kept; a wish is rounded up to one of them."""

QUALITY = 80


class File(msgspec.Struct, frozen=True):
    """An image file; `digest` is the SHA-256 of the drawing that it shows, in hexadecimal."""

    data: bytes
    media_type: str
    digest: str


def width_for(wanted: int) -> int:
    """The kept width for a wish in pixels: the next one that is as wide, else the widest."""
    return next((width for width in WIDTHS if width >= wanted), WIDTHS[-1])


def original(path: str) -> File:
    """The file under `path`. Raises FileNotFoundError, ValueError, BrokenPicture."""
    data = media.read(path)
    with _opened(data) as picture:
        media_type = Image.MIME[picture.format or ""]
    return File(data, media_type, hashlib.sha256(data).hexdigest())


def thumbnail(path: str, width: int, digest: str | None) -> File:
    """The image under `path` at most `width` (one of WIDTHS) wide; never larger than it is.

    `digest` is that of the drawing as far as known: with it a kept copy needs no look at the
    drawing. Raises FileNotFoundError, ValueError, BrokenPicture.
    """
    kept = _kept(_name(path, width))
    if kept is not None and kept.digest == digest:
        return kept
    drawing = original(path)
    if kept is not None and kept.digest == drawing.digest:
        return kept
    small = _smaller(drawing, width)
    try:
        media.write(_name(path, width), small.data)
    except OSError as error:  # shown all the same; made again next time
        log.warning("the small copy of %s cannot be kept: %s", path, error)
    return small


def delete(path: str) -> None:
    """Remove the file under `path` and its small copies."""
    for name in (path, *(_name(path, width) for width in WIDTHS)):
        media.delete(name)


def _name(path: str, width: int) -> str:
    return f"{path.rpartition('.')[0] or path}.w{width}.jpg"


def _kept(name: str) -> File | None:
    try:
        data = media.read(name)
        with _opened(data) as picture:
            digest = picture.info.get("comment", b"").decode("ascii", "replace")
    except (FileNotFoundError, BrokenPicture):
        return None
    return File(data, "image/jpeg", digest)


def _smaller(drawing: File, width: int) -> File:
    out = io.BytesIO()
    with _opened(drawing.data) as picture:
        try:
            picture.thumbnail((width, MOST_PIXELS))
            flat = picture.convert("RGB")
        except (OSError, SyntaxError, ValueError) as error:
            raise BrokenPicture(f"it cannot be decoded ({error})") from error
    flat.save(out, "JPEG", quality=QUALITY, comment=drawing.digest.encode())
    return File(out.getvalue(), "image/jpeg", drawing.digest)


def _opened(data: bytes) -> Image.Image:
    """The picture, its pixels not decoded yet."""
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BrokenPicture(f"it cannot be decoded ({error})") from error
    if picture.width * picture.height > MOST_PIXELS:
        raise BrokenPicture(f"{picture.width} × {picture.height} pixels are more than are taken")
    return picture
