"""The command, with an account to work for and the demo service to ask."""

from pathlib import Path
from uuid import UUID

import pytest

from tests.cli.support import Igny8
from tests.conftest import DEMO_MODELS


@pytest.fixture
def igny8(tmp_path: Path, account: UUID, demo_server: str) -> Igny8:
    """`igny8` for the account. Workers that a command starts are its own."""
    settings = {"OPENAI_BASE_URL": demo_server, "DATA_DIR": str(tmp_path / "var")}
    return Igny8(tmp_path, {**DEMO_MODELS, **settings})
