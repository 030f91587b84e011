"""The page of attacks is true about the catalogue; playing them again is `make hostile`."""

import pytest

from hostile.catalogue import CATALOGUE
from hostile.results import Result
from tools import hostile_docs


def test_the_page_is_made_from_the_catalogue_and_from_its_own_results() -> None:
    page = hostile_docs.PAGE.read_text()
    results = hostile_docs.results_in(page)
    assert list(results) == list(CATALOGUE), "run `make hostile`"
    assert page == hostile_docs.hostile_page(results), "run `make hostile`"


@pytest.mark.parametrize("name", CATALOGUE)
def test_our_client_does_what_the_catalogue_asks_for(name: str) -> None:
    result = hostile_docs.results_in(hostile_docs.PAGE.read_text())[name].result
    assert result is Result.NOT_REACHED or result in CATALOGUE[name].right
