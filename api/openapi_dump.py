"""`python -m api.openapi_dump > openapi.json`: the API's description, with no server running.

Keys are sorted, so that the same code gives the same bytes; clients are generated from it.
"""

import json
import sys

from api.app import create_app


def dump() -> str:
    """The description as indented JSON with sorted keys and a newline at the end."""
    schema = create_app().openapi_schema.to_schema()
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False, default=str) + "\n"


if __name__ == "__main__":
    sys.stdout.write(dump())
