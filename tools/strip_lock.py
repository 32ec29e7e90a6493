"""Leave no host in `frontend/package-lock.json`, and find what `npm ci` would refuse.

npm keeps links to sponsors in the lock; where packages come from is each machine's own affair. A
registry that lacks a package of another platform makes npm leave it out of the lock without a word,
and `npm ci` then stops. `python tools/strip_lock.py` mends the first and fails for the second.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent.parent / "frontend" / "package-lock.json"


def strip(lock: dict[str, Any]) -> None:
    """Take everything out of `lock` that names a host and that `npm ci` does not need."""
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)


def faults(lock: dict[str, Any]) -> list[str]:
    """What is wrong with `lock`, in words; nothing if `npm ci` takes it."""
    packages = lock["packages"]
    hosts = sorted(set(re.findall(r"https?://[^/\"]+", json.dumps(lock))))
    found = [f"it names the host {host}" for host in hosts]
    for name, package in packages.items():
        for wanted in package.get("optionalDependencies", {}):
            places = (f"node_modules/{wanted}", f"{name}/node_modules/{wanted}")
            if not any(place in packages for place in places):
                found.append(f"{name} may need {wanted}, which is not in it: npm ci refuses that")
    return found


def main() -> None:
    """Strip the lock in place; exit with 1 and the reasons if it cannot be used."""
    lock = json.loads(LOCK.read_text())
    strip(lock)
    LOCK.write_text(json.dumps(lock, indent=2) + "\n")
    if found := faults(lock):
        sys.exit(f"{LOCK.name} cannot be used: " + "; ".join(found))


if __name__ == "__main__":
    main()
