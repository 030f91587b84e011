"""The answers of a check-in that both people have opened."""

from collections.abc import Iterator

from duolog.documents.kinds.check_in import CheckIn
from duolog.documents.kinds.check_in_answers import CheckInAnswer, parse_answer
from duolog.errors import DuologError
from duolog.seal.blind_pairs import PairSecret, open_answer


def opened_answers(journal: bytes, check_in: CheckIn) -> Iterator[tuple[bytes, CheckInAnswer]]:
    """Each person's account id and answer in an opened check-in. An answer that can't be read is left out."""
    for account in check_in.between:
        opening = check_in.opening(account)
        if opening is None:
            continue
        try:
            secret, pair = PairSecret(opening.k), check_in.entry
            data = open_answer(secret, journal, pair, account, opening.sealed, opening.commitment)
            yield account, parse_answer(data, check_in.form)
        except DuologError:
            continue
