"""The table of a run over the faults: as text, as Markdown and as JSON."""

import statistics
from pathlib import Path

import msgspec

from bench.figures import Figure, quantile
from faults.invariants import Broken

HEAD = f"{'fault':22}{'trials':>7}{'broken':>8}{'calls twice':>13}{'resumed p50/p99 s':>20}"
ENOUGH = 20
"""Trials from which on a 99th percentile is told; of fewer it is the longest time, called so."""
PARTLY = {
    "8, 9": "without root and `ip` there are no network namespaces: no cable is unplugged then",
    "20": "what Python tells of the time of day is shifted; the clock does not jump meanwhile",
    "24": "each item backs off for itself; there is no circuit that opens",
    "25": "40 cancels a trial: a thousand take 25 trials",
    "26": "the workers are started again at once, not after the longest TTL",
    "29": "300 clients; the lines are cut by killing the API; nothing is doubled on the way",
    "30": "old and new are the same code",
    "34": "images cannot be stored; the disks of PostgreSQL and Redis are not filled",
    "35": "no run of a million items",
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
        """Median and p99 (of few trials the longest) time until items completed again."""
        if not self.resumed:
            return "-"
        late = quantile(self.resumed, 0.99)
        name = "p99" if len(self.resumed) >= ENOUGH else "max"
        return f"{statistics.median(self.resumed):.1f} / {name} {late:.1f}"

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


def keep(rows: list[Row], order: list[str], folder: Path) -> None:
    """Write faults.md and faults.json into `folder`; faults that were not injected now stay.

    `order` are the names of all faults.
    """
    file = folder / "faults.json"
    known = {row.name: row for row in msgspec.json.decode(file.read_bytes(), type=list[Row])}
    known |= {row.name: row for row in rows}
    rows = [known[name] for name in order if name in known]
    file.write_bytes(msgspec.json.format(msgspec.json.encode(rows)) + b"\n")
    lines = [
        "# The fault matrix",
        "",
        "Written by `make faults`, two workers under the supervisor. *Broken* counts items or",
        "events against an invariant; it must be 0. *Resumed* is the time from the fault until any",
        "item completed again: near 0 where saves in flight or the other worker went on. Only",
        "where all workers were hit it is the recovery. A client follows each run by WebSocket; at",
        "the end it has to show what a fresh load shows. 100,000 items under kills and cuts:",
        "[charging.md](charging.md).",
        "",
        "| # | fault | what is done | trials | broken | calls made twice |"
        " resumed p50 / p99 or max, s | measured beside (target) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.number} | {r.name} | {r.story} | {r.trials} | {r.told() or '0'} | {r.repeated} |"
        f" {r.times()} | {r.measured()} |"
        for r in rows
    ]
    lines += ["", "## Tried in part only", ""]
    lines += [f"- {number}: {what}." for number, what in PARTLY.items()]
    (folder / "faults.md").write_text("\n".join(lines) + "\n")
