"""Texts that people send: types that say what is allowed, and rules of it in plain words.

The patterns read the same in Python and in the OpenAPI description, take linear time, and a text
that passes can be stored: PostgreSQL holds no NUL.
"""

from typing import Annotated

from msgspec import Meta

PLAIN = r"^[^\x00]*$"
FILLED = r"^\s*[^\s\x00][^\x00]*$"
ONE_LINE = r"^ *[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
NO_LINE = r"^[^\x00-\x1f\x7f]*$"

RULES = {
    PLAIN: "without NUL characters",
    FILLED: "that is not blank, without NUL characters",
    ONE_LINE: "in one line that is not blank, without control characters",
    NO_LINE: "in one line, without control characters",
}
"""What a text must be that fits a pattern, after `This must be text`."""

Line40 = Annotated[str, Meta(min_length=1, max_length=40, pattern=ONE_LINE)]
Line200 = Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)]
Line300 = Annotated[str, Meta(min_length=1, max_length=300, pattern=ONE_LINE)]
"""One line that is not empty, of so many characters at most."""

Note = Annotated[str, Meta(max_length=2000, pattern=PLAIN)]
"""Text of any number of lines, also none."""
