"""docs/operations.md names what the code has: metrics, rescues, checks, settings, processes."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

from api import figures, health, metrics
from pipeline import tally
from pipeline.settings import Settings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operations.md").read_text()
SETTINGS = {name.upper() for name in Settings.__struct_fields__}
NOT_OURS = {"SIGTERM", "SIGKILL", "FLUSHALL", "CHANGELOG", "PASSWORD", "PGBIN"}
"""Words in capitals that are no settings."""
PARTS = ("_bucket", "_count", "_sum", "_total")


def _metrics() -> set[str]:
    """Every name that /metrics exposes, without what Prometheus's client adds to a process."""
    read = figures.Figures({}, {}, {}, {}, {}, {f"items|f|completed|le={tally.NO_BOUND}": 1.0})
    shared = {family.name for family in figures.Shared(read).collect()}
    own = {family.name for family in metrics.OWN.collect()} | {"igny8_figures_ok"}
    return {name for name in shared | own if name.startswith("igny8_")}


def _without_part(name: str) -> str:
    part = next((part for part in PARTS if name.endswith(part)), "")
    return name.removesuffix(part)


def _code() -> Iterator[ast.AST]:
    for folder in ("api", "db", "pipeline"):
        for file in (ROOT / folder).rglob("*.py"):
            yield from ast.walk(ast.parse(file.read_text()))


def test_the_page_names_every_metric_and_no_others() -> None:
    told = {_without_part(name) for name in re.findall(r"\bigny8_[a-z0-9_]+", PAGE)}
    assert told == {_without_part(name) for name in _metrics()}


def test_the_page_explains_every_cause_of_a_rescue() -> None:
    source = (ROOT / "pipeline" / "keeper.py").read_text()
    source += (ROOT / "pipeline" / "comparing.py").read_text()
    causes = set(re.findall(r'_rescued\("([a-z ]+)"', source))
    causes |= set(re.findall(r'return "([a-z ]+)", ', source))
    assert set(re.findall(r"(?m)^\| `([a-z ]+)` \| [^|]+ \| [^|]+ \|$", PAGE)) == causes


def test_the_page_names_every_check_of_readiness() -> None:
    line = next(line for line in PAGE.splitlines() if "health/ready` |" in line).lower()
    assert [name for name in health.CHECKS if name.rstrip("s") not in line] == []


def test_the_settings_that_the_page_names_exist() -> None:
    told = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b|(?<=`)(?:HOST|PORT|CONCURRENCY)\b", PAGE))
    assert told - SETTINGS - NOT_OURS == set()


def test_the_page_and_the_procfile_start_modules_that_exist() -> None:
    told = re.findall(r"python -m ([a-z_.]+)", PAGE + (ROOT / "Procfile").read_text())
    assert told
    assert [name for name in told if importlib.util.find_spec(name) is None] == []


def test_the_code_reads_no_variable_that_is_not_a_setting() -> None:
    """So that `.env.example`, which lists the settings, lists everything."""
    found = set()
    for node in _code():
        match node:
            case ast.Subscript(
                value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str(name))
            ):
                found.add(name)
            case ast.Call(
                func=ast.Attribute(attr="get", value=ast.Attribute(attr="environ")),
                args=[ast.Constant(value=str(name)), *_],
            ):
                found.add(name)
            case ast.Call(
                func=ast.Attribute(attr="getenv"), args=[ast.Constant(value=str(name)), *_]
            ):
                found.add(name)
    assert found - SETTINGS - {"dramatiq_queue_prefetch"} == set()
