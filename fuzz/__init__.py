"""One small function for each parser and each reader of a page, and the machinery that feeds them mutated bytes.

`targets/` registers the functions; `seeds`, `nasty` and `mutation` make their inputs; `judging` says what a finding is;
`fuzzing` runs them under atheris (`make fuzz`), `tests/fuzz` in small under Hypothesis, over the same registry.
"""
