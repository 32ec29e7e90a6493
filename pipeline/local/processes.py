"""Starting processes that die with us, recognising those left behind, and stopping both."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1


class LocalError(Exception):
    """Something on this machine is in the way. The message says what, and what to do."""


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` that has the kernel send `number` to the child when we die, however we die.

    The kernel watches the thread that forks, so call Popen from a thread that lives on. Elsewhere
    than on Linux there is no such thing: None, and the next start stops what was left behind.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def before_exec() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # we died between fork and prctl
            os._exit(1)

    return before_exec


def run_as(account: tuple[int, int] | None) -> dict[str, Any]:
    """Arguments of Popen that start a process as (uid, gid); none for ourselves."""
    if account is None:
        return {}
    user, group = account
    return {"user": user, "group": group, "extra_groups": []}


def command_line(pid: int) -> str:
    """The command line of a process, "" if there is no such process."""
    if sys.platform.startswith("linux"):
        try:
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return raw.replace(b"\0", b" ").decode(errors="replace")
    asked = subprocess.run(  # noqa: S603 - a fixed command and a number
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()


def pid_in(file: Path) -> int:
    """The process id in the first line of `file`; 0 if there is none."""
    try:
        return int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0


def stop_orphan(pid: int, marks: tuple[str, ...], number: signal.Signals) -> bool:
    """Stop the process `pid` if its command line holds all `marks`; False if it is another's.

    Raises LocalError if it is still there after 30 seconds.
    """
    if not is_ours(pid, marks):
        return False
    os.kill(pid, number)
    give_up = time.monotonic() + 30
    while is_ours(pid, marks):
        if time.monotonic() > give_up:
            raise LocalError(
                f"process {pid} of an earlier start does not stop. End it with: kill -9 {pid}"
            )
        time.sleep(0.02)
    return True


def is_ours(pid: int, marks: tuple[str, ...]) -> bool:
    """Whether `pid` lives and its command line holds all `marks`."""
    if pid <= 0:
        return False
    line = command_line(pid)
    return bool(line) and all(mark in line for mark in marks)


def stop_child(
    child: "subprocess.Popen[bytes] | None", *numbers: signal.Signals, grace: float = 30.0
) -> None:
    """Send each signal in turn, `grace` seconds apart, until the child is gone."""
    for number in numbers:
        if child is None or child.poll() is not None:
            return
        child.send_signal(number)
        try:
            child.wait(grace)
        except subprocess.TimeoutExpired:
            continue
