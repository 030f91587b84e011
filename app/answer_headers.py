"""The headers of answers, as the OpenAPI document describes them."""

from typing import Any

HEADERS: dict[str, dict[str, Any]] = {
    "Retry-After": {
        "description": "How many seconds to wait before the next try.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
        "example": 5,
    },
    "WWW-Authenticate": {
        "description": "How to authenticate: a session's token as `Authorization: Bearer`.",
        "required": True,
        "schema": {"const": "Bearer"},
        "example": "Bearer",
    },
    "Connection": {
        "description": "`close` where the server doesn't read the rest of the body.",
        "schema": {"const": "close"},
        "example": "close",
    },
    "Accept-Ranges": {
        "description": "The server can send a range of these bytes.",
        "required": True,
        "schema": {"const": "bytes"},
        "example": "bytes",
    },
    "X-Accel-Buffering": {
        "description": "A proxy passes each event on at once.",
        "required": True,
        "schema": {"const": "no"},
        "example": "no",
    },
    "Content-Range": {
        "description": "Which bytes these are, and of how many: `bytes a-b/size`, or `bytes */size` in a refusal.",
        "required": True,
        "schema": {"type": "string", "pattern": "^bytes ([0-9]+-[0-9]+|\\*)/[0-9]+$"},
        "example": "bytes 0-31/296",
    },
}
