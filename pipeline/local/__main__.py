"""A temporary owner, started by a command that found nothing running; ends with its last user."""

import sys
from pathlib import Path

from pipeline.local.environment import load
from pipeline.local.owner import Owner
from pipeline.local.processes import LocalError
from pipeline.local.servers import Busy
from pipeline.settings import BadSetting


def say(name: str, line: str) -> None:
    """Into local.log."""
    sys.stdout.write(f"{name} | {line}\n")
    sys.stdout.flush()


def main(data: Path) -> int:
    """Own `data` until nobody uses it. Returns the exit code."""
    try:
        Owner(data, say, temporary=True).run()
    except Busy:
        return 0  # another command was faster: it will be used
    except (LocalError, BadSetting) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(load()))
