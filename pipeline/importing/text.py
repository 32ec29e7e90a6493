"""Text of the bytes of a file: which encoding, and whether it is text at all.

A byte order mark decides; then UTF-8, if it fits; then UTF-16 without a mark, told by where its
NULs stand; then cp1252, if few letters are outside ASCII, as in western languages; and only for the
rest charset-normalizer's guess. The encoding taken is part of the result, so that a wrong guess
can be seen.
"""

import codecs

from charset_normalizer import from_bytes

from pipeline.importing.refused import ImportRefused

_SAMPLE = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KNOWN = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a SQLite database"),
)
_PAGE = (b"<!doctype html", b"<html", b"<?xml")
_START = 256
_CONTROL = bytes(set(range(32)) - set(b"\0\t\n\v\f\r\x1a\x1b"))
_FEW = 0.3
"""Share of letters outside ASCII up to which a text that is not UTF-8 is taken for cp1252."""


def to_text(data: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding. Raises ImportRefused if it is not text."""
    for start, what in _KNOWN:
        if data.startswith(start):
            raise ImportRefused(f"The file is {what}, not text. {_ADVICE}")
    if data[:_START].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_PAGE):
        raise ImportRefused(f"The file is a web page, not a list of keywords. {_ADVICE}")
    encoding = _encoding_of(data)
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        raise ImportRefused(
            f"The file is not {encoding} text throughout: byte {error.start:,} cannot be read. "
            "Save it again as UTF-8."
        ) from None


_ADVICE = "Export the keywords as CSV (UTF-8) and import that."


def _encoding_of(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    sample = data[:_SAMPLE]
    wide = _wide(sample)
    if wide:
        return wide
    controls = len(sample) - len(sample.translate(None, _CONTROL))
    nuls = sample.count(0)
    if controls > max(8, len(sample) // 50) or nuls * 10 > len(sample):
        raise ImportRefused(
            f"The file is binary, not text: {controls + nuls:,} of its first {len(sample):,} bytes "
            f"are control characters. {_ADVICE}"
        )
    if _is_utf8(data):
        return "utf-8"
    return _eight_bit(sample)


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: in mostly western text every other byte is NUL."""
    half = len(sample) // 2
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    if half >= 2 and high > half * 0.4 and low < half * 0.05:
        return "utf-16-le"
    if half >= 2 and low > half * 0.4 and high < half * 0.05:
        return "utf-16-be"
    return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _eight_bit(sample: bytes) -> str:
    text = sample.decode("cp1252", errors="replace")
    letters = [c for c in text if c.isalpha() or not c.isascii()]
    odd = sum(1 for c in letters if not c.isascii())
    if "\ufffd" not in text and odd <= len(letters) * _FEW:
        return "cp1252"
    best = from_bytes(sample).best()
    if best is None:
        raise ImportRefused(f"The encoding of the file cannot be told. {_ADVICE}")
    return best.encoding
