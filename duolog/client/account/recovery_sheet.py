"""The recovery sheet as a page to print: one self-contained HTML file that loads nothing, on one sheet of A4 paper.

It holds the account. A program that writes it to a disk removes it again after printing. Spec: §4.3
"""

import html
from collections.abc import Sequence

import segno

from duolog.documents.safe_text import clean_line

_STYLE = """
@page { size: A4; margin: 14mm 18mm }
@media screen { body { padding: 12mm 6mm } }
body { font: 11pt/1.45 Georgia, "DejaVu Serif", serif; color: #111; max-width: 174mm; margin: 0 auto }
h1 { font-size: 21pt; line-height: 1.2; margin: 0 0 2mm } h2 { font-size: 12pt; margin: 7mm 0 1.5mm }
p { margin: 0 0 2mm }
.words { columns: 3; column-gap: 8mm; margin: 5mm 0 7mm; padding: 4mm 5mm; border: 0.4mm solid #111 }
.words div { font: 13pt/1.75 "DejaVu Sans Mono", Menlo, Consolas, monospace; break-inside: avoid }
.words span { display: inline-block; width: 6mm; margin-right: 4mm; color: #555; font-size: 10pt; text-align: right }
.foot { display: flex; gap: 8mm; align-items: center; break-inside: avoid }
.foot svg { display: block; width: 44mm; height: 44mm; flex: none; margin: -1.5mm }
code, .account { font: 9.5pt/1.5 "DejaVu Sans Mono", Menlo, Consolas, monospace } .account { font-size: 11pt }
code, dd { overflow-wrap: anywhere }
dl { margin: 0; min-width: 0 } dt { color: #555; font-size: 10pt } dd { margin: 0 0 2.5mm } dd:last-child { margin: 0 }
"""


def make_sheet(words: Sequence[str], account_words: Sequence[str], server: str, day: str) -> str:
    """The page. `words`: 24. `account_words`: eight, by which its owner knows the account. `day`: of making it."""
    server = html.escape(clean_line(server))
    listed = "".join(f"<div><span>{number}</span>{html.escape(word)}</div>" for number, word in enumerate(words, 1))
    square = segno.make(" ".join(words), error="m", micro=False).svg_inline(border=2, omitsize=True)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Duolog recovery sheet</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Duolog recovery sheet</h1>
<p>These 24 words bring your account back on any computer, if every device is lost. Nobody else can: not the server, not
your partner, not the people who made Duolog.</p>
<div class="words">{listed}</div>
<div class="foot">
{square}
<dl>
<dt>Server</dt><dd>{server}</dd>
<dt>Words of the account (no secret: they tell it from others)</dt>
<dd class="account">{html.escape(" ".join(account_words[:4]))}<br>{html.escape(" ".join(account_words[4:]))}</dd>
<dt>Made on</dt><dd>{html.escape(day)}</dd>
</dl>
</div>
<h2>Keeping it</h2>
<p>Whoever has these words, or a photograph of them, reads everything that you can. Keep the paper where only you look:
not in a shared drawer, not in a wallet, not as a photograph. If somebody may have seen it, run
<code>duolog recovery replace</code>: the words here open nothing from then on.</p>
<h2>Using it</h2>
<p>Install Duolog, and run <code>duolog restore --server {server}</code>. Type the words in their order;
the square holds the same words. Afterwards compare words with your partner, as it says.</p>
<p>When this is on paper, delete the file, and empty the printer's memory if it keeps one.</p>
</body>
</html>
"""
