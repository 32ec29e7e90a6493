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
EMAIL = r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+\.[^@\s\x00-\x1f\x7f]+$"
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
LANGUAGE = r"^[a-z]{2}$"
LOCALE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?$"
NAME = r"^[^\x00-\x1f\x7f]+(?![\s\S])"
PLACE = r"^\d{1,9}-\d{1,18}$"

RULES = {
    PLAIN: "without NUL characters",
    FILLED: "that is not blank, without NUL characters",
    ONE_LINE: "in one line that is not blank, without control characters",
    NO_LINE: "in one line, without control characters",
    EMAIL: "that is an e-mail address such as anna@example.com",
    SLUG: "of small letters, digits and single hyphens such as green-tea",
    LANGUAGE: "that is a code of two small letters such as en",
    LOCALE: "that is the code of a language such as en or pt-BR",
    NAME: "in one line, without control characters",
    PLACE: "that a page before had as `next`",
}
"""What a text must be that fits a pattern, after `This must be text`."""

Line40 = Annotated[str, Meta(min_length=1, max_length=40, pattern=ONE_LINE)]
Line200 = Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)]
Line300 = Annotated[str, Meta(min_length=1, max_length=300, pattern=ONE_LINE)]
"""One line that is not empty, of so many characters at most."""

Note = Annotated[str, Meta(max_length=2000, pattern=PLAIN)]
"""Text of any number of lines, also none."""
