"""Writing files into a folder that may hold other things: safe names, whole files or none.

A file appears under its name only when it is complete. Names are made of slugs and never leave the
folder; a link that stands where a folder of ours belongs is refused, not followed.
"""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from slugify import slugify

from pipeline.errors import Action, PipelineError

_MAX_NAME = 80
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d|index|articles)", re.IGNORECASE)
_SUFFIX = re.compile(r"\.(?:png|jpe?g|webp|gif|avif)", re.IGNORECASE)


class ExportRefused(PipelineError):
    """The folder cannot be written to. The message names it and says what to do."""

    action = Action("fix_data", "Choose another folder")
    retryable = False


def safe_name(slug: str, taken: set[str]) -> str:
    """A file name made of `slug`, unlike all in `taken` (which it joins): a-z, 0-9 and hyphens."""
    name = str(slugify(slug[:300], max_length=_MAX_NAME)) or "article"
    if _RESERVED.fullmatch(name):
        name = f"article-{name}"
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name}-{number}", number + 1
    taken.add(unique)
    return unique


def safe_suffix(path: str) -> str:
    """The ending of an image's file, `.png` if it is none that we know."""
    suffix = os.path.splitext(path)[1]
    return suffix.lower() if _SUFFIX.fullmatch(suffix) else ".png"


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents. Raises ExportRefused where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise ExportRefused(f"{folder} is a file; choose a folder to export to") from None
    except OSError as error:
        raise ExportRefused(f"{folder} cannot be made: {error.strerror}") from None


def make_subfolder(parent: Path, name: str) -> Path:
    """The folder `name` right under `parent`. Raises ExportRefused if it is a link or a file."""
    folder = parent / name
    if folder.is_symlink():
        raise ExportRefused(f"{folder} is a link to another place; remove it and export again")
    make_folder(folder)
    return folder


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Write `path` so that it holds all that was written, or what it held before.

    Raises ExportRefused if the folder cannot be written to.
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    except OSError as error:
        raise ExportRefused(f"{path.parent} cannot be written to: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(temporary, 0o644)  # mkstemp makes files that only their owner can read
        os.replace(temporary, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise ExportRefused(f"{path} cannot be written: {error.strerror}") from None
        raise


def write(path: Path, data: str | bytes) -> None:
    """Write a whole file; text as UTF-8."""
    with whole_file(path) as file:
        file.write(data.encode() if isinstance(data, str) else data)
