"""Control of a demo server from a test: its faults, gates and counts."""

from typing import Any

import httpx2
import pytest

from pipeline.settings import settings


class Demo:
    """A demo server that a test talks to beside the code under test."""

    def __init__(self, url: str, patch: pytest.MonkeyPatch) -> None:
        self.url, self._patch = url, patch
        base = url.removesuffix("/v1")
        self._http = httpx2.AsyncClient(base_url=base, trust_env=False, timeout=20)

    def set(self, **values: object) -> None:
        """Set settings of this test by name."""
        for name, value in values.items():
            self._patch.setenv(name.upper(), str(value))
        settings.cache_clear()

    async def fault(self, name: str, **more: object) -> None:
        """Add a fault."""
        await self._post("/demo/faults", {"fault": name, **more})

    async def hold(self, match: str, hold: bool = True) -> dict[str, Any]:
        """Close or open a gate."""
        return await self._post("/demo/gate", {"match": match, "hold": hold})

    async def reset(self) -> None:
        """Forget faults, gates and counts."""
        await self._post("/demo/reset", {})

    async def stats(self) -> dict[str, Any]:
        """The counts."""
        return dict((await self._http.get("/demo/stats")).json())

    async def calls(self) -> list[dict[str, Any]]:
        """Every call."""
        return list((await self._http.get("/demo/calls")).json())

    async def post(self, path: str, body: Any, key: str = "demo") -> httpx2.Response:
        """A request as any client would send it."""
        headers = {"Authorization": f"Bearer {key}"}
        return await self._http.post(path, json=body, headers=headers)

    async def get(self, path: str) -> httpx2.Response:
        """A GET."""
        return await self._http.get(path)

    async def close(self) -> None:
        await self._http.aclose()

    async def _post(self, path: str, body: object) -> dict[str, Any]:
        answer = await self._http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())
