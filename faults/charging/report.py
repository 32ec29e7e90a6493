"""What a long run found, as Markdown and as JSON."""

from collections import Counter
from pathlib import Path

import msgspec

from faults.charging.havoc import CREW, GROWN
from faults.charging.misbehaviour import FAULTS, Calls
from faults.charging.reckoning import Reckoned
from faults.charging.waves import CANCELLED, KEYWORDS, LANES, RETRIED


class Proof(msgspec.Struct, frozen=True):
    """One run: what was asked for, what was done to the system, what was found."""

    seed: int
    wanted: int
    seconds: float
    cores: int
    runs: dict[str, int]
    harm: dict[str, int]
    rescues: dict[str, int]
    calls: Calls
    reckoned: Reckoned

    @property
    def holds(self) -> bool:
        """Whether charged equals succeeded, in full, and every run ended."""
        enough = self.reckoned.succeeded >= self.wanted
        return enough and self.reckoned.holds and not self.runs["runs that got stuck"]

    def lines(self) -> list[str]:
        """All figures as `name: value`."""
        counts = Counter(self.runs) | Counter(self.harm)
        known = msgspec.structs.asdict(self.reckoned)
        wrong = known.pop("wrong")
        calls = {f"calls {name}": n for name, n in msgspec.structs.asdict(self.calls).items()}
        rescues = {f"rescues: {name}": n for name, n in self.rescues.items()}
        figures = {**known, **wrong, **counts, **self.runs, **calls, **rescues}
        return [f"{name.replace('_', ' ')}: {value:,}" for name, value in figures.items()]


def keep(proof: Proof, folder: Path) -> None:
    """Write charging.md and charging.json into `folder`."""
    (folder / "charging.json").write_bytes(msgspec.json.format(msgspec.json.encode(proof)) + b"\n")
    (folder / "charging.md").write_text("\n".join(_page(proof)) + "\n")


def _page(proof: Proof) -> list[str]:
    found = proof.reckoned
    crew = (
        f"{CREW['worker']} text workers, {CREW['images']} image workers, {CREW['keeper']} keepers"
    )
    verdict = "Every success was charged once, and nothing else was."
    return [
        "# Charged exactly once",
        "",
        f"Written by `make faults-charging`: seed {proof.seed}, {proof.cores} cores,"
        f" {proof.seconds / 60:.0f} minutes.",
        "",
        f"**{found.charges:,} charges, {found.succeeded:,} successes.** "
        f"{verdict if proof.holds else 'THIS DOES NOT HOLD: see the figures that should be 0.'}",
        "",
        f"{LANES} automations at a time, each over {KEYWORDS} keywords of an account of its own,"
        f" with {crew}",
        "as processes, PostgreSQL, Redis and the demo AI service. Tasks and reviews cost a credit"
        " here,",
        f"so that every item of every stage has its price. {CANCELLED:.0%} of the runs are"
        f" cancelled, in {RETRIED:.0%} what failed is",
        "retried, also while they go on. All the while, each at moments 0.2 to 2 s apart: a process"
        " is killed",
        f"(SIGKILL) that has worked for {GROWN:g} s, 30 % of the busy connections to PostgreSQL",
        "and 10 % of those to Redis are cut, and every bell",
        "that the broker knows is delivered once more.",
        "",
        "The AI service: " + ", ".join(_fault(fault) for fault in FAULTS) + ".",
        "",
        *_table("What has to be 0", {**found.wrong, **_stuck(proof)}),
        *_table("Items and charges", _items(found)),
        *_table("Runs", proof.runs),
        *_table("What was done to the system", proof.harm),
        *_table("Repairs by the keeper", proof.rescues),
        *_table("Calls for texts and images", msgspec.structs.asdict(proof.calls)),
        "*Answered again* are questions that were answered more than once, word for word: after a"
        " kill between",
        "an answer and its commit, or because an answer had the wrong form. The AI service may"
        " bill them; the",
        "account here pays once.",
        "",
        "Not a promise of this run: which work each harm meets is left to the machine, so a seed"
        " repeats the",
        "plan of the harm and not the history.",
    ]


def _items(found: Reckoned) -> dict[str, int]:
    known = msgspec.structs.asdict(found)
    known.pop("wrong")
    return known


def _stuck(proof: Proof) -> dict[str, int]:
    return {"runs that got stuck": proof.runs["runs that got stuck"]}


def _fault(fault: dict[str, object]) -> str:
    share = fault.get("share")
    return f"{share:.1%} {fault['fault']}" if share else f"{fault['fault']} {fault['seconds']} s"


def _table(title: str, rows: dict[str, int]) -> list[str]:
    lines = [f"| {name.replace('_', ' ')} | {value:,} |" for name, value in rows.items()]
    return [f"## {title}", "", "| what | count |", "|---|---:|", *lines, ""]
