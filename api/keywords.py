"""Keywords over HTTP: import a CSV, list what there is."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import FromQuery, QueryParameter

from api.auth import Caller
from api.problems import invalid
from api.schemas import Imported, KeywordPage, KeywordRow
from db.status import PlanningStatus
from piccolo_conf import DB
from pipeline import importing

FORM_EXTRA = 100_000
"""Bytes a multipart form may add around the file."""


@get("/keywords", summary="List keywords")
async def list_keywords(
    account_id: NamedDependency[UUID],
    status: FromQuery[PlanningStatus | None] = None,
    after: FromQuery[UUID | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=1000)] = 100,
) -> KeywordPage:
    """The account's keywords in the order they came."""
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "select id, text, country, volume, difficulty, cpc, intent, cluster_id, status,"
            " generation_status, created_at from keyword where account_id = $1"
            " and ($2::uuid is null or id > $2) and ($3::text is null or status = $3)"
            " order by id limit $4",
            account_id,
            after,
            status.value if status else None,
            limit + 1,
        )
    keywords = [msgspec.convert(dict(row), KeywordRow) for row in rows[:limit]]
    return KeywordPage(keywords, keywords[-1].id if len(rows) > limit else None)


@dataclass
class FileUpload(Operation):
    """Says in OpenAPI that the body is the file itself, or a form with it as `file`."""

    def __post_init__(self) -> None:
        binary = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        form = Schema(type=OpenAPIType.OBJECT, properties={"file": binary}, required=["file"])
        self.request_body = RequestBody(
            required=True,
            content={
                "text/csv": OpenAPIMediaType(schema=binary),
                RequestEncodingType.MULTI_PART: OpenAPIMediaType(schema=form),
            },
        )


@post(
    "/keywords/import",
    status_code=200,
    request_max_body_size=importing.MAX_BYTES + FORM_EXTRA,
    operation_class=FileUpload,
    summary="Import keywords from a CSV file",
)
async def import_keywords(
    request: Request[Caller, None, Any], account_id: NamedDependency[UUID]
) -> Imported:
    """Good rows are saved, bad ones listed with line and reason; a bad file saves nothing."""
    found = await asyncio.to_thread(importing.read_keywords, await _file_of(request))
    saved = await importing.save_keywords(account_id, found.rows)
    return Imported(
        created=saved.created,
        known=saved.joined,
        duplicates=found.duplicates,
        rejected=found.rejected,
        unread=found.unread,
        mapping=found.mapping,
        encoding=found.encoding,
        delimiter=found.delimiter,
        ids=saved.ids,
    )


async def _file_of(request: Request[Caller, None, Any]) -> bytes:
    if request.content_type[0] != RequestEncodingType.MULTI_PART:
        return await request.body()
    form = await request.form()
    upload = form.get("file")
    if not isinstance(upload, UploadFile):
        raise invalid("file", "Send the CSV as the form field `file`.")
    return await upload.read()
