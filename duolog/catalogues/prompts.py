"""Prompts for writing, a list of feelings, and the topics of boundaries, in the reader's language."""

from functools import cache
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from duolog.catalogues.languages import Id, Part, Text, parse_toml, read_file

MAX_GROUPS, MAX_TEXTS = 16, 32  # groups of a catalogue, texts of a group

Practice = Literal[
    "note", "disclosure", "impact", "repair", "reflection", "breach", "week", "review", "pause", "plan", "appreciation"
]
FORMS = ("week", "review", "plan")  # their texts stand beside the fields of a form, all of them

Texts = Annotated[dict[Id, Text], Field(min_length=1, max_length=MAX_TEXTS)]


class Language(Part):
    """A language by its own name."""

    name: Text


class FeelingGroup(Part):
    """Feelings that are near to each other, by their ids."""

    name: Text
    words: Texts


class Prompt(NamedTuple):
    """One prompt, by its id in its group."""

    id: str
    text: str


class Catalogue(Part):
    """All words of one language. Ids are the same in all of them."""

    language: Language
    practices: dict[Practice, Text]
    prompts: dict[Practice, Texts]
    feelings: Annotated[dict[Id, FeelingGroup], Field(min_length=1, max_length=MAX_GROUPS)]
    topics: Texts

    @model_validator(mode="after")
    def _require_all(self) -> "Catalogue":
        if self.practices.keys() != self.prompts.keys():
            raise ValueError("a practice is without a name, or without a prompt")
        ids = [word for group in self.feelings.values() for word in group.words]
        if len(ids) != len(set(ids)):
            raise ValueError("two feelings have one id")
        return self

    def prompt_of(self, practice: Practice, day: int) -> Prompt:
        """The prompt of a day: the same for everybody, in any language, and another one the day after.

        `day`: a count of days, from any beginning. A group with one prompt has no other.
        """
        texts = self.prompts[practice]
        chosen = sorted(texts)[day % len(texts)]
        return Prompt(chosen, texts[chosen])

    def feeling(self, word: str) -> str | None:
        """A feeling by its id, or None."""
        return next((group.words[word] for group in self.feelings.values() if word in group.words), None)


@cache
def load_catalogue(language: str) -> Catalogue:
    """The catalogue of one of `LANGUAGES`. Raises: MalformedData when its file isn't what it was released as."""
    return parse_toml(Catalogue, read_file(f"{language}.toml"))
