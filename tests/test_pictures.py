import io
import resource
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipeline import thumbnails
from pipeline.pictures import BrokenPicture, recode
from pipeline.settings import settings


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


def chunk(name: bytes, body: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + body))
    return struct.pack(">I", len(body)) + name + body + checksum


def png_of(side: int, *chunks: bytes) -> bytes:
    """A PNG file that says it is `side` pixels wide and high, with these chunks in between."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + body


@pytest.mark.parametrize("side", [6_000, 60_000])
def test_a_small_file_that_unpacks_to_too_many_pixels_is_refused(side: int) -> None:
    with pytest.raises(BrokenPicture):
        recode(png_of(side))


def test_a_stored_file_that_unpacks_to_too_many_pixels_is_not_made_smaller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIA_URL", str(tmp_path))
    settings.cache_clear()
    (tmp_path / "bomb.png").write_bytes(png_of(60_000))
    with pytest.raises(BrokenPicture):
        thumbnails.thumbnail("bomb.png", 160, None)
    settings.cache_clear()


def test_a_note_that_unpacks_to_gigabytes_is_refused() -> None:
    """Each of 64 notes of 64 KB unpacks to 64 MB."""
    note = chunk(b"zTXt", b"note\x00\x00" + zlib.compress(bytes(64_000_000)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BrokenPicture):
        recode(png_of(8, *[note] * 64))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 128 * 1024  # KB


def test_of_a_moving_picture_only_the_first_frame_is_unpacked() -> None:
    frames = [Image.new("P", (300, 300), n) for n in range(100)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    kept = recode(data)
    assert (kept.width, kept.height) == (300, 300)
    assert len(data) < 100_000


def test_a_file_of_too_many_bytes_is_refused_unopened() -> None:
    with pytest.raises(BrokenPicture, match="bytes"):
        recode(bytes(33 * 1024 * 1024))
