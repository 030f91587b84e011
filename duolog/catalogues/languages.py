"""Which language a reader gets, and reading a file of that language from the wheel."""

import json
import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from duolog.errors import MalformedData

M = TypeVar("M", bound=BaseModel)

ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "de")
MAX_FILE = 64 * 1024  # bytes
MAX_TEXT = 400  # characters

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,31}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT, pattern=r"^\S(?:[^\r\n]*\S)?$")]


class Part(BaseModel):
    """A part of a catalogue. An unknown field in it is an error."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def language_of(environment: Mapping[str, str]) -> str:
    """The language of a reader, as POSIX names it in the first of LC_ALL, LC_MESSAGES and LANG that is set.

    English where there is no catalogue of that language, or none is named.
    """
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "")
    found = re.split(r"[_.@-]", named, maxsplit=1)[0].lower()
    return found if found in LANGUAGES else ENGLISH


def read_file(name: str) -> bytes:
    """A file beside this one. Raises: MalformedData when it is missing or too large."""
    try:
        data = (files("duolog.catalogues") / name).read_bytes()
    except OSError as error:
        raise MalformedData(f"{name} is missing. Install Duolog anew.") from error
    if len(data) > MAX_FILE:  # check: catalogues.size
        raise MalformedData(f"{name} is larger than a catalogue may be.")
    return data


def parse_toml(model: type[M], data: bytes) -> M:
    """The catalogue in a TOML file. Raises: MalformedData when it isn't TOML, or not as the model says."""
    try:
        value: dict[str, Any] = tomllib.loads(data.decode())
        return model.model_validate_json(json.dumps(value, default=str))  # a date of TOML becomes a text
    except (ValueError, RecursionError) as error:  # bad TOML, bad UTF-8 and a bad catalogue are all ValueErrors
        place = f": {error.errors()[0]['loc']}" if isinstance(error, ValidationError) else ""
        raise MalformedData(f"The catalogue can't be read{place}.") from error
