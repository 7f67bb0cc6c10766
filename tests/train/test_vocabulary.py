from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from indexing.train.vocabulary import (
    VocabularySettings,
    add_pieces,
    count_words,
    draw,
    drop_harmful,
    extend_vocabulary,
    fertility,
    learn_pieces,
    weigh,
    with_accents,
)

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
WHOLE = ["the", "patient", "gift", "work", "##ing"]
LETTERS = [*"abcdefghijklmnopqrstuvwxyz", *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"), ".", ","]
TEXTS = {
    "en": ["The patient works.", "The working patients."] * 20,
    "nb": ["Pasienten får arbeidstillatelse.", "Pasientene får en gave."] * 20,
    "nn": ["Pasienten får ikkje arbeidsløyve."] * 4,
}
SETTINGS = VocabularySettings(pieces=150, nynorsk_share=0.3, most_words=1000, fewest_uses=2, most_changed=0.0)


def make_teacher() -> Tokenizer:
    """A tokenizer of BERT's kind, lower-case and without accents."""
    pieces = [*SPECIAL, *LETTERS, *WHOLE]
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    teacher = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    teacher.normalizer = normalizers.BertNormalizer()
    teacher.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    teacher.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    teacher.add_special_tokens(SPECIAL)
    return teacher


def tokens(tokenizer: Tokenizer, text: str) -> list[str]:
    return list(tokenizer.encode(text).tokens)


def test_norwegian_takes_fewer_pieces_and_english_as_many() -> None:
    tokenizer, figures = extend_vocabulary(make_teacher(), TEXTS, SETTINGS)
    assert tokens(tokenizer, "Pasienten får") == ["[CLS]", "pasienten", "får", "[SEP]"]
    assert figures.fertility_after["nb"] < figures.fertility_before["nb"]
    assert figures.fertility_after["nn"] < figures.fertility_before["nn"]
    assert figures.fertility_after["en"] == figures.fertility_before["en"]
    assert figures.changed == 0.0
    assert figures.pieces == tokenizer.get_vocab_size()


def test_pieces_of_the_teacher_keep_their_ids_and_new_ones_come_after() -> None:
    teacher = make_teacher()
    tokenizer, figures = extend_vocabulary(teacher, TEXTS, SETTINGS)
    old, new = teacher.get_vocab(), tokenizer.get_vocab()
    assert new.items() >= old.items()
    assert sorted(new.values()) == list(range(len(old) + figures.new))


def test_same_text_gives_the_same_vocabulary() -> None:
    one, _ = extend_vocabulary(make_teacher(), TEXTS, SETTINGS)
    other, _ = extend_vocabulary(make_teacher(), {name: texts[::-1] for name, texts in TEXTS.items()}, SETTINGS)
    assert one.to_str() == other.to_str()


def test_special_tokens_stand_around_a_text_and_long_texts_are_cut_not_padded() -> None:
    tokenizer, _ = extend_vocabulary(make_teacher(), TEXTS, SETTINGS)
    assert tokens(tokenizer, "the") == ["[CLS]", "the", "[SEP]"]
    assert len(tokens(tokenizer, "the " * 1000)) == 256


def test_teacher_that_pads_is_refused() -> None:
    teacher = make_teacher()
    teacher.enable_padding(length=128)
    with pytest.raises(ValueError, match=r"pads .*; call its no_padding\(\) before"):
        extend_vocabulary(teacher, TEXTS, SETTINGS)


@pytest.mark.parametrize("text", ["BLÅBÆR", "bla\u030abær"])
def test_accents_are_composed_and_kept(text: str) -> None:
    assert tokens(with_accents(make_teacher()), text)[3] == "##å"


def test_word_with_a_foreign_accent_is_not_unknown() -> None:
    assert tokens(with_accents(make_teacher()), "café")[-2] == "##é"
    assert "[UNK]" not in tokens(with_accents(make_teacher()), "Peña, Kovačić, Ångström, Łódź")


def test_piece_that_steals_the_start_of_an_english_word_is_dropped() -> None:
    spelling = with_accents(make_teacher())
    english, norwegian = Counter({"working": 10, "patient": 10}), Counter({"worki": 1, "pasient": 50})
    assert tokens(add_pieces(spelling, ["worki"]), "working")[1] == "worki"
    assert drop_harmful(spelling, ["worki", "pasient"], english, norwegian, most_changed=0.0) == ["pasient"]


def test_of_two_harmful_pieces_the_one_norwegian_needs_more_stays() -> None:
    spelling = with_accents(make_teacher())
    english, norwegian = Counter({"working": 10, "patients": 10}), Counter({"worki": 1, "patients": 50})
    assert drop_harmful(spelling, ["worki", "patients"], english, norwegian, most_changed=0.5) == ["patients"]


def test_learnt_pieces_are_whole_frequent_words_and_do_not_depend_on_order() -> None:
    words = count_words(TEXTS["nb"])
    pieces = learn_pieces(words, 150)
    assert {"pasienten", "får", "##e"} <= set(pieces)
    assert len(pieces) == len(set(pieces)) <= 150
    assert pieces == learn_pieces(Counter(dict(reversed(words.items()))), 150)


def test_nynorsk_is_weighed_to_its_share() -> None:
    weighed = weigh(Counter({"ikke": 90}), Counter({"ikkje": 6, "eg": 4}), 0.25)
    # a quarter of all where bokmål has 90: 30 words, three times each of the ten
    assert weighed == Counter({"ikke": 90, "ikkje": 18, "eg": 12})


def test_words_are_lower_case_and_have_a_letter() -> None:
    assert count_words(["På Å-2 i 2024: covid19_på"]) == Counter({"på": 2, "å": 1, "i": 1, "covid19": 1})


def test_fertility_is_the_mean_over_words_as_often_as_they_are_there() -> None:
    # "the" is one piece, "works" two
    assert fertility(make_teacher(), Counter({"the": 3, "works": 1})) == (3 * 1 + 1 * 2) / 4
    assert fertility(make_teacher(), Counter()) == 0.0


@given(st.lists(st.text("abdefgikorståøé", min_size=1, max_size=8), min_size=1, max_size=8))
def test_harmless_pieces_cut_every_english_word_as_before(words: list[str]) -> None:
    spelling = with_accents(make_teacher())
    english = Counter(["working", "patients", "gifts", "the"])
    norwegian = Counter(words)
    kept = drop_harmful(spelling, learn_pieces(norwegian, 300), english, norwegian, most_changed=0.0)
    extended = add_pieces(spelling, kept)
    assert all(tokens(extended, word) == tokens(spelling, word) for word in english)


def test_no_source_gives_many_more_words_than_allowed() -> None:
    drawn = draw([["one two three"] * 50, ["a b"]], 10, seed=0)
    assert drawn.count("one two three") == 4
    assert drawn.count("a b") == 1
    assert drawn == draw([["one two three"] * 50, ["a b"]], 10, seed=0)
