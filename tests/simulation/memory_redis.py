"""Redis in memory: the real scripts in Lua 5.1, as in Redis, on the commands of `redis.lua`.

Nothing here waits or fails; the world that runs it decides when a command happens, whether it is
sent twice and whether its answer arrives.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline import queue

try:  # speaks the Lua 5.1 that Redis embeds, and is much quicker
    from lupa import luajit21 as lua
except ImportError:  # not built for this machine
    from lupa import lua51 as lua  # type: ignore[no-redef]

SCRIPTS = (
    *("sync", "fill", "claim", "settle", "release", "reap", "overdue", "adopt", "renew", "reopen"),
    *("cancel", "stage", "expire", "look", "snapshot", "tell", "raise", "restore"),
)


START = 1_700_000_000_000
"""Redis milliseconds when a history begins: the scripts tell times from positions by size."""


class Broken(AssertionError):
    """Something that must hold at every step does not."""


class MemoryRedis:
    """One server; `now` is in seconds."""

    def __init__(self, scripts: Mapping[str, bytes] | None = None) -> None:
        self.lua = lua.LuaRuntime(encoding=None, unpack_returned_tuples=True)
        # Only its interpreter: scripts that make their functions anew are compiled in vain.
        self.lua.execute(b"if jit then jit.off() end")
        self.lua.execute((Path(__file__).parent / "redis.lua").read_bytes())
        self.globals = self.lua.globals()
        self.globals[b"server"] = b"0" * 40
        texts = scripts or {name: queue.source(name) for name in SCRIPTS}
        self.scripts = {name: self._load(text) for name, text in texts.items()}
        self.clock = START
        self._run = self.globals[b"run"]
        self._redis = self.globals[b"command"]
        self._wrong = self.globals[b"wrong"]

    def _load(self, text: bytes) -> Any:
        return self.lua.execute(b"return function()\n" + text + b"\nend")

    def at(self, now: float) -> None:
        """Set the server's clock."""
        self.clock = START + int(now * 1000)

    def flush(self) -> None:
        """Forget everything, as FLUSHALL does."""
        self.globals[b"flush"]()

    def script(self, name: str, meta: str, events: str, *args: Any) -> Any:
        """Run a script as EVALSHA would; its reply as redis-py gives it."""
        script = self.scripts[name]
        return _reply(self._run(self.clock, script, _raw(meta), _raw(events), *map(_raw, args)))

    def command(self, name: str, *args: Any) -> Any:
        """One command from outside; its reply as redis-py gives it without decoding."""
        return _reply(self._redis(self.clock, *map(_raw, (name, *args))))

    def check(self, base: str, first: int, last: int) -> None:
        """Raise Broken when the sets of a run contradict each other."""
        found = self._wrong(self.clock, _raw(base), first, last)
        if found:
            raise Broken(found.decode())


@lru_cache(20_000, typed=True)
def _raw(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _reply(value: Any) -> Any:
    """Lua to Redis to Python: numbers lose their fraction, false is nothing, a list ends at nil.

    A list comes as its length and its values, see `reply` in redis.lua.
    """
    kind = type(value)
    if kind is bytes or kind is int:
        return value
    if kind is tuple:
        return [
            each if type(each) is bytes else _reply(each) for each in value[1 : 1 + int(value[0])]
        ]
    if kind is float:
        return int(value)
    if value is None or value is False:
        return None
    if value is True:
        return 1
    if (ok := value[b"ok"]) is not None:
        return ok
    return [_reply(value[i]) for i in range(1, len(value) + 1)]
