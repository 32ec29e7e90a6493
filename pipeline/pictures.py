"""Image files as an AI service sends them, made fit to keep: checked, bare of metadata, one format.

Files come from outside, so only known formats are opened, and never one that would unpack to more
pixels than any article needs.
"""

import io

import msgspec
from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")
MOST_BYTES = 32 * 1024 * 1024
MOST_PIXELS = 24_000_000
QUALITY = 85


class BrokenPicture(Exception):
    """These bytes are no picture that can be kept. The message says why."""


class Picture(msgspec.Struct, frozen=True):
    """A JPEG file; width and height in pixels."""

    data: bytes
    width: int
    height: int


def recode(data: bytes) -> Picture:
    """`data` decoded and written again as JPEG, without metadata, upright, transparency on white.

    JPEG, because it opens everywhere (mail and link previews too) and costs a tenth of WebP's time.
    Raises BrokenPicture. Blocks for some 20 ms a megapixel: call it in a thread.
    """
    if len(data) > MOST_BYTES:
        raise BrokenPicture(f"it has {len(data):,} bytes, at most {MOST_BYTES:,} are taken")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            width, height = opened.size
            if width * height > MOST_PIXELS:
                raise BrokenPicture(f"{width} × {height} pixels are more than are taken")
            picture = _flat(ImageOps.exif_transpose(opened))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BrokenPicture(f"it cannot be decoded ({error})") from error
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=False)
    return Picture(out.getvalue(), *picture.size)


def _flat(picture: Image.Image) -> Image.Image:
    """The pixels alone, in RGB."""
    if picture.has_transparency_data:
        colours = picture.convert("RGBA")
        white = Image.new("RGB", colours.size, "white")
        white.paste(colours, mask=colours.getchannel("A"))
        return white
    flat = picture.convert("RGB")
    flat.info.clear()
    return flat
