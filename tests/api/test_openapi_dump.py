"""The description as a file: complete, the same each time, and made with no server running."""

import json
import os
import subprocess
import sys

from litestar import Litestar


def dumped(seed: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    return subprocess.run(
        [sys.executable, "-m", "api.openapi_dump"],
        env={**environment, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout


def test_it_prints_the_same_text_each_time() -> None:
    assert dumped("1") == dumped("2")


def test_it_names_every_path_of_the_app(app: Litestar) -> None:
    assert set(json.loads(dumped("1"))["paths"]) == set(app.openapi_schema.paths or {})
