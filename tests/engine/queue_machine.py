"""Random histories of the scripts on a real Redis, held against the model after every step."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

import redis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pipeline import queue
from tests.engine.queue_model import LATER, OPEN, SETS, Model

ITEMS = [f"item-{n}" for n in range(6)]
NAMES = (
    *("sync", "fill", "claim", "settle", "release", "reap"),
    *("adopt", "renew", "reopen", "cancel", "stage", "expire"),
)
STATUSES = ("running", "running", "paused", "failed", "completed")
LEASE = 600_000

stages = st.integers(1, 3)
some = st.lists(st.sampled_from(ITEMS), min_size=1, max_size=4, unique=True)
outcome = st.sampled_from(("completed", "failed"))
positions = st.integers(0, 9)
which = st.integers(0, 1000)
turns = st.sampled_from(["turn-1", "turn-2", "turn-3", "turn-4"])


class QueueMachine(RuleBasedStateMachine):
    """One run of three stages; tokens that are over stay known, as late workers know them."""

    def __init__(self, client: redis.Redis, scripts: Mapping[str, bytes]) -> None:
        super().__init__()
        self.client = client
        self.scripts = {n: client.register_script(text) for n, text in scripts.items()}
        self.base = f"igny8:{{{uuid.uuid4()}}}:run:{uuid.uuid4()}:"
        self.events = self.base.split(":run:")[0] + ":events"
        self.model = Model()
        self.tokens: dict[str, tuple[int, list[str]]] = {}
        self.claims = 0
        self.seen = "-"
        self.ended: dict[tuple[int, str], str] = {}
        self.may_reopen = False

    def call(self, name: str, *args: Any) -> Any:
        return self.scripts[name](keys=[self.base + "meta", self.events], args=list(args))

    def token(self, number: int) -> str | None:
        """Mostly one that holds a claim, sometimes one whose claim is over."""
        names = sorted(self.model.leases if number % 4 else self.tokens)
        return names[number % len(names)] if names else None

    @initialize(concurrency=st.integers(1, 3))
    def begin(self, concurrency: int) -> None:
        self.sync("running", 1, concurrency)
        self.fill(1, dict.fromkeys(ITEMS[:4], "queued"), 0, 0)

    @rule(status=st.sampled_from(STATUSES), step=st.integers(-1, 2), concurrency=st.integers(1, 3))
    def sync(self, status: str, step: int, concurrency: int) -> None:
        version = max(1, self.model.version + step)
        self.call("sync", status, version, concurrency, "the-run", 1, 3)
        self.model.sync(status, version, concurrency)

    @precondition(lambda self: self.model.known and self.model.status != "running")
    @rule()
    def resume(self) -> None:
        self.sync("running", 1, self.model.concurrency)

    @rule(
        stage=stages,
        items=st.dictionaries(
            st.sampled_from(ITEMS), st.sampled_from(["queued", "processing", "completed", "failed"])
        ),
        position=positions,
        attempts=st.integers(0, 2),
    )
    def fill(self, stage: int, items: dict[str, str], position: int, attempts: int) -> None:
        if not self.model.known:
            return  # rebuild tells the run first
        flat = [x for i, status in items.items() for x in (i, status, position, attempts)]
        new = sum(self.model.fill(stage, i, s, position, attempts) for i, s in items.items())
        assert self.call("fill", stage, *flat) == new

    @rule(
        order=st.permutations([1, 2, 3]),
        batch=st.integers(1, 3),
        replies=st.integers(1, 2),
        turn=turns,
    )
    def claim(self, order: list[int], batch: int, replies: int, turn: str) -> None:
        """`replies` 2: the first reply was lost and the same call is sent again."""
        wanted = [(stage, batch) for stage in order]
        self.claims += 1
        token = f"token-{self.claims:04}"
        refusal, taken = self.model.refusal(turn), None
        if refusal is None:
            taken = self.model.claim(turn, token, wanted)
        for _ in range(replies):
            flat = [x for pair in wanted for x in pair]
            self.check_claim(self.call("claim", turn, token, LEASE, *flat), refusal, taken)
        if taken:
            self.tokens[token] = (taken[0], list(taken[1]))

    def check_claim(
        self, answer: list[Any], refusal: str | None, taken: tuple[int, list[str]] | None
    ) -> None:
        if taken is None:
            assert answer == [(refusal or "NONE").encode()]
            return
        stage, items = taken
        pending, processing, *ended = self.model.counts(stage)
        assert answer[:5] == [b"OK", stage, pending, processing, sum(ended)]
        assert answer[5] == self.model.version
        held = {answer[i].decode(): tuple(answer[i + 1 : i + 3]) for i in range(6, len(answer), 3)}
        notes = self.model
        expected = {i: (notes.attempts[stage, i], notes.deaths.get((stage, i), 0)) for i in items}
        assert held == expected

    @rule(
        number=which,
        outcomes=st.lists(outcome, min_size=3, max_size=3),
        children=st.dictionaries(st.sampled_from(ITEMS), positions, max_size=2),
        times=st.integers(1, 2),
    )
    def settle(
        self, number: int, outcomes: list[str], children: dict[str, int], times: int
    ) -> None:
        """Also by tokens whose claim is over, and twice."""
        token = self.token(number)
        if token is None:
            return
        stage, items = self.tokens[token]
        if stage == 3:
            children = {}
        self.may_reopen = bool(children) and token not in self.model.settled
        self.may_reopen |= any(self.model.where.get((stage, i)) == "cancelled" for i in items)
        moves = dict(zip(items, outcomes, strict=False))
        flat = [x for pair in (*moves.items(), *children.items()) for x in pair]
        for _ in range(times):
            expected = self.model.settle(stage, token, moves, children)
            answer = self.call("settle", stage, token, 5, len(moves), *flat)
            assert answer == [expected[0], int(expected[1]), expected[2]]

    @rule(
        number=which,
        later=st.booleans(),
        refund=st.booleans(),
        alone=st.booleans(),
        times=st.integers(1, 2),
    )
    def release(self, number: int, later: bool, refund: bool, alone: bool, times: int) -> None:
        token = self.token(number)
        if token is None:
            return
        stage, items = self.tokens[token]
        for _ in range(times):
            expected = self.model.release(stage, token, items, later, refund, alone)
            how = LEASE if later else 0, int(refund), int(alone)
            assert self.call("release", stage, token, *how, *items) == expected

    @rule()
    def delays_pass(self) -> None:
        for (stage, item), due in self.model.due.items():
            if due == LATER:
                self.model.due[stage, item] = 0
                self.client.zadd(f"{self.base}s{stage}:order", {item: 0})

    @precondition(lambda self: self.model.leases)
    @rule(number=which, reaped=st.booleans())
    def lease_runs_out(self, number: int, reaped: bool) -> None:
        token = sorted(self.model.leases)[number % len(self.model.leases)]
        lease = self.model.leases[token]
        lease.expired = True
        self.client.zadd(f"{self.base}leases", {f"{lease.stage}:{token}": 1})
        if reaped:
            self.reap()

    @rule()
    def reap(self) -> None:
        assert self.call("reap", 500) == self.model.reap()

    @rule(number=which, times=st.integers(1, 2))
    def adopt(self, number: int, times: int) -> None:
        """A worker that never paused takes back its claim after a flush or a rash reap."""
        token = self.token(number)
        if token is None or token in self.model.settled:
            return
        stage, items = self.tokens[token]
        for _ in range(times):
            expected = self.model.adopt(stage, token, items)
            assert self.call("adopt", stage, token, LEASE, *items) == int(expected)

    @rule(turn=turns)
    def slot_runs_out(self, turn: str) -> None:
        if turn in self.model.slots:
            self.model.slots.remove(turn)
            self.client.zadd(f"{self.base}slots", {turn: 1})

    @rule(turn=turns)
    def leave(self, turn: str) -> None:
        self.model.slots.discard(turn)
        self.client.zrem(f"{self.base}slots", turn)

    @rule(at_work=st.lists(turns, unique=True))
    def renew(self, at_work: list[str]) -> None:
        pairs = [x for token, (stage, _) in self.tokens.items() for x in (stage, token)]
        status, *lost = self.call("renew", LEASE, len(at_work), *at_work, *pairs)
        expected = self.model.status.encode() if self.model.known else None
        assert status == expected
        gone = set(self.tokens) - set(self.model.leases) if self.model.known else set()
        assert {name.decode() for name in lost} == gone | self.model.keep_slots(at_work)
        for lease in self.model.leases.values():
            lease.expired = False

    @rule(stage=stages, items=some, position=positions)
    def reopen(self, stage: int, items: list[str], position: int) -> None:
        if not self.model.known:
            return  # controls make sure that Redis knows the run
        self.may_reopen = True
        given = dict.fromkeys(items, position)
        flat = [x for pair in given.items() for x in pair]
        assert self.call("reopen", stage, *flat) == self.model.reopen(stage, given)

    @rule(step=st.integers(-1, 1))
    def cancel(self, step: int) -> None:
        version = max(1, self.model.version + step)
        assert self.call("cancel", version) == self.model.cancel(version)

    @rule(stage=stages, status=st.sampled_from(["open", "closed"]))
    def set_stage(self, stage: int, status: str) -> None:
        new = self.model.known and self.model.open_stages.get(stage) != status
        assert self.call("stage", stage, status) == int(new)
        if new:
            self.model.open_stages[stage] = status

    @rule(seconds=st.sampled_from([-1, 10_000]))
    def expire(self, seconds: int) -> None:
        self.call("expire", seconds)

    @rule(told=st.booleans())
    def flush(self, told: bool) -> None:
        """Everything is forgotten; `told` again from what PostgreSQL would say."""
        model, status, version = self.model, self.model.status, self.model.version
        stored = dict(model.where)
        concurrency = model.concurrency
        for name in self.client.scan_iter(match=f"{self.base}*"):
            self.client.delete(name)
        model.flush()
        self.ended.clear()
        if not told:
            return
        self.sync(status, version - model.version, concurrency)
        for (stage, item), where in stored.items():
            self.fill(stage, {item: "queued" if where in OPEN else where}, 1, 1)

    @invariant()
    def sets_are_as_they_should_be(self) -> None:
        pipe = self.client.pipeline()
        for stage in self.model.stages:
            for name in SETS:
                pipe.smembers(f"{self.base}s{stage}:{name}")
            pipe.zrange(f"{self.base}s{stage}:order", 0, -1)
            pipe.hgetall(f"{self.base}s{stage}:attempts")
            pipe.hgetall(f"{self.base}s{stage}:deaths")
            pipe.smembers(f"{self.base}s{stage}:alone")
        pipe.zrange(f"{self.base}leases", 0, -1)
        pipe.zrange(f"{self.base}slots", 2, "+inf", byscore=True)
        pipe.hmget(f"{self.base}meta", "status", "version", "concurrency")
        *answers, leases, slots, meta = pipe.execute()
        assert {turn.decode() for turn in slots} == self.model.slots
        for n, stage in enumerate(self.model.stages):
            *sets, order, attempts, deaths, alone = answers[n * 9 : n * 9 + 9]
            self.check_stage(stage, [{i.decode() for i in s} for s in sets], order)
            self.check_notes(stage, attempts, self.model.attempts)
            self.check_notes(stage, deaths, self.model.deaths)
            assert {(stage, item.decode()) for item in alone} == {
                place for place in self.model.alone if place[0] == stage
            }
        self.check_claims(leases)
        self.check_meta(meta)
        self.check_terminal()
        self.check_events()

    def check_stage(self, stage: int, sets: list[set[str]], order: list[bytes]) -> None:
        assert sum(map(len, sets)) == len(set().union(*sets)), "an item stands in two sets"
        assert dict(zip(SETS, sets, strict=True)) == {
            name: self.model.members(stage, name) for name in SETS
        }
        assert {item.decode() for item in order} == sets[0], "order and pending differ"

    def check_notes(
        self, stage: int, real: dict[bytes, bytes], model: dict[tuple[int, str], int]
    ) -> None:
        expected = {item: count for (n, item), count in model.items() if n == stage}
        assert {item.decode(): int(count) for item, count in real.items()} == expected

    def check_claims(self, leases: list[bytes]) -> None:
        """Leases, claims and what is in processing are three views of one thing."""
        held: list[tuple[int, str]] = []
        tokens = []
        for member in leases:
            stage, token = member.decode().split(":")
            tokens.append(token)
            items: Any = self.client.smembers(f"{self.base}claim:{token}")
            held += [(int(stage), item.decode()) for item in items]
        processing = {p for p, where in self.model.where.items() if where == "processing"}
        over = [f"{self.base}claim:{token}" for token in self.tokens if token not in tokens]
        assert not over or self.client.exists(*over) == 0, "a claim outlives its lease"
        assert set(held) == processing
        assert len(held) == len(processing), "an item is held twice"
        assert set(tokens) == set(self.model.leases)
        names: Any = self.client.keys(f"{self.base}claim:*")
        claims = {name.decode().split("claim:")[1] for name in names}
        assert claims == set(tokens), "a claim without a lease"

    def check_meta(self, meta: list[bytes | None]) -> None:
        if self.model.known:
            m = self.model
            assert meta == [m.status.encode(), b"%d" % m.version, b"%d" % m.concurrency]
        else:
            assert meta == [None] * 3

    def check_terminal(self) -> None:
        """What has ended stays so, but for a person's retry or a review that is due again."""
        now = {p: w for p, w in self.model.where.items() if w not in OPEN}
        if not self.may_reopen:
            assert all(now.get(place) == where for place, where in self.ended.items())
        self.ended, self.may_reopen = now, False

    def check_events(self) -> None:
        """The counts of each event add up; the last of a stage are those it has now."""
        last: dict[int, list[int]] = {}
        entries: Any = self.client.xrange(self.events, min=self.seen)
        for entry, fields in entries:
            event = json.loads(fields[b"event"])
            self.seen = f"({entry.decode()}"
            if "stage" in event:
                assert event["type"] in ("stage", "items")
                last[event["stage"]] = event["counts"]
        for stage, counts in last.items():
            assert counts == self.model.counts(stage)


def sources() -> dict[str, bytes]:
    return {name: queue.source(name) for name in NAMES}


def machine(client: redis.Redis, scripts: Mapping[str, bytes]) -> Any:
    """What makes machines; hypothesis calls it once a history."""
    return lambda: QueueMachine(client, scripts)
