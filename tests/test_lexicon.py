import hashlib
import json
from pathlib import Path

import pytest

from indexing.analyze import Analyzer, Word
from indexing.lexicon import Lexicon, load_lexicon

LEXICON = Lexicon(
    to_english={"kreft": (("cancer", 0.9),), "omsorg": (("care", 0.6), ("nurs", 0.1)), "plan": (("plan", 0.8),)},
    to_norwegian={"cancer": (("kreft", 0.95),), "plan": (("plan", 0.7), ("planlegg", 0.2))},
)
ANALYZER = Analyzer(["kreft", "omsorg"])


def word(text: str) -> Word:
    return ANALYZER.words(text)[0]


def test_word_is_translated_out_of_either_language() -> None:
    assert LEXICON.translate(word("kreften")) == {"e:cancer": 0.9}
    assert LEXICON.translate(word("Cancer")) == {"n:kreft": 0.95}


def test_word_of_both_languages_is_read_as_either() -> None:
    assert LEXICON.translate(word("plan")) == {"n:plan": 0.7, "n:planlegg": 0.2, "e:plan": 0.8}


def test_compound_the_lexicon_does_not_have_is_translated_part_by_part() -> None:
    assert LEXICON.translate(word("kreftomsorgen")) == {"e:cancer": 0.9, "e:care": 0.6, "e:nurs": 0.1}


def test_compound_the_lexicon_has_is_not_taken_apart() -> None:
    lexicon = Lexicon({**LEXICON.to_english, word("kreftomsorg").norwegian: (("oncolog", 0.5),)}, {})
    assert lexicon.translate(word("kreftomsorg")) == {"e:oncolog": 0.5}


@pytest.mark.parametrize("text", ["og", "the"])
def test_stop_words_have_no_translation(text: str) -> None:
    assert LEXICON.translate(word(text)) == {}


def test_a_word_the_lexicon_does_not_have_stands_for_itself() -> None:
    assert LEXICON.translate(word("2024")) == {"2024": 1.0}
    assert LEXICON.translate(word("PERCH")) == {"n:perch": 1.0, "e:perch": 1.0}


def test_lexicon_is_read_from_its_file_with_a_digest_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.json"
    path.write_text(json.dumps({"no2en": {"kreft": [["cancer", 1]]}, "en2no": {}}))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    lexicon = load_lexicon(path)
    assert [(stem, probability) for stem, probability in lexicon.to_english["kreft"]] == [("cancer", 1.0)]
    assert (list(lexicon.to_english), lexicon.to_norwegian, lexicon.digest) == (["kreft"], {}, digest)


def test_bundled_lexicon_translates_both_ways_with_probabilities(lexicon: Lexicon) -> None:
    assert "e:cancer" in lexicon.translate(word("kreft"))
    assert "n:kreft" in lexicon.translate(word("cancer"))
    for table in (lexicon.to_english, lexicon.to_norwegian):
        assert all(0 < p <= 1 for pairs in table.values() for _, p in pairs)
