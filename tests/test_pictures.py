import io
import struct
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipeline.pictures import BrokenPicture, recode


def encoded(picture: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_known_formats_become_jpeg_of_the_same_size(kind: str) -> None:
    kept = recode(encoded(Image.new("RGB", (40, 30), "red"), kind))
    assert (kept.width, kept.height) == (40, 30)
    assert (decoded(kept.data).format, decoded(kept.data).size) == ("JPEG", (40, 30))


def test_metadata_is_left_out() -> None:
    notes = PngInfo()
    notes.add_text("prompt", "a secret prompt")
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    data = encoded(Image.new("RGB", (8, 8)), "PNG", pnginfo=notes, exif=exif)
    assert b"secret" in data
    assert b"secret" not in recode(data).data
    assert not decoded(recode(data).data).getexif()


def test_a_turned_picture_is_stored_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = recode(encoded(Image.new("RGB", (40, 30)), "JPEG", exif=exif))
    assert (kept.width, kept.height) == (30, 40)


def test_transparent_parts_become_white() -> None:
    kept = recode(encoded(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG"))
    colour = decoded(kept.data).getpixel((4, 4))
    assert isinstance(colour, tuple)
    assert min(colour) > 250


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>busy</html>", b"\x89PNG\r\n\x1a\n" + bytes(50), b"%!PS-Adobe-3.0 EPSF-3.0\n"],
)
def test_bytes_that_are_no_picture_are_refused(data: bytes) -> None:
    with pytest.raises(BrokenPicture, match="cannot be decoded"):
        recode(data)


def test_a_cut_file_is_refused() -> None:
    whole = encoded(Image.effect_noise((200, 200), 60), "PNG")
    with pytest.raises(BrokenPicture, match="cannot be decoded"):
        recode(whole[: len(whole) // 2])


@pytest.mark.parametrize("side", [6_000, 60_000])
def test_a_small_file_that_unpacks_to_too_many_pixels_is_refused(side: int) -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + checksum

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    bomb += chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    with pytest.raises(BrokenPicture):
        recode(bomb)


def test_a_file_of_too_many_bytes_is_refused_unopened() -> None:
    with pytest.raises(BrokenPicture, match="bytes"):
        recode(bytes(33 * 1024 * 1024))
