"""Files of keywords over HTTP: see what an import would do, then do it.

Reading takes seconds for a large file and happens in a thread; saving goes in parts. A file comes
as the body itself, or in a form with what somebody chose of its columns.
"""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any, get_args
from uuid import UUID

import msgspec
from litestar import Request, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from msgspec import Meta

from api.auth import Caller
from api.problems import invalid
from pipeline import events, importing
from pipeline.importing import Choice, Column, ReadKeyword, Rejected, Unread

FORM_EXTRA = 100_000
"""Bytes a multipart form may add around the file."""

MAX_LISTED = 1000
"""Rejected rows and unread cells that a preview lists; their counts tell of all."""

MAX_FIELD = 10_000
FORM_RULES = {
    "mapping": 'This must be columns by their names, counted from 0, such as {"keyword": 0};'
    f" the names are {', '.join(get_args(Column))}.",
    "header_line": "This must be a line's number; 0 for a file without a header.",
}

PATIENCE = 120.0
"""Seconds that a file of 100,000 rows may take on a busy machine."""

ColumnIndex = Annotated[int, Meta(ge=0, le=100_000)]


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did. `ids` are the keywords of the file, new and known, in its order.

    `known` rows were in the account before, `duplicates` joined into an earlier row of the file;
    `rejected` were left out; `unread` cells count as unknown. `mapping` is the file's own header
    for each column that was understood, `tool` whose export it is, if it is known.
    """

    created: int
    known: int
    duplicates: int
    rejected: list[Rejected]
    unread: list[Unread]
    mapping: dict[Column, str]
    tool: str | None
    encoding: str
    delimiter: str | None
    ids: list[UUID]


class ImportCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of the file: `new` and `known` would be keywords, `duplicates` are joined into them."""

    new: int
    known: int
    duplicates: int
    rejected: int
    unread: int


class ImportPreview(msgspec.Struct, frozen=True, kw_only=True):
    """How a file would be imported. `mapping` has the index of each column that is understood.

    Without `keyword` in `mapping` somebody has to choose; `cells` shows the first rows as they
    stand, `sample` what would be made of them. `rejected` and `unread` list the first 1,000.
    """

    tool: str | None
    encoding: str
    delimiter: str | None
    header_line: int
    header: list[str]
    mapping: dict[Column, int]
    cells: list[list[str]]
    sample: list[ReadKeyword]
    counts: ImportCounts
    rejected: list[Rejected]
    unread: list[Unread]


@dataclass
class FileUpload(Operation):
    """Says in OpenAPI that the body is the file itself, or a form with it as `file`."""

    def __post_init__(self) -> None:
        binary = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        mapping = Schema(
            type=OpenAPIType.STRING,
            description='Columns as JSON, counted from 0, if not as found: {"keyword": 0, …}',
        )
        line = Schema(type=OpenAPIType.INTEGER, minimum=0, description="Header's line, 0: none")
        form = Schema(
            type=OpenAPIType.OBJECT,
            properties={"file": binary, "mapping": mapping, "header_line": line},
            required=["file"],
        )
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
    idempotent=True,
    request_max_body_size=importing.MAX_BYTES + FORM_EXTRA,
    patience=PATIENCE,
    operation_class=FileUpload,
    summary="Import keywords from a CSV file",
)
async def import_keywords(
    request: Request[Caller, None, Any], account_id: NamedDependency[UUID]
) -> Imported:
    """Good rows are saved, bad ones listed with line and reason; a bad file saves nothing."""
    data, choice = await _sent(request)
    found = await asyncio.to_thread(importing.read_keywords, data, choice)
    saved = await importing.save_keywords(account_id, found.rows)
    await events.rows_changed(account_id, "keyword", saved.ids)
    return Imported(
        created=saved.created,
        known=saved.joined,
        duplicates=found.duplicates,
        rejected=found.rejected,
        unread=found.unread,
        mapping=found.mapping,
        tool=found.tool,
        encoding=found.encoding,
        delimiter=found.delimiter,
        ids=saved.ids,
    )


@post(
    "/keywords/import/preview",
    status_code=200,
    request_max_body_size=importing.MAX_BYTES + FORM_EXTRA,
    patience=PATIENCE,
    operation_class=FileUpload,
    summary="See what an import would do",
)
async def preview_import(
    request: Request[Caller, None, Any], account_id: NamedDependency[UUID]
) -> ImportPreview:
    """Nothing is saved. The same file and mapping sent to the import do what is shown here."""
    data, choice = await _sent(request)
    seen = await asyncio.to_thread(importing.preview, data, choice)
    found = seen.found
    known = await importing.count_known(account_id, found.rows) if found else 0
    return ImportPreview(
        tool=seen.tool,
        encoding=seen.encoding,
        delimiter=seen.delimiter,
        header_line=seen.header_line,
        header=seen.header,
        mapping=seen.columns,
        cells=seen.cells,
        sample=seen.sample,
        counts=ImportCounts(
            new=len(found.rows) - known if found else 0,
            known=known,
            duplicates=found.duplicates if found else 0,
            rejected=len(found.rejected) if found else 0,
            unread=len(found.unread) if found else 0,
        ),
        rejected=found.rejected[:MAX_LISTED] if found else [],
        unread=found.unread[:MAX_LISTED] if found else [],
    )


async def _sent(request: Request[Caller, None, Any]) -> tuple[bytes, Choice | None]:
    """The file of a request, and what was chosen of its columns. Raises Problem."""
    if request.content_type[0] != RequestEncodingType.MULTI_PART:
        return await request.body(), None
    form = await request.form()
    upload = form.get("file")
    if not isinstance(upload, UploadFile):
        raise invalid("file", "Send the CSV as the form field `file`.")
    mapping = _field(form, "mapping", dict[Column, ColumnIndex])
    line = _field(form, "header_line", ColumnIndex)
    if mapping is None and line is not None:
        raise invalid("mapping", "Say which columns to take when `header_line` is given.")
    choice = Choice(mapping, line) if mapping is not None else None
    return await upload.read(), choice


def _field(form: Any, name: str, wanted: Any) -> Any:
    """A field of the form, read as JSON; None if it is not there. Raises Problem."""
    sent = form.get(name)
    if sent is None or sent == "":
        return None
    try:
        if len(str(sent)) > MAX_FIELD:
            raise ValueError("It is too long.")
        return msgspec.json.decode(str(sent), type=wanted)
    except msgspec.ValidationError:
        raise invalid(name, FORM_RULES[name]) from None
    except ValueError as error:
        raise invalid(name, str(error)) from None
