"""One name, one thing: no two public classes of the wheel share a name."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCKING = {"blocking.py", "blocking_faces.py"}  # the same classes without `await`, under their own names


def test_no_two_classes_share_a_name() -> None:
    found = defaultdict(list)
    for path in sorted((ROOT / "duolog").rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and path.name not in BLOCKING:
                found[node.name].append(path.relative_to(ROOT).as_posix())
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}
