"""An image drawn anew over HTTP, by a real worker on the demo service."""

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.api.articles import IMAGES, add_reviewed, image_of, move, shown, value

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("workers")]

LIMIT = 60.0


async def drawn(client: httpx2.AsyncClient, image: UUID) -> tuple[dict[str, Any], set[int]]:
    """Have the image drawn; its row then, and the statuses its file had meanwhile."""
    run = (await client.post(f"{IMAGES}/{image}/regenerate")).json()["id"]
    seen = set()
    async with asyncio.timeout(LIMIT):
        while (await client.get(f"/api/v1/runs/{run}")).json()["status"] == "running":
            seen.add((await client.get(f"{IMAGES}/{image}/file")).status_code)
            await asyncio.sleep(0.02)
    assert (await client.get(f"/api/v1/runs/{run}")).json()["status"] == "completed"
    return dict((await client.get(f"{IMAGES}/{image}")).json()), seen


async def test_the_old_file_stays_until_the_new_one_is_there(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_reviewed(account)
    image = await image_of(content)
    await value("update image set path = null where id = $1", image)
    first, _ = await drawn(client, image)
    small = (await client.get(f"{IMAGES}/{image}/file", params={"width": 160})).content
    await move(client, content, "approve")
    version = (await client.get(f"{IMAGES}/{image}")).json()["version"]
    prompt = {"version": version, "prompt": "Quite another picture"}
    await client.patch(f"{IMAGES}/{image}", json=prompt)
    second, seen = await drawn(client, image)
    assert seen == {200}
    assert second["digest"] != first["digest"]
    tag = (await client.get(f"{IMAGES}/{image}/file")).headers["etag"]
    assert tag == f'"{second["digest"][:32]}"'
    again = (await client.get(f"{IMAGES}/{image}/file", params={"width": 160})).content
    assert again != small
    article = await shown(client, content)
    assert article["approved_at"] is None
    assert article["review"]["outdated"] is True
    shown_credits = (await client.get("/api/v1/credits")).json()
    assert (shown_credits["balance"], shown_credits["held"]) == (10_000 - 2 * 2, 0)
