import json
from pathlib import Path

import pytest

from indexing.analyze import Analyzer
from indexing.lexicon import load_lexicon
from indexing.train import lexicon as step
from indexing.train.align import AlignmentSettings
from indexing.train.lexicon import (
    InducedLexicon,
    LexiconSettings,
    induce_dictionary,
    induce_lexicon,
    without_plain_compounds,
    write_lexicon,
)

SETTINGS = LexiconSettings(AlignmentSettings(iterations=10, longest=50, least=0.3, most=3), fewest=1.0)
PAIRS = [
    ("Pasientene får medisin.", "The patients get medicine."),
    ("Pasienten er på sykehuset.", "The patient is in hospital."),
    ("Sykehuset har medisin.", "The hospital has medicine."),
    ("Legen er på sykehuset.", "The doctor is in hospital."),
    ("Legene har medisin.", "The doctors have medicine."),
    ("Pasientene har en lege.", "The patients have a doctor."),
]


def induced() -> InducedLexicon:
    return induce_lexicon([one for one, _ in PAIRS], [other for _, other in PAIRS], SETTINGS)


def test_stems_are_translated_both_ways() -> None:
    lexicon = induced()
    assert {stem: others[0][0] for stem, others in lexicon.to_english.items()} == {
        "leg": "doctor", "medisin": "medicin", "pasient": "patient", "sykehus": "hospit",
    }  # fmt: skip
    assert {stem: others[0][0] for stem, others in lexicon.to_norwegian.items()} == {
        "doctor": "leg", "hospit": "sykehus", "medicin": "medisin", "patient": "pasient",
    }  # fmt: skip


def test_stop_words_are_neither_entries_nor_translations() -> None:
    lexicon = induced()
    stems = {"har", "er", "på", "en", "the", "is", "in", "a", "has", "have", "get", "får"}
    for table in (lexicon.to_english, lexicon.to_norwegian):
        assert not stems & set(table)
        assert not stems & {other for others in table.values() for other, _ in others}


def test_words_seen_together_too_seldom_are_no_translations() -> None:
    source, target = [["katt"], ["katt"], ["hund"]], [["cat"], ["cat"], ["dog"]]
    assert set(induce_dictionary(source, target, SETTINGS, keep=lambda _: True)) == {"katt"}


def test_compound_is_left_out_if_its_parts_say_all_it_means() -> None:
    dictionary = {
        "hels": [("health", 0.9)], "arbeid": [("work", 0.8)], "søst": [("sister", 0.9)],
        "helsearbeid": [("health", 0.4), ("work", 0.4)], "helsesøst": [("nurs", 0.9)],
    }  # fmt: skip
    assert set(without_plain_compounds(dictionary)) == {"hels", "arbeid", "søst", "helsesøst"}


def test_compound_of_a_compound_that_is_left_out_stays() -> None:
    dictionary = {
        "hels": [("health", 0.9)], "arbeid": [("work", 0.8)], "plan": [("plan", 0.9)],
        "helsearbeid": [("health", 0.4), ("work", 0.4)], "helsearbeidsplan": [("health", 0.4), ("plan", 0.4)],
    }  # fmt: skip
    assert set(without_plain_compounds(dictionary)) == {"hels", "arbeid", "plan", "helsearbeidsplan"}


def test_words_with_digits_are_no_entries() -> None:
    lexicon = induce_lexicon(["covid19 i 2020"] * 9, ["covid19 in 2020"] * 9, SETTINGS)
    assert (lexicon.to_english, lexicon.to_norwegian) == ({}, {})


def test_order_of_the_pairs_does_not_change_the_lexicon() -> None:
    turned = induce_lexicon([one for one, _ in PAIRS[::-1]], [other for _, other in PAIRS[::-1]], SETTINGS)
    assert turned == induced()


def test_file_is_what_the_product_reads_and_always_the_same(tmp_path: Path) -> None:
    size = write_lexicon(induced(), tmp_path / "one.json")
    write_lexicon(induced(), tmp_path / "two.json")
    written = (tmp_path / "one.json").read_bytes()
    assert written == (tmp_path / "two.json").read_bytes()
    assert size == len(written)
    assert list(json.loads(written)["no2en"]) == ["leg", "medisin", "pasient", "sykehus"]
    loaded = load_lexicon(tmp_path / "one.json")
    [word] = Analyzer().words("sykehusene")
    assert list(loaded.translate(word)) == ["e:hospit"]


def test_lexicon_that_is_too_large_is_refused_with_its_size_and_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "LARGEST_BYTES", 10)
    with pytest.raises(ValueError, match=r"the lexicon has \d+ bytes, 10 are allowed; raise 'fewest'"):
        write_lexicon(induced(), tmp_path / "lexicon.json")
    assert not (tmp_path / "lexicon.json").exists()
