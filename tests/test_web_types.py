"""What the web app is built from: types that are the API's, packages that can be installed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from api.openapi_dump import dump
from tools.strip_lock import LOCK, faults

FRONTEND = Path(__file__).parent.parent / "frontend"
BROWSER_LOCK = Path(__file__).parent / "browser" / "package-lock.json"


def test_the_types_of_the_web_app_are_those_of_the_api(tmp_path: Path) -> None:
    node = shutil.which("node", path=str(Path(sys.executable).parent))
    assert node, "Node is missing from the environment: run `make setup-dev`."
    (tmp_path / "openapi.json").write_text(dump())
    subprocess.run(
        [
            *(node, "node_modules/openapi-typescript/bin/cli.js"),
            *(tmp_path / "openapi.json", "-o", tmp_path / "schema.d.ts"),
        ],
        cwd=FRONTEND,
        check=True,
        capture_output=True,
    )
    kept = (FRONTEND / "src" / "api" / "schema.d.ts").read_text()
    assert kept == (tmp_path / "schema.d.ts").read_text(), "Run `make web-types`."


@pytest.mark.parametrize("lock", [LOCK, BROWSER_LOCK], ids=["frontend", "browser"])
def test_the_lock_names_no_host_and_lacks_nothing(lock: Path) -> None:
    assert faults(json.loads(lock.read_text())) == []


def test_every_version_is_named_exactly() -> None:
    package = json.loads((FRONTEND / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}
    exact = {
        name: v for name, v in versions.items() if v.removeprefix("npm:typescript@")[0].isdigit()
    }
    assert exact == versions


def test_a_package_that_npm_left_out_of_a_lock_is_found() -> None:
    lock = {"packages": {"node_modules/a": {"optionalDependencies": {"b": "1"}}}}
    assert faults(lock) == ["node_modules/a may need b, which is not in it: npm ci refuses that"]


def test_a_host_in_a_lock_is_found() -> None:
    lock = {"packages": {"node_modules/a": {"resolved": "https://packages.example/a.tgz"}}}
    assert faults(lock) == ["it names the host https://packages.example"]
