"""`openapi`: print the OpenAPI document."""

import json

from app.main import create_app
from app.settings import Settings


def run(_: Settings) -> None:
    """Print the document, the same for every setting."""
    print(document())


def document() -> str:
    """The document as it is kept in `openapi/openapi.json`, without the last newline."""
    return json.dumps(create_app(Settings()).openapi(), indent=2, ensure_ascii=False)
