"""The looks of a report: paper by day, ink by night, plain on a printer. No font, picture or address of elsewhere."""

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --paper: #f6f2ea; --sheet: #fffdf8; --ink: #24221e; --quiet: #635d53; --rule: #d9d1c2;
  --mine: #2f5d57; --theirs: #8a4b1f; }
@media (prefers-color-scheme: dark) { :root { --paper: #17181b; --sheet: #202226; --ink: #ece7dd; --quiet: #aaa396;
  --rule: #3a3c42; --mine: #8fc7bd; --theirs: #e7b98a; } }
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 100%/1.5 system-ui, sans-serif; }
body { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { font: 600 2rem/1.2 ui-serif, Georgia, serif; margin: 0 0 0.25rem; }
h2 { font: 600 1.4rem/1.3 ui-serif, Georgia, serif; margin: 3rem 0 1rem; padding-top: 1rem;
  border-top: 1px solid var(--rule); }
h3 { font-size: 1.05rem; line-height: 1.4; margin: 0 0 0.75rem; }
h4 { font-size: 0.85rem; font-weight: 600; color: var(--quiet); margin: 1.25rem 0 0.5rem; }
p { margin: 0.25rem 0; }
a { color: inherit; text-underline-offset: 0.2em; }
.quiet, figcaption, caption { color: var(--quiet); font-size: 0.875rem; }
.note { border: 1px solid var(--rule); border-radius: 0.5rem; padding: 0.75rem 1rem; margin: 1.5rem 0 0; }
nav ul { list-style: none; padding: 0; margin: 1.5rem 0 0; }
nav li { margin: 0.5rem 0; }
article { background: var(--sheet); border: 1px solid var(--rule); border-radius: 0.5rem; padding: 1rem 1.25rem;
  margin: 0 0 1.25rem; }
ol.steps { list-style: none; padding: 0; margin: 0; }
ol.steps > li { border-inline-start: 3px solid var(--theirs); padding: 0.1rem 0 0.1rem 0.9rem; margin: 0 0 1rem; }
ol.steps > li.mine { border-inline-start-color: var(--mine); }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); gap: 1rem 1.5rem;
  margin: 0.75rem 0 0; }
.sides > div > p:first-child { font-weight: 600; }
.details { padding-inline-start: 1rem; }
.details p { white-space: pre-wrap; }
.details p + p { margin-top: 0; }
blockquote { margin: 0.4rem 0 0.4rem 1rem; font-family: ui-serif, Georgia, serif; font-size: 1.05rem; }
blockquote p { white-space: pre-wrap; min-height: 1.5em; margin: 0; }
figure { margin: 0 0 1.5rem; }
.chart { display: block; width: 100%; height: auto; }
.chart text { fill: var(--quiet); font: 12px system-ui, sans-serif; }
.chart .grid { stroke: var(--rule); stroke-width: 1; }
.chart .stem { stroke: var(--ink); stroke-width: 1; opacity: 0.35; }
.chart .point { fill: var(--ink); }
table { border-collapse: collapse; font-size: 0.9rem; margin: 0.25rem 0 0; }
caption { text-align: start; padding-bottom: 0.25rem; }
th, td { text-align: start; padding: 0.2rem 1.25rem 0.2rem 0; border-bottom: 1px solid var(--rule); }
th { font-weight: 500; }
td { font-variant-numeric: tabular-nums; }
@media (max-width: 30rem) { body { padding: 1.25rem 0.75rem 3rem; } article { padding: 0.85rem 0.9rem; }
  h1 { font-size: 1.6rem; } blockquote { margin-inline-start: 0.5rem; }
  .details { padding-inline-start: 0.5rem; } .chart text { font-size: 16px; } }
@media print { :root { --paper: #fff; --sheet: #fff; --ink: #000; --quiet: #444; --rule: #bbb; --mine: #2f5d57;
  --theirs: #8a4b1f; color-scheme: light; } @page { margin: 18mm 16mm; } body { max-width: none; padding: 0; }
  nav { display: none; } article { border: 0; padding: 0; } h2, h3, h4 { break-after: avoid; }
  ol.steps > li, figure, tr { break-inside: avoid; } }
"""
