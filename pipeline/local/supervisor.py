"""Keeps processes running: starts them, passes on what they print, starts again what died.

Each is in a session of its own, so Ctrl-C reaches only us, and is told by the kernel when we die.
Nothing blocks but `turn`, which waits for output, for a signal, or for its time to be over.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pipeline.local.processes import die_with_parent

SHORTEST, LONGEST = 0.5, 10.0
"""Seconds before a process that died is started again; doubles each time."""

STEADY = 30.0
"""Seconds after which a process counts as running well, and its delay as new."""

GRACE = 12.0
"""Seconds between asking a process to stop and killing it: more than ours need."""

LONGEST_LINE = 65_536

Say = Callable[[str, str], None]
"""say(name, line): what a process printed; the name "igny8" is ourselves."""


@dataclass
class Supervised:
    """One process by name, through all its lives."""

    name: str
    words: list[str]
    delay: float = SHORTEST
    due: float = 0.0
    born: float = 0.0
    child: "subprocess.Popen[bytes] | None" = None
    unread: bytes = b""
    groups: set[int] = field(default_factory=set)

    def running(self) -> bool:
        return self.child is not None and self.child.poll() is None


class Supervisor:
    """Processes that share an environment. Not thread-safe: use it from one long-lived thread."""

    def __init__(self, environment: dict[str, str], say: Say, grace: float = GRACE) -> None:
        self.environment = {"LOG_FORMAT": "text", **environment, "PYTHONUNBUFFERED": "1"}
        self.grace = grace
        self._say = say
        self._all: dict[str, Supervised] = {}
        self._selector = selectors.DefaultSelector()

    def watch(self, readable: int) -> None:
        """Have `turn` return early when this file descriptor has something to read."""
        self._selector.register(readable, selectors.EVENT_READ, None)

    def add(self, name: str, words: list[str]) -> None:
        """Keep `words` running under `name` from now on; a known name changes nothing."""
        if name not in self._all:
            self._all[name] = Supervised(name, words)
            self._start(self._all[name])

    def names(self) -> list[str]:
        """Names of all that is to run, running or about to be started again."""
        return list(self._all)

    def pid(self, name: str) -> int | None:
        """The process id of `name` if it runs."""
        one = self._all[name]
        return one.child.pid if one.child is not None and one.running() else None

    def turn(self, timeout: float) -> None:
        """Pass on output for at most `timeout` seconds, then start what is due."""
        for key, _ in self._selector.select(timeout):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    os.read(key.fd, 4096)
            else:
                self._read(key.data)
        now = time.monotonic()
        for one in self._all.values():
            if one.child is not None and not one.running():
                self._bury(one, now)
            if one.child is None and now >= one.due:
                self._start(one)

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop all: SIGTERM, and SIGKILL after the grace, or at once when `hurry()` says so."""
        running = [one for one in self._all.values() if one.running()]
        for one in running:
            assert one.child is not None
            one.child.terminate()
        give_up = time.monotonic() + self.grace
        while any(one.running() for one in running):
            if time.monotonic() > give_up or hurry():
                names = ", ".join(one.name for one in running if one.running())
                self._say("igny8", f"{names} did not stop in time and will be killed")
                break
            for key, _ in self._selector.select(0.05):
                if key.data is not None:
                    self._read(key.data)
        for one in self._all.values():
            self._finish(one)
        self._all.clear()

    def _start(self, one: Supervised) -> None:
        one.born = time.monotonic()
        try:
            one.child = subprocess.Popen(  # noqa: S603 - from the Procfile
                one.words,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        except OSError as error:
            self._say("igny8", f"{one.name} cannot be started: {error}")
            self._postpone(one, one.born)
            return
        one.groups.add(one.child.pid)
        assert one.child.stdout is not None
        os.set_blocking(one.child.stdout.fileno(), False)
        self._selector.register(one.child.stdout, selectors.EVENT_READ, one)

    def _read(self, one: Supervised) -> bool:
        """Pass on whole lines; False when there is nothing more to come for now."""
        assert one.child is not None
        assert one.child.stdout is not None
        try:
            data = os.read(one.child.stdout.fileno(), 65_536)
        except BlockingIOError:
            return False
        if not data:
            self._selector.unregister(one.child.stdout)
            return False
        *lines, one.unread = (one.unread + data).split(b"\n")
        if len(one.unread) > LONGEST_LINE:
            lines, one.unread = [*lines, one.unread], b""
        for line in lines:
            self._say(one.name, line.decode(errors="replace").rstrip("\r"))
        return True

    def _bury(self, one: Supervised, now: float) -> None:
        """Tell how it ended and when it comes back."""
        assert one.child is not None
        code = one.child.returncode
        self._close(one)
        if now - one.born > STEADY:
            one.delay = SHORTEST
        self._say("igny8", f"{one.name} {_ending(code)}; starting it again in {one.delay:g} s")
        self._postpone(one, now)

    def _postpone(self, one: Supervised, now: float) -> None:
        one.due, one.delay = now + one.delay, min(one.delay * 2, LONGEST)

    def _close(self, one: Supervised) -> None:
        """Pass on its last output and let go of it."""
        assert one.child is not None
        assert one.child.stdout is not None
        open_still = one.child.stdout.fileno() in _watched(self._selector)
        while open_still and self._read(one):
            pass
        if one.child.stdout.fileno() in _watched(self._selector):
            self._selector.unregister(one.child.stdout)
        if one.unread:
            self._say(one.name, one.unread.decode(errors="replace"))
        one.child.stdout.close()
        one.child, one.unread = None, b""
        one.groups = {group for group in one.groups if _exists(group)}

    def _finish(self, one: Supervised) -> None:
        for group in one.groups:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        if one.child is not None:
            one.child.wait()
            self._close(one)


def _watched(selector: selectors.BaseSelector) -> Iterable[int]:
    return [key.fd for key in selector.get_map().values()]


def _exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _ending(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"
