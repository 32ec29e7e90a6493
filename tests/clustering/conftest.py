"""What the tests of the clustering share: an AI service that knows the right answers."""

from collections.abc import Iterator

import pytest

from pipeline.clustering import plans
from pipeline.provider import shared
from tests.clustering.oracle import Oracle
from tests.stages.conftest import ai
from tests.stages.service import Service

__all__ = ["ai"]


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    plans._loaded.clear()
    shared.forget()
    yield
    shared.forget()


@pytest.fixture
def oracle(ai: Service) -> Oracle:
    return Oracle(ai)
