"""The table of a run over the faults: as text, as Markdown and as JSON."""

import statistics
from pathlib import Path

import msgspec

from bench.figures import Figure
from faults.invariants import Broken

HEAD = f"{'fault':22}{'trials':>7}{'broken':>8}{'calls twice':>13}{'resumed p50/max s':>20}"
PARTLY = {
    "7": "the worker stands still for 2 leases, not 5",
    "14": "three restarts seconds apart; throughput kept is not measured",
    "21": "bells beyond need are rung; the broker's own messages are not doubled by a shim",
    "25": "one moment a trial, not 1,000; the times to stop are not measured",
    "26": "the workers are started again at once, not after the longest TTL",
    "27": "a worker is killed between the toggles; items started while paused are not counted",
    "31": "items of 0.4 s, not of 60 s",
}
NOT_INJECTED = {
    "3-6": "a crash at one exact step (before and after the commit, before the stage's end): "
    "not injected at will yet; "
    "random kills hit these steps only by chance",
    "8, 9": "a cut between process and server: needs the proxy, not written yet",
    "12, 34": "full Redis, full disk, no file handles: not written yet",
    "13": "failover to a replica: not written yet",
    "15, 16": "rollbacks on purpose, exhausted pool: not written yet",
    "18, 19": "an item that hangs or starves the process: not written yet",
    "20": "a second clock: not tried",
    "22-24": "delayed bells; storms of 429 and 5xx: not written here yet",
    "28, 32, 33, 35, 36": "double retry, fair share, credits running out, edge sizes, restored "
    "backup: not written here yet",
    "29, 30": "slow sockets and two versions side by side: not written here yet",
}


class Row(msgspec.Struct):
    """What was found over all trials of one fault."""

    number: str
    name: str
    story: str
    trials: int = 0
    repeated: int = 0
    broken: Broken = msgspec.field(default_factory=Broken)
    resumed: list[float] = []
    figures: dict[str, Figure] = {}
    """The worst of each over all trials; of those without a target the last."""

    def add(self, broken: Broken, resumed: float | None, figures: list[Figure]) -> None:
        """Take in one trial."""
        self.trials += 1
        for figure in figures:
            known = self.figures.get(figure.name)
            if known is None or not _is_worse(known, figure):
                self.figures = {**self.figures, figure.name: figure}
        for name in Broken.__struct_fields__:
            setattr(self.broken, name, getattr(self.broken, name) + getattr(broken, name))
        if resumed is not None:
            self.resumed = [*self.resumed, resumed]

    def told(self) -> str:
        """The invariants that broke, with their counts."""
        found = msgspec.structs.asdict(self.broken)
        return ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in found.items() if v)

    def times(self) -> str:
        """Median and longest time until items completed again."""
        if not self.resumed:
            return "-"
        return f"{statistics.median(self.resumed):.1f} / {max(self.resumed):.1f}"

    def missed(self, short: bool) -> list[Figure]:
        """Figures that miss their target; those of a short pass only where they are counts."""
        found = [f for f in self.figures.values() if f.reached is False]
        return [f for f in found if not short or not f.unit]

    def measured(self) -> str:
        """What else was measured, in words."""
        return "; ".join(_in_words(figure) for figure in self.figures.values())

    def line(self) -> str:
        """One line of the table on the screen."""
        figures = f"{self.trials:>7}{self.broken.total():>8}{self.repeated:>13}{self.times():>20}"
        lines = [f"{self.name:22}{figures}  {self.told()}".rstrip()]
        return "\n".join(lines + [f"    {_in_words(f)}" for f in self.figures.values()])


def _is_worse(one: Figure, other: Figure) -> bool:
    """Whether `one` is further from the target that both have."""
    if one.least is not None and one.most is None:
        return one.value < other.value
    return one.most is not None and one.value > other.value


def _in_words(figure: Figure) -> str:
    target = f" ({figure.target}{'' if figure.reached else ': MISSED'})" if figure.target else ""
    return f"{figure.name} {figure.shown} {figure.unit}".rstrip() + target


def keep(rows: list[Row], seed: int, trials: int, items: int, folder: Path) -> None:
    """Write faults.md and faults.json into `folder`."""
    (folder / "faults.json").write_bytes(msgspec.json.format(msgspec.json.encode(rows)) + b"\n")
    lines = [
        "# The fault matrix",
        "",
        f"Written by `make faults`: seed {seed}, {trials} trials a fault, {items} articles a run,",
        "two workers under the supervisor. *Broken* counts items or events against an invariant;",
        "it must be 0. *Resumed* is the time from the fault until any item completed again:",
        "near 0 where saves in flight or the other worker went on. Only where all workers were",
        "hit it is the recovery. 100,000 items under kills, cuts and doubled bells:",
        "[charging.md](charging.md).",
        "",
        "| # | fault | what is done | trials | broken | calls made twice | resumed p50 / max, s |"
        " measured beside (target) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.number} | {r.name} | {r.story} | {r.trials} | {r.told() or '0'} | {r.repeated} |"
        f" {r.times()} | {r.measured()} |"
        for r in rows
    ]
    lines += ["", "## Tried in part only", ""]
    lines += [f"- {number}: {what}." for number, what in PARTLY.items()]
    lines += ["", "## Not injected", "", "These are not passed; they have not been tried here.", ""]
    lines += [f"- {number}: {why}." for number, why in NOT_INJECTED.items()]
    (folder / "faults.md").write_text("\n".join(lines) + "\n")
