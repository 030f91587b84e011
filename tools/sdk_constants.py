"""Writes the constants and the word list of the TypeScript SDK, so that the two languages can't drift.

`python -m tools.sdk_constants`. The constants are those of openapi/protocol.json and the statements' choices; the list
is BIP39's English one, from the library that Python uses.
"""

import json
from collections.abc import Iterable, Mapping
from typing import get_args

from mnemonic import Mnemonic

from duolog import errors
from duolog.protocol import roster_statements
from tools.check_rows import ROOT
from tools.protocol_file import protocol_data

FOLDER = ROOT / "web" / "sdk" / "src" / "generated"
_HEAD = "// Made by `make sdk-constants` from the Python code: change that, not this file.\n"
_WIDTH = 118  # characters of a line of words


def constants() -> str:
    """constants.ts."""
    data = protocol_data()
    rights = get_args(roster_statements.Rights)
    parts = [
        _HEAD,
        "/** Every size and limit, in bytes unless spec section 3.9 says another unit. */",
        f"export const SIZES = {_object(data['sizes'])} as const;\n",
        "/** What a hash, MAC, signature or derivation is for: the text behind `duolog/v1/` in its label. */",
        f"export type Purpose = {_union(data['labels'])};\n",
        "/** The changes of a roster, and whether each begins an epoch, carries it on, or makes it stale. */",
        f"export const EPOCHS = {_object(data['epochs'])} as const;\n",
        "/** The changes that name no account. */",
        f"export const WITHOUT_SUBJECT: ReadonlySet<string> = new Set({_list(roster_statements.WITHOUT_SUBJECT)});\n",
        f"export const ROLES = {_list(get_args(roster_statements.Role), ordered=True)} as const;",
        f"export const RIGHTS = {_list(rights, ordered=True)} as const;\n",
        "/** The server's problem codes, with the HTTP status of each. */",
        f"export const PROBLEMS = {_object({item['code']: item['status'] for item in data['problems']})} as const;\n",
        "/** The names that a VerificationError's `check` may carry; marks of other errors aren't here. */",
        f"export type Check = {_union(_carried(data['checks']))};",
    ]
    return "\n".join(parts) + "\n"


def word_list() -> str:
    """bip39.ts."""
    lines, line = [], ""
    for word in Mnemonic("english").wordlist:
        if len(line) + len(word) >= _WIDTH:
            lines.append(line)
            line = ""
        line += f"{word} "
    words = "\n".join([*lines, line]).replace(" \n", "\n").strip()
    about = "/** The English BIP39 list: 2048 words, in order. */"
    return f"{_HEAD}\n{about}\nexport const BIP39: readonly string[] = `\n{words}\n`\n  .trim()\n  .split(/\\s/);\n"


def _carried(checks: Iterable[Mapping[str, str]]) -> set[str]:
    """The names that errors carry: those of the rows whose error has a `check`."""
    classes = {name for name, item in vars(errors).items() if _has_check(item)}
    return {row["carries"] for row in checks if row["error"] in classes}


def _has_check(item: object) -> bool:
    return isinstance(item, type) and issubclass(item, errors.VerificationError)


def _object(value: Mapping[str, object]) -> str:
    rows = "".join(f"  {name}: {json.dumps(item)},\n" for name, item in value.items())
    return f"{{\n{rows}}}"


def _union(names: Iterable[str]) -> str:
    """A type of these texts; a name that ends in `*` stands for all that begin so."""
    texts = (f"`{name[:-1]}${{string}}`" if name.endswith("*") else json.dumps(name) for name in sorted(names))
    return "".join(f"\n  | {text}" for text in texts)


def _list(names: Iterable[str], *, ordered: bool = False) -> str:
    return json.dumps(list(names) if ordered else sorted(names))


FILES = {"constants.ts": constants, "bip39.ts": word_list}


def main() -> None:
    """Write both files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (FOLDER / name).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
