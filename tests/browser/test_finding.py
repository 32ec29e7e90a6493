"""A machine without a browser: the tests of the pages fail, they are not skipped."""

import sys
from pathlib import Path

import pytest

from tests.browser import finding


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No browser, no package manager and no Node can be found."""
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))


@pytest.mark.usefixtures("bare_machine")
def test_where_no_browser_can_be_had_an_error_says_what_to_install() -> None:
    with pytest.raises(RuntimeError, match="install Chromium, or name one with BROWSER_PATH"):
        finding.browser_path()


@pytest.mark.usefixtures("bare_machine")
def test_an_installed_browser_is_taken(tmp_path: Path) -> None:
    installed = tmp_path / "chromium"
    installed.touch(0o755)
    assert finding.browser_path() == (str(installed), {})
