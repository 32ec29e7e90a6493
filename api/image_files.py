"""The file of an image, whole or as a small copy. Browsers keep it and ask whether it is still so.

A file is found by the image's row only: no address names a path.
"""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, QueryParameter

from api.auth import Caller
from api.editing import not_found
from api.image_rows import IMAGES
from api.problems import Problem
from piccolo_conf import DB
from pipeline import thumbnails
from pipeline.pictures import BrokenPicture

Account = NamedDependency[UUID]

_decoding = asyncio.Semaphore(4)
"""Pictures that are decoded at a time: each takes memory and a core."""


@get(
    "/images/{image_id:uuid}/file",
    media_type="image/jpeg",
    summary="The file of an image",
    responses={304: ResponseSpec(None, description="The drawing is the same")},
)
async def show_file(
    request: Request[Caller, None, Any],
    account_id: Account,
    image_id: FromPath[UUID],
    width: Annotated[
        int | None,
        QueryParameter(
            ge=1, le=4096, description="A small copy: 160, 320, 640 or 1280 pixels, rounded up"
        ),
    ] = None,
) -> Response[bytes]:
    """With an ETag: send it as `If-None-Match` to get 304 while the drawing is the same.

    404 before the image is drawn.
    """
    async with DB.connection() as connection:
        row = await connection.fetchrow(
            "select path, digest from image where account_id = $1 and id = $2",
            account_id,
            image_id,
        )
    if row is None:
        raise not_found(IMAGES, image_id)
    if row["path"] is None:
        raise _no_file("The image has not been drawn yet.")
    size = thumbnails.width_for(width) if width else None
    asked = {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}
    if row["digest"] and (tag := _tag(row["digest"], size)) in asked:
        return _unchanged(tag)
    file = await _file(row["path"], size, row["digest"])
    tag = _tag(file.digest, size)
    if tag in asked:
        return _unchanged(tag)
    return Response(file.data, media_type=file.media_type, headers=_headers(tag))


async def _file(path: str, width: int | None, digest: str | None) -> thumbnails.File:
    try:
        async with _decoding:
            if width is None:
                return await asyncio.to_thread(thumbnails.original, path)
            return await asyncio.to_thread(thumbnails.thumbnail, path, width, digest)
    except (FileNotFoundError, ValueError, BrokenPicture):
        raise _no_file("The file of this image is not there any more, or broken.") from None


def _no_file(detail: str) -> Problem:
    return Problem(404, "no_file", detail, hint="Generate the image.")


def _tag(digest: str, width: int | None) -> str:
    return f'"{digest[:32]}{f"-{width}" if width else ""}"'


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "private, no-cache"}


def _unchanged(tag: str) -> Response[bytes]:
    return Response(b"", status_code=304, headers=_headers(tag), media_type="image/jpeg")
