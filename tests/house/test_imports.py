"""Who may import whom is a contract, and the server reaches no code that opens anything."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FEATURE_ROOMS = {"endpoints", "service", "repository", "table"}

# What the server runs. Whatever is named here is within reach of a request.
SERVER_REACH = ("app", "duolog/protocol", "duolog/api", "duolog/errors.py", "duolog/webapp.py")
# What holds keys, documents or the means to open them. Not even a type may come from there.
SECRET = ("duolog.seal", "duolog.client", "duolog.documents", "duolog.cli", "cryptography")
# The public rules verify signatures and the server signs receipts; nothing else there has a use for NaCl.
SERVER_NACL = ("app/receipts/", "duolog/protocol/")
CLIENT_NACL = ("duolog/seal/", "duolog/client/")
OPENS = re.compile(
    r"decrypt|aead|secret_?box|sealed_?box|secretstream|crypto_box|scalarmult|hpke|unwrap_|open_entry", re.I
)


def sources(*places: str) -> Iterator[Path]:
    for place in places:
        path = ROOT / place
        assert path.exists(), f"{place} is gone: has the house been rebuilt without this test?"
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def imported(module: ast.Module) -> Iterator[str]:
    """Full names of what a file imports, `from a import b` as `a.b`, and of what it might import by a string."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[\w.]+", node.value):
            yield node.value


def names(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def is_or_below(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def test_every_import_contract_is_kept() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_feature_of_the_server_is_in_the_layer_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layered = next(contract["containers"] for contract in contracts if contract["id"] == "feature-layers")
    features = {
        f"app.{folder.name}"
        for folder in (ROOT / "app").iterdir()
        if folder.is_dir() and FEATURE_ROOMS & {file.stem for file in folder.glob("*.py")}
    }
    assert features == set(layered)


def client_imports() -> dict[str, set[str]]:
    """Every module of the client with those of the client that it imports, for types alone or as it runs."""
    folder = ROOT / "duolog" / "client"
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in folder.rglob("*.py")
    }
    found: dict[str, set[str]] = {}
    for module, path in modules.items():
        nodes = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Import | ast.ImportFrom)]
        names = {name for node in nodes for name in imported(ast.Module([node], []))}
        names |= {name.rpartition(".")[0] for name in names}
        found[module] = (names & modules.keys()) - {module, "duolog.client"}
    return found


def test_no_room_of_the_client_imports_one_above_it_even_for_a_type() -> None:
    """The contract leaves out imports for types alone; here they count. What stands beside a room is above it too."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "client-rooms")
    height = {room.strip(): -place for place, layer in enumerate(layers) for room in layer.split("|")}
    for module, names in client_imports().items():
        if module == "duolog.client":  # the way in: it imports from every room
            continue
        room = module.split(".")[2]
        above = {name for name in names if name.split(".")[2] != room and height[name.split(".")[2]] >= height[room]}
        assert not above, f"{module} imports {above}"


def test_no_circle_in_the_client_is_closed_by_a_type() -> None:
    graphlib.TopologicalSorter(client_imports()).prepare()  # a CycleError names the circle


@pytest.mark.parametrize("path", list(sources(*SERVER_REACH)), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_in_the_servers_reach_can_open_anything(path: Path) -> None:
    module = tree(path)
    for name in imported(module):
        assert not any(is_or_below(name, secret) for secret in SECRET), f"{path} reaches for {name}"
    # A number in capitals, such as the size of a tag, opens nothing.
    found = [name for name in names(module) if OPENS.search(name) and not name.isupper()]
    assert not found, f"{path} names {found}"


def test_only_four_places_name_nacl() -> None:
    allowed = SERVER_NACL + CLIENT_NACL
    for path in sources("app", "duolog"):
        place = path.relative_to(ROOT).as_posix()
        if not place.startswith(allowed):
            found = [name for name in imported(tree(path)) if is_or_below(name, "nacl")]
            assert not found, f"{place} imports {found}"


def test_a_running_server_has_loaded_nothing_that_opens() -> None:
    """The proof by doing: import every module of the server, and look at what came along."""
    script = (
        "import importlib, pkgutil, sys, app\n"
        "for found in pkgutil.walk_packages(app.__path__, 'app.'):\n"
        "    if not found.name.endswith('__main__'):\n"
        "        importlib.import_module(found.name)\n"
        "print(*sorted(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.split()
    assert "app.main" in loaded
    assert not [name for name in loaded if any(is_or_below(name, package) for package in SECRET)]
