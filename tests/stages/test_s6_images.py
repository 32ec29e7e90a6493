import io
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image

from db.status import Phase
from pipeline.errors import AIProviderError, RetryLater, StorageError, ValidationError
from pipeline.stage import Done
from pipeline.stages.s6_images import STAGE
from tests.stages import rows
from tests.stages.service import Service


def png(width: int = 64, height: int = 48) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_picture_is_drawn_stored_and_noted_in_its_row(
    account: UUID, ai: Service, media_folder: Path
) -> None:
    ai.pictures = [png()]
    image = await rows.new_image(account)
    await rows.run(STAGE, await rows.new_job(account, STAGE, image))
    (row,) = await rows.fetch("SELECT * FROM image WHERE id = $1", image)
    file = media_folder / row["path"]
    assert row["path"] == f"{account}/{row['content_id']}/{image}.jpg"
    assert (row["width"], row["height"], row["size"]) == (64, 48, file.stat().st_size)
    with Image.open(file) as stored:
        assert (stored.format, stored.size) == ("JPEG", (64, 48))
    assert ai.asked[0][1]["prompt"] == "A kettle over a paper filter"


async def test_work_done_twice_leaves_one_file(
    account: UUID, ai: Service, media_folder: Path
) -> None:
    ai.pictures = [png(), png(80, 40)]
    image = await rows.new_image(account)
    job = await rows.by_hand(account, STAGE, image)
    await rows.run(STAGE, job)
    await rows.run(STAGE, job)
    assert len(files_in(media_folder)) == 1
    assert await rows.value("SELECT width FROM image WHERE id = $1", image) == 80


async def test_a_broken_picture_is_asked_for_again_later(
    account: UUID, ai: Service, media_folder: Path
) -> None:
    ai.pictures = [png()[:60]]
    image = await rows.new_image(account)
    with pytest.raises(RetryLater) as raised:
        await STAGE.work(await rows.new_job(account, STAGE, image))
    assert isinstance(raised.value.cause, AIProviderError)
    assert "cannot be decoded" in str(raised.value)
    assert files_in(media_folder) == []


async def test_a_full_disk_stops_the_run_with_its_reason(
    account: UUID, ai: Service, media_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    ai.pictures = [png()]
    image = await rows.new_image(account)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match="No space left on device"):
        await STAGE.work(await rows.new_job(account, STAGE, image))


async def test_an_image_without_a_prompt_fails_and_leads_to_it(account: UUID, ai: Service) -> None:
    image = await rows.new_image(account, prompt=" ")
    with pytest.raises(ValidationError, match="no prompt") as raised:
        await STAGE.work(await rows.new_job(account, STAGE, image))
    assert raised.value.action.href == f"/images?id={image}"


async def test_the_progress_shows_the_beginning_of_the_prompt(
    account: UUID, ai: Service, media_folder: Path
) -> None:
    ai.pictures = [png()]
    image = await rows.new_image(account, prompt="A kettle " * 40)
    job = await rows.new_job(account, STAGE, image)
    await STAGE.work(job)
    reports = job.report
    assert isinstance(reports, rows.Reports)
    (told,) = reports.of(Phase.AI_CALL)
    assert told["prompt"].startswith("A kettle A kettle")
    assert len(told["prompt"]) <= 80


async def test_an_automation_keeps_an_image_that_is_drawn_already(
    account: UUID, ai: Service, media_folder: Path
) -> None:
    ai.pictures = [png(), png(80, 40)]
    image = await rows.new_image(account)
    for _ in range(2):
        outcomes = await rows.run(STAGE, await rows.new_job(account, STAGE, image))
    assert outcomes == {image: Done(cost=0)}
    assert await rows.value("SELECT width FROM image WHERE id = $1", image) == 64
