"""Several records by one request: ids with commas between them in the path ("Batch requests" of the guide)."""

import json
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from rcdesk.sandbox.errors import ApiError

MOST = 50
"""Ids in one request."""


def read_each(
    ids: str, name: str, read: Callable[[str], Mapping[str, Any]], uri: Callable[[str], str]
) -> Any:
    """What `read` gives for the one id, or a 207 answer with a part for each; `uri` is where each one is."""
    wanted = [one for one in ids.split(",") if one]
    if len(wanted) < 2:
        return read(ids)
    if len(wanted) > MOST:
        raise ApiError(400, "CMN-106", f"Parameter [{name}] has more than {MOST} values", parameter_name=name)
    told, parts = [], []
    for one in wanted:
        try:
            status, part = 200, read(one)
        except ApiError as error:
            status, part = error.status, error.body
        told.append({"href": uri(one), "status": status, "responseDescription": HTTPStatus(status).phrase})
        parts.append(part)
    return _mixed([{"response": told}, *parts])


def _mixed(parts: list[Mapping[str, Any]]) -> Response:
    """Each part with these two headers and its JSON in one line: RingCentral's own client counts lines."""
    boundary = f"Boundary_{secrets.token_hex(12)}"
    written = b""
    for part in parts:
        body = json.dumps(part).encode()
        head = f"--{boundary}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        written += head.encode() + body + b"\r\n"
    written += f"--{boundary}--\r\n".encode()
    return Response(written, 207, media_type=f"multipart/mixed; boundary={boundary}")
