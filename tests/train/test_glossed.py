"""Glossed pairs: words that were aligned too seldom come from term lists, and only what is known is glossed."""

import numpy as np

from indexing.train.align import AlignmentSettings
from indexing.train.gloss import gloss, known_share
from indexing.train.glossed import Dictionaries, gloss_pairs, make_dictionaries
from indexing.train.lexicon import LexiconSettings
from indexing.train.pairs import Pair

SETTINGS = LexiconSettings(AlignmentSettings(iterations=5, longest=20, least=0.3, most=2), fewest=3.0)
FOOD = (("milk", "melk"), ("bread", "brød"))
KNOWN = Dictionaries(
    to_norwegian={"milk": [("melk", 1.0)], "is": [("er", 1.0)]},
    to_english={"melk": [("milk", 1.0)], "mjølk": [("milk", 1.0)], "er": [("is", 1.0)]},
)


def test_aligned_words_stand_before_terms_and_terms_where_nothing_is_aligned() -> None:
    said = [(f"{english} is {word}", f"{norwegian} er {word}") for word in "abcdef" for english, norwegian in FOOD]
    sentences = [Pair("news", english, norwegian, "en", "nb") for english, norwegian in said]
    terms = [
        Pair("terms", "milk", "mjelk", "en", "nb"),
        Pair("terms", "to drink", "drikke", "en", "nb"),
        Pair("terms", "to drink", "drikk", "en", "nb"),
        Pair("terms", "sour cream", "rømme", "en", "nb"),
    ]
    made = make_dictionaries(sentences + terms, SETTINGS)
    assert [other for other, _ in made.to_norwegian["milk"]] == ["melk"]
    assert made.to_norwegian["drink"] == [("drikke", 0.5), ("drikk", 0.5)]
    assert made.to_english["drikke"] == [("drink", 1.0)]
    assert "sour" not in made.to_norwegian
    assert "rømme" not in made.to_english


def test_a_word_of_grammar_has_no_translation_though_a_list_has_one() -> None:
    said = [Pair("news", f"the {english}", norwegian, "en", "nb") for english, norwegian in FOOD for _ in range(9)]
    made = make_dictionaries([*said, Pair("terms", "the", "desto", "en", "nb")], SETTINGS)
    assert made.to_norwegian["the"] == [("", 1.0)]
    assert made.to_english["desto"] == [("the", 1.0)]
    assert gloss("the bread", made.to_norwegian, 1.0, np.random.default_rng(0)).split() == ["brød"]


def test_each_sentence_is_a_pair_with_english_on_the_left() -> None:
    made = gloss_pairs({"en": ["Milk is"], "nb": ["Melk er"], "nn": ["Mjølk er"]}, KNOWN, known=1.0, seed=0)
    assert [(pair.left, pair.right, pair.left_language, pair.right_language) for pair in made] == [
        ("Milk is", "melk er", "en", "nb"), ("milk is", "Melk er", "en", "nb"), ("milk is", "Mjølk er", "en", "nn"),
    ]  # fmt: skip


def test_a_sentence_of_which_too_little_is_known_is_left_out() -> None:
    assert gloss_pairs({"en": ["Milk is good"], "nb": [], "nn": []}, KNOWN, known=0.8, seed=0) == []
    assert len(gloss_pairs({"en": ["Milk is good"], "nb": [], "nn": []}, KNOWN, known=0.6, seed=0)) == 1


def test_names_need_no_translation() -> None:
    assert known_share("Melk er Tine 2024", KNOWN.to_english) == 1.0
    assert known_share("Fløte er Tine", KNOWN.to_english) == 0.5
    assert known_share("2024", KNOWN.to_english) == 0.0
