"""Chooses the form of an answer by its `Accept` header (RFC 9110 §12.5.1)."""

import re
from collections.abc import Sequence

MAX_RANGES = 32  # ranges of a header that are read; the others are ignored

_RANGE = re.compile(r"\s*([a-z0-9!#$&^_.+*-]+/[a-z0-9!#$&^_.+*-]+)\s*(;.*)?", re.ASCII | re.DOTALL)
_WEIGHT = re.compile(r";\s*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.ASCII)


def choose(accept: str, offered: Sequence[str]) -> str | None:
    """The form with the largest weight, the first offered of equal ones; None when none is acceptable.

    Each form has the weight of the most specific range that names it. Malformed ranges and parameters other than the
    weight are ignored. An empty header accepts everything.
    """
    weights = _weights(accept.lower())
    if not accept.strip():
        return offered[0]
    best, chosen = 0.0, None
    for form in offered:
        ranges = (form, f"{form.partition('/')[0]}/*", "*/*")
        weight = next((weights[name] for name in ranges if name in weights), 0.0)
        if weight > best:
            best, chosen = weight, form
    return chosen


def _weights(accept: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in accept.split(",", MAX_RANGES)[:MAX_RANGES]:
        found = _RANGE.fullmatch(part)
        if found is None:
            continue
        parameters = found[2] or ""
        weight = _WEIGHT.search(parameters)
        if weight is None and re.search(r";\s*q\s*=", parameters):
            continue
        weights[found[1]] = max(weights.get(found[1], 0.0), 1.0 if weight is None else float(weight[1]))
    return weights
