"""Writes what the command and the server are made of, as CycloneDX 1.6: `python -m tools.sbom`.

It reads the locks alone: each library with its version, the SHA-256 of each file that the lock allows, where it is
needed, and what asks for it. The same locks give the same bytes. Python and an image's system are not among them.
"""

import json
import re
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from app import VERSION
from tools.wheel import DIST, ROOT

Json = dict[str, Any]
LOCKS = {"duolog": "command.lock", "duolog-server": "server.lock"}
PURPOSE = {
    "duolog": "The command and the client library of Duolog, a sealed journal for two",
    "duolog-server": "The server of Duolog, a sealed journal for two",
}
PIN = re.compile(r"(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?: ; (?P<where>[^\\]+?))? \\")
HASH = re.compile(r"    --hash=sha256:([0-9a-f]{64})")
ASKED_BY = re.compile(r"    # (?:via |  )(?P<name>\S+)")
SPACE = uuid.UUID("5f2c6c1e-6d0b-4d5c-9a53-3b3f7d1a9a61")  # a name space of our own, for serial numbers


@dataclass
class Library:
    """One pin of a lock. `where`: the marker of the systems that need it, or empty. `asked_by`: names of libraries."""

    name: str
    version: str
    where: str
    hashes: list[str] = field(default_factory=list)
    asked_by: list[str] = field(default_factory=list)

    @property
    def reference(self) -> str:
        """Its package URL, which names it in the bill as well."""
        return f"pkg:pypi/{self.name}@{self.version}"

    def as_json(self) -> Json:
        where = [{"name": "duolog:only-where", "value": self.where}] if self.where else []
        return {
            "type": "library",
            "bom-ref": self.reference,
            "name": self.name,
            "version": self.version,
            "hashes": [{"alg": "SHA-256", "content": content} for content in self.hashes],
            "purl": self.reference,
        } | ({"properties": where} if where else {})


def read_lock(path: Path) -> list[Library]:
    """Every pin of a lock, in its order. Raises: ValueError, for a line of another form."""
    found: list[Library] = []
    for line in path.read_text().splitlines():
        if pin := PIN.fullmatch(line):
            found.append(Library(pin["name"], pin["version"], pin["where"] or ""))
        elif hashed := HASH.match(line):
            found[-1].hashes.append(hashed[1])
        elif asked := ASKED_BY.match(line):
            found[-1].asked_by.append(asked["name"])
        elif not line.startswith("#") and line != "    # via":
            raise ValueError(f"{path.name}: not a line of a lock: {line}")
    return found


def bill(name: str) -> str:
    """The bill of materials of `duolog` or `duolog-server`, as JSON that its schema allows.

    Raises: ValueError, when the schema doesn't.
    """
    libraries = read_lock(ROOT / "requirements" / LOCKS[name])
    own = f"pkg:generic/{name}@{VERSION}"
    askers: dict[str, list[str]] = {own: [], **{library.reference: [] for library in libraries}}
    named: dict[str, list[str]] = {"duolog": [own]}
    for library in libraries:
        named.setdefault(library.name, []).append(library.reference)
    for library in libraries:
        for asker in library.asked_by:
            for reference in named.get(asker, []):  # `-c` names the lock that fixed the version
                askers[reference].append(library.reference)
    written: Json = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": name,
                "version": VERSION,
                "description": PURPOSE[name],
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "purl": own,
            }
        },
        "components": [library.as_json() for library in libraries],
        "dependencies": [{"ref": asker, "dependsOn": sorted(set(asked))} for asker, asked in sorted(askers.items())],
    }
    serial = uuid.uuid5(SPACE, json.dumps(written, sort_keys=True))
    text = json.dumps({**written, "serialNumber": f"urn:uuid:{serial}"}, indent=2) + "\n"
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault is not None:
        raise ValueError(f"{name}: {fault}")
    return text


def write(folder: Path) -> list[Path]:
    """Both bills, in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in LOCKS:
        path = folder / f"{name}-{VERSION}.cdx.json"
        path.write_text(bill(name))
        paths.append(path)
    return paths


def main() -> None:
    """Write both into dist, and print where."""
    for path in write(DIST):
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
