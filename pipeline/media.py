"""Where image files are kept: a folder of this machine, or any object store that fsspec knows.

Names are fixed by the row they belong to, so writing again replaces; a reader sees the old file or
the new one, never half of one. All functions block: call them in a thread.
"""

import contextlib
import os
import re
import uuid
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import fsspec

from pipeline.settings import settings

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def image_path(account_id: UUID, content_id: UUID, image_id: UUID) -> str:
    """The path of an image's file within the store."""
    return f"{account_id}/{content_id}/{image_id}.jpg"


def write(path: str, data: bytes) -> None:
    """Store `data` under `path`, whole or not at all. Raises OSError, ValueError for a bad path."""
    files, root = _store()
    target = _inside(root, path)
    if _is_local(files):
        _write_local(Path(target), data)
    else:
        files.pipe_file(target, data)


def read(path: str) -> bytes:
    """The bytes under `path`. Raises FileNotFoundError, ValueError for a bad path."""
    files, root = _store()
    return bytes(files.cat_file(_inside(root, path)))


def exists(path: str) -> bool:
    """Whether there is a file under `path`."""
    files, root = _store()
    return bool(files.isfile(_inside(root, path)))


def delete(path: str) -> None:
    """Remove the file under `path`, if there is one."""
    files, root = _store()
    with contextlib.suppress(FileNotFoundError):
        files.rm_file(_inside(root, path))


def _store() -> tuple[Any, str]:
    return _opened(settings().media_url or os.path.abspath(f"{settings().data_dir}/media"))


@cache
def _opened(url: str) -> tuple[Any, str]:
    files, root = fsspec.core.url_to_fs(url)
    return files, root.rstrip("/")


def _is_local(files: Any) -> bool:
    return "file" in (files.protocol if isinstance(files.protocol, tuple) else (files.protocol,))


def _inside(root: str, path: str) -> str:
    if not _NAME.fullmatch(path):
        raise ValueError(f"not a path of the media store: {path!r}")
    return f"{root}/{path}"


def _write_local(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{uuid.uuid4().hex}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
