"""Every secured endpoint of the app, read from its own OpenAPI description."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar import Litestar

BODIES: dict[str, Any] = {
    "estimate_run": {"function": "auto_cluster", "selection": [str(uuid4())]},
    "start_run": {"function": "auto_cluster", "selection": [str(uuid4())]},
    "retry_run": {},
}


class Call(msgspec.Struct, frozen=True):
    """A request that would be right, but for who asks."""

    method: str
    path: str
    body: Any

    def url(self, run: UUID) -> str:
        return self.path.replace("{run_id}", str(run)).replace("{stage}", "1")


def calls(app: Litestar) -> list[Call]:
    found = []
    for path, item in app.openapi_schema.to_schema()["paths"].items():
        for method, operation in item.items():
            if operation.get("security") != [{}]:
                body = BODIES.get(operation["operationId"])
                found.append(Call(method.upper(), path, body))
    return found
