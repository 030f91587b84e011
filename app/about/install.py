"""The page that says how to install the command.

It names no package index: the holder of a name there would own everybody who follows it.
"""

from html import escape

from app.wheel import Wheel


def install_page(wheel: Wheel | None, origin: str) -> str:
    """The body of the page, which is HTML."""
    if wheel is None:
        return NONE_HERE
    address = f"{origin}/install/{wheel.name}"
    parts = [HEAD]
    for system, line in SYSTEMS.items():
        typed = line.format(address=address, name=wheel.name, digest=wheel.digest)
        parts.append(f"<h2>{escape(system)}</h2>\n<pre>{escape(typed)}</pre>")
    parts.append(f"<p>SHA-256 of <code>{escape(wheel.name)}</code>:</p>\n<pre>{wheel.digest}</pre>")
    return "\n".join([*parts, TAIL.replace("{origin}", escape(origin))])


# Each line checks the digest itself: pip does, for the fragment of an address; uv doesn't.
_PIPX = "pipx install '{address}#sha256={digest}'"
SYSTEMS = {
    "Debian, Ubuntu, and Windows with WSL": f"sudo apt install -y pipx && {_PIPX}",
    "Fedora": f"sudo dnf install -y pipx && {_PIPX}",
    "macOS, with Homebrew": f"brew install pipx && {_PIPX}",
    "Linux, with uv": (
        "curl -fsSO '{address}' && echo '{digest}  {name}' | sha256sum -c --quiet && uv tool install './{name}'"
    ),
}
HEAD = """\
<h1>Get the command</h1>
<p>Duolog runs in a terminal on your own computer, where your keys are. This server hands out the very program that it
was built with. Python 3.11 or newer is needed. Copy the line of your system into a terminal; each checks that
what arrives is what this page names.</p>
"""
TAIL = """\
<p>Compare the SHA-256 with somebody who has it from elsewhere, if you don't trust whoever runs this server: a
changed program could give your words away.</p>
<p>Then <code>duolog register --server {origin}</code> makes your account. If a terminal doesn't find
<code>duolog</code>, run <code>pipx ensurepath</code> and open another one.
With an invitation, go on <a href="/join">here</a>.</p>
"""
NONE_HERE = """\
<h1>Get the command</h1>
<p>This server has no copy of the command to hand out. Ask whoever runs it: <code>make wheel</code> in a checkout of
Duolog makes one, in <code>dist</code>.</p>
"""
