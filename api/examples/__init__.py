"""What requests and answers look like, for the docs page and for whoever writes a client.

`tests/api/test_description.py` holds that each fits its struct and that none is missing.
"""

from typing import Any

from api.examples import accounting, planning, running, writing
from api.examples.bodies import BODIES

__all__ = ["ANSWERS", "BODIES"]

ANSWERS: dict[str, dict[str, Any]] = (
    planning.ANSWERS | writing.ANSWERS | running.ANSWERS | accounting.ANSWERS
)
"""By the name of the answer's schema."""
