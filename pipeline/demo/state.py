"""What the demo server knows of its own life: rules, gates, and exact counts of calls."""

import asyncio
import time
from collections import Counter, deque

import msgspec

from pipeline.demo.faults import Rule


class Gate(msgspec.Struct):
    """Calls that contain `match` wait here until it is opened."""

    match: str
    opened: asyncio.Event
    waiting: int = 0


class Call(msgspec.Struct):
    """One call as it was counted. `key` is equal for equal requests."""

    number: int
    path: str
    kind: str
    model: str
    key: str
    started: float
    status: str = "open"
    ended: float | None = None
    faults: list[str] = []
    counted: bool = True


class State:
    """All of it for one server. Counts are exact: each call is counted when its body is read."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.gates: dict[str, Gate] = {}
        self.cut_off: dict[int, str] = {}
        self.calls: list[Call] = []
        self.reset()

    def reset(self) -> None:
        """Forget rules and counts; whoever waits at a gate goes on, and is counted no more."""
        self.rules.clear()
        for match in list(self.gates):
            self.open_gate(match)
        self.cut_off.clear()
        self.paths: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.keys: Counter[str] = Counter()
        for call in self.calls:
            call.counted = False
        self.calls = []
        self.now = self.most = 0
        self._accepted: deque[float] = deque()

    def begin(self, path: str, kind: str, model: str, key: str) -> Call:
        """Count a call that has come."""
        call = Call(len(self.calls) + 1, path, kind, model, key, time.time(), faults=[])
        self.calls.append(call)
        self.paths[path] += 1
        self.kinds[kind] += 1
        self.keys[f"{path} {key}"] += 1
        self.now += 1
        self.most = max(self.most, self.now)
        return call

    def end(self, call: Call, status: str) -> None:
        """Count how a call ended; only the first ending counts."""
        if call.ended is not None:
            return
        call.status, call.ended = status, time.time()
        if call.counted:
            self.statuses[status] += 1
            self.now -= 1

    def hit(self, call: Call, fault: str) -> None:
        """Count a fault that was acted out."""
        call.faults.append(fault)
        if call.counted:
            self.faults[fault] += 1

    def over_limit(self, rate: float) -> bool:
        """Whether one more request would be more than `rate` in a second; else it is counted."""
        now = time.monotonic()
        while self._accepted and self._accepted[0] <= now - 1.0:
            self._accepted.popleft()
        if len(self._accepted) >= rate:
            return True
        self._accepted.append(now)
        return False

    def close_gate(self, match: str) -> None:
        """From now on calls that contain `match` wait."""
        self.gates.setdefault(match, Gate(match, asyncio.Event()))

    def open_gate(self, match: str) -> int:
        """Let those who wait go on; returns how many they are."""
        gate = self.gates.pop(match, None)
        if gate is None:
            return 0
        gate.opened.set()
        return gate.waiting

    def gate_of(self, body: bytes) -> Gate | None:
        """The gate that holds a request."""
        return next((gate for gate in self.gates.values() if gate.match.encode() in body), None)

    def stats(self) -> dict[str, object]:
        """The counts as JSON. `repeated` are requests that came more than once, word for word."""
        return {
            "calls": len(self.calls),
            "paths": self.paths,
            "schemas": self.kinds,
            "statuses": self.statuses,
            "faults": self.faults,
            "repeated": {key: count for key, count in self.keys.items() if count > 1},
            "concurrent": {"now": self.now, "most": self.most},
            "held": {gate.match: gate.waiting for gate in self.gates.values()},
            "rules": [
                {"fault": rule.fault, "seen": rule.seen, "hits": rule.hits} for rule in self.rules
            ],
        }
