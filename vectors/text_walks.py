"""Random texts of odd characters: what is shown of each, and whether it is shown as a name.

Tables of Unicode move, so these are no frozen vectors: two clients of one day are compared by them.
"""

from random import Random

from duolog.documents.names import name_fault, shown_names
from duolog.documents.safe_text import clean, clean_line, hidden_in
from vectors.values import ADA, KIM, SAM, Json, text

_POOLS = (
    "aBz19 ", "éßıİſ", "аеорсухѕіј", "ΑΒΕΖΣς", "ＡＢ１", "Ⓨⓞⓤ𝒴𝐨𝓾", "\u0301\u0363\u0302", "\u0915\u094d\u200d\u0937",
    "\u0628\u200c\u0644\u0627", "\U0001f469\u200d\U0001f4bb\ufe0f\U0001f3fd", "1\ufe0f\u20e3", "\u845b\U000e0100",
    "\u202e\u2066\u2069\u200e\u200f\u061c", "\u0000\u001b\u0007\n\r\t", "\u2028\u2029\u0085\u000b\u000c",
    "\u200b\u2060\ufeff\u00ad\u3164\u115f", "\ue000\U000f0000\ufff9\ufffc\ufffd", "\U000e0041\U000e007f",
    "()[]{}<>:*．：（）＊", "\u2800\U0001d159", "\u180b\u1820", "\u0600\u06dd", " \u00a0\u3000\u2003", "-_.,!?'\u2019",
)  # fmt: skip
_WORDS = ("You", "Your partner", "you", "Sam", "Ada", "Duolog", "Somebody else", "Yоu", "I", "l", "Y0u", "A member")


def text_case(random: Random, name: str, many: int) -> Json:
    """That many texts, each with what becomes of it, and the names that three people are shown by."""
    texts = [_made(random) for _ in range(many)]
    gives = [
        {"clean": clean(one), "line": clean_line(one), "hidden": list(hidden_in(one)), "fault": name_fault(one)}
        for one in texts
    ]
    names = {account: _made(random) for account in (ADA, SAM, KIM)}
    shown = {text(account): given for account, given in shown_names(names).items()}
    named = {text(account): given for account, given in names.items()}
    case: Json = {"name": name, "kind": "shown_texts", "texts": texts, "names": named}
    return case | {"gives": {"texts": gives, "names": shown}}


def _made(random: Random) -> str:
    parts = []
    for _ in range(random.choice((1, 1, 2, 4, 8))):
        if random.random() < 0.4:
            parts.append(random.choice(_WORDS))
        else:
            pool = random.choice(_POOLS)
            parts.append("".join(random.choice(pool) for _ in range(random.choice((1, 1, 2, 3, 10)))))
    return "".join(parts)
