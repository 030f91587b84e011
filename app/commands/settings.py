"""`settings`: print what can be set, as the page that is kept in `docs/settings.md`."""

from app.settings import Settings

INTRODUCTION = """\
# Settings of the server

Each is an environment variable. The defaults serve one couple on one machine; none holds a secret.

| variable | default | what it is for |
|---|---|---|
"""


def run(_: Settings) -> None:
    """Print the page."""
    print(page(), end="")


def page() -> str:
    """The page in Markdown, from the settings themselves."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in ("", None) else f"`{field.default}`"
        rows.append(f"| `DUOLOG_{name.upper()}` | {default} | {field.description} |\n")
    return INTRODUCTION + "".join(rows)
