"""What the pages are made of: Markdown, and the contact of the settings."""

import pytest
from pydantic import ValidationError

from app.about.markdown import Renderer
from app.about.pages import home_page
from app.settings import Settings

CONTACT = "mailto:host@journal.example"


def test_a_link_that_leads_nowhere_here_keeps_its_words() -> None:
    known = {"02-words.md": "/spec/02-words"}
    renderer = Renderer(known.get)
    assert renderer.inline("[a *word*](02-words.md)") == '<a href="/spec/02-words">a <em>word</em></a>'
    assert renderer.inline("[a *word*](../glossary.md) and <b>") == "a <em>word</em> and &lt;b&gt;"
    assert renderer.blocks("## 5.1 The `roster`") == '<h2 id="5-1-the-roster">5.1 The <code>roster</code></h2>\n'


@pytest.mark.parametrize(
    "contact",
    [
        "host@journal.example",
        "http://journal.example",
        "javascript:alert(1)",
        "mailto:a@b\nExpires: x",
        'mailto:"<a>"@b',
    ],
)
def test_a_contact_that_is_no_address_is_refused(contact: str) -> None:
    with pytest.raises(ValidationError, match="DUOLOG_CONTACT"):
        Settings(contact=contact)


@pytest.mark.parametrize("contact", [CONTACT, "https://journal.example/contact?a=1&b=2", "tel:+1-201-555-0123", ""])
def test_a_contact_is_an_address_of_one_of_three_kinds(contact: str) -> None:
    assert Settings(contact=contact).contact == contact
    assert not contact or contact.replace("&", "&amp;") in home_page(contact)
