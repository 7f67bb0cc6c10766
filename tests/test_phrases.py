"""The language our own pages are shown in."""

import pytest

from service.phrases import LANGUAGES, page_language, phrases


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "nb"),
        (None, "de,fr", "nb"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "en;q=0.5, nn;q=0.9", "nn"),
        (None, "no", "nb"),
        ("nn", "en", "nn"),
        ("nb-NO", "en", "nb"),
        ("xx", "en", "en"),
        (None, "en;q=high, nn;q=0.1", "nn"),
    ],
)
def test_the_reader_gets_what_was_asked_for_or_what_the_browser_prefers(
    asked: str | None, accepted: str, language: str
) -> None:
    assert page_language(asked, accepted) == language


def test_every_language_has_every_phrase() -> None:
    assert len({frozenset(phrases(language)) for language in LANGUAGES}) == 1
