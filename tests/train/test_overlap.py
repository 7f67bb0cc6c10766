"""Overlap of training and measured text: found when it is there, and only then."""

from indexing.train.overlap import read_measured

LAW = "The municipality shall offer health services to all who stay in it, whatever their age or means may be."


def test_a_measured_text_is_found_whatever_its_case_and_punctuation() -> None:
    assert read_measured([LAW]).overlaps(LAW.upper().replace(",", " –"))


def test_eight_words_in_a_row_are_an_overlap_and_seven_are_not() -> None:
    measured = read_measured([LAW])
    assert measured.overlaps("As it has it, the municipality shall offer health services to all")
    assert not measured.overlaps("As it has it, municipality shall offer health services to all")


def test_a_short_text_overlaps_only_when_it_is_the_same() -> None:
    measured = read_measured(["Good morning", ""])
    assert measured.overlaps("good morning!")
    assert not measured.overlaps("Good morning to you all")
    assert not measured.overlaps("")
