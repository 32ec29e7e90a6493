"""A measured figure, its target and its verdict, and how figures are shown and kept."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One figure. `most` and `least` are what it must keep to; without them it is only reported."""

    name: str
    value: float
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the target is kept; None where there is none."""
        if self.most is None and self.least is None:
            return None
        high = self.most is not None and self.value > self.most
        low = self.least is not None and self.value < self.least
        return not (high or low)

    @property
    def target(self) -> str:
        """The target in words."""
        if self.most is not None and self.most == self.least:
            return f"= {self.most:g}"
        if self.most is not None:
            return f"≤ {self.most:g}"
        return "" if self.least is None else f"≥ {self.least:g}"

    @property
    def shown(self) -> str:
        """The value with at least three significant digits, counts in full."""
        whole = abs(self.value) >= 100 or self.value == int(self.value)
        return f"{self.value:,.0f}" if whole else f"{self.value:,.3g}"


class Measured(msgspec.Struct, frozen=True):
    """What one measure found, in how many seconds, under which load of the machine before it."""

    measure: str
    conditions: str
    seconds: float
    load: float
    figures: list[Figure]


class Kept(msgspec.Struct):
    """The content of `bench.json`."""

    machine: str
    measures: list[Measured]


VERDICTS = {True: "reached", False: "MISSED", None: ""}


def exactly(name: str, value: float, wanted: float = 0) -> Figure:
    """A count that has one right value."""
    return Figure(name, value, most=wanted, least=wanted)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank). `values` is not empty."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def distribution(name: str, values: Sequence[float], unit: str, **most: float) -> list[Figure]:
    """p50, p95, p99 and max; `p50=15.0` or `max=10.0` set a target for one of them."""
    marks = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return [
        Figure(f"{name}, {mark}", quantile(values, share), unit, most=most.get(mark))
        for mark, share in marks.items()
    ]


def show(measured: Measured) -> None:
    """Print a measure as a table."""
    table = Table(title=f"{measured.measure}: {measured.conditions}", title_justify="left")
    for column in ("figure", "value", "target", "verdict"):
        table.add_column(column, justify="right" if column == "value" else "left")
    for figure in measured.figures:
        value = f"{figure.shown} {figure.unit}".strip()
        table.add_row(figure.name, value, figure.target, VERDICTS[figure.reached])
    Console(width=120).print(table)


def keep(new: Sequence[Measured], order: Sequence[str], machine: str, folder: Path) -> None:
    """Put new measures into `bench.json` and `bench.md` of `folder`, in the place of older ones.

    `order` names all measures there are, in the order of the document.
    """
    file = folder / "bench.json"
    known = msgspec.json.decode(file.read_bytes(), type=Kept).measures if file.exists() else []
    by_name = {one.measure: one for one in [*known, *new]}
    kept = Kept(machine, [by_name[name] for name in order if name in by_name])
    file.write_bytes(msgspec.json.format(msgspec.json.encode(kept)) + b"\n")
    (folder / "bench.md").write_text(_markdown(kept.measures, machine), encoding="utf-8")


def _markdown(all_measured: Sequence[Measured], machine: str) -> str:
    lines = ["# Measured", "", f"Written by `make bench` on {machine}.", ""]
    for measured in all_measured:
        lines += [f"## {measured.measure}", "", measured.conditions, ""]
        lines += ["| figure | value | target | verdict |", "|---|---:|---|---|"]
        for figure in measured.figures:
            value = f"{figure.shown} {figure.unit}".strip()
            verdict = VERDICTS[figure.reached]
            lines.append(f"| {figure.name} | {value} | {figure.target} | {verdict} |")
        lines += ["", f"Took {measured.seconds:.0f} s; load before it {measured.load:.1f}.", ""]
    return "\n".join(lines)
