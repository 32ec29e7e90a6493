"""HEAD is answered as GET, without the body."""

import httpx2
import pytest


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/health/live", "/api/v1/keywords", "/api/v1/nowhere", "/schema"]
)
async def test_head_has_the_status_and_headers_of_get(
    client: httpx2.AsyncClient, path: str
) -> None:
    got, headed = await client.get(path), await client.head(path)
    assert (headed.status_code, headed.content) == (got.status_code, b"")
    assert headed.headers.keys() == got.headers.keys()


async def test_head_changes_nothing(client: httpx2.AsyncClient) -> None:
    assert (await client.head("/api/v1/clusters/delete")).status_code == 405
