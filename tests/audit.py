"""`python -m tests.audit`: are holes known in what we depend on?

Fails when one is known. A machine without the network says so plainly and goes on: the answer is
not ours to make up.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PATIENCE = 120
NOT_CHECKED = 2


def python() -> int:
    """Ask pip-audit about the locked packages: 0 none, 1 some, NOT_CHECKED."""
    locked = ["-r", str(ROOT / "requirements.txt"), "--require-hashes", "--disable-pip"]
    quietly = ["--timeout", "10", "--progress-spinner", "off", "-f", "json"]
    done = _run([sys.executable, "-m", "pip_audit", *locked, *quietly])
    try:
        found = json.loads(done.stdout)["dependencies"] if done else None
    except (ValueError, KeyError):
        found = None
    if not found:
        return _told("Python packages", None)
    return _told(
        "Python packages",
        [
            f"{each['name']} {each['version']}: {hole['id']}"
            for each in found
            for hole in each.get("vulns", ())
        ],
    )


def node() -> int:
    """Ask npm about the frontend's lock file, where there is one."""
    folder = ROOT / "frontend"
    if not (folder / "package-lock.json").exists():
        return 0
    npm = shutil.which("npm", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    done = _run([npm, "audit", "--json", "--omit=dev"], cwd=folder) if npm else None
    try:
        found = json.loads(done.stdout)["vulnerabilities"] if done else None
    except (ValueError, KeyError):
        found = None
    if found is None:
        return _told("npm packages", None)
    return _told("npm packages", [f"{name}: {each['severity']}" for name, each in found.items()])


def _run(command: list[str], cwd: Path | None = None) -> "subprocess.CompletedProcess[str] | None":
    try:
        return subprocess.run(
            command,
            cwd=cwd,
            env=os.environ | {"NODE_USE_SYSTEM_CA": "1"},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def _told(what: str, holes: list[str] | None) -> int:
    if holes is None:
        print(f"{what}: not checked (the list of known holes cannot be reached)")
        return NOT_CHECKED
    print(f"{what}: {len(holes)} known holes" + "".join(f"\n  {hole}" for hole in holes))
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(1 if 1 in (python(), node()) else 0)
