from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import fsspec
import pytest

from pipeline import media
from pipeline.settings import settings

PATH = media.image_path(UUID(int=1), UUID(int=2), UUID(int=3))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("MEDIA_URL", raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    settings.cache_clear()
    yield tmp_path / "media"
    monkeypatch.undo()
    settings.cache_clear()


def test_files_lie_under_account_and_article_in_the_data_folder(folder: Path) -> None:
    media.write(PATH, b"bytes")
    assert (folder / str(UUID(int=1)) / str(UUID(int=2)) / f"{UUID(int=3)}.jpg").exists()
    assert media.read(PATH) == b"bytes"


def test_writing_again_replaces_and_leaves_nothing_else(folder: Path) -> None:
    media.write(PATH, b"one")
    media.write(PATH, b"two")
    assert [path.read_bytes() for path in folder.rglob("*") if path.is_file()] == [b"two"]


def test_a_reader_never_sees_half_a_file(folder: Path) -> None:
    files = [bytes([n]) * 300_000 for n in range(8)]
    media.write(PATH, files[0])
    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(media.write, PATH, data) for data in files]
        while not all(each.done() for each in writing):
            assert media.read(PATH) in files
        for each in writing:
            each.result()


def test_a_write_that_fails_leaves_the_old_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media.write(PATH, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        media.write(PATH, b"new")
    assert [path.read_bytes() for path in folder.rglob("*") if path.is_file()] == [b"old"]


def test_deleting_twice_is_no_error(folder: Path) -> None:
    media.write(PATH, b"bytes")
    media.delete(PATH)
    media.delete(PATH)
    assert not media.exists(PATH)
    with pytest.raises(FileNotFoundError):
        media.read(PATH)


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../secret", "a/../b", "a//b", "a/", ".hidden", "a\x00b", "a\\b"]
)
def test_a_path_that_leads_out_of_the_store_is_refused(folder: Path, path: str) -> None:
    for act in (media.read, media.exists, media.delete, lambda p: media.write(p, b"")):
        with pytest.raises(ValueError, match="not a path of the media store"):
            act(path)


def test_an_object_store_is_used_when_one_is_set(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIA_URL", "memory://pictures")
    settings.cache_clear()
    media.write(PATH, b"bytes")
    assert media.read(PATH) == b"bytes"
    assert fsspec.filesystem("memory").cat_file(f"/pictures/{PATH}") == b"bytes"
    assert not folder.exists()
