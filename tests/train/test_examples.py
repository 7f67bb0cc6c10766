"""What the reader learns from: the answer is where the example says, cut, glossed or tokenised."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.train.examples import Example, ExampleSettings, gloss_examples, read_examples
from indexing.train.glossed import Dictionaries
from indexing.train.windows import stretch, window
from tests.train.made import write_rows

SETTINGS = ExampleSettings(
    most={"made": 50}, times={"made": 3}, least_words=5, most_words=12, glossed=1.0, longest=60, changed=0.5, beside=2
)
TOWNS = ("Oslo", "Bergen", "Bodø", "Alta", "Hamar", "Moss")


def context(town: str) -> str:
    return f"Here is a text. It has some sentences. The hospital is in {town} today. Nobody knows why. It is so."


def alike(texts: list[str]) -> npt.NDArray[np.float32]:
    """Vectors that are the nearer to each other the more words their texts share."""
    words = sorted({word for text in texts for word in text.casefold().split()})
    return np.array([[word in text.casefold().split() for word in words] for text in texts], dtype=np.float32)


@pytest.fixture
def made(tmp_path: Path) -> list[Example]:
    rows = [
        {
            "lang": "en", "question": f"Where is the hospital of {town}?", "context": context(town),
            "answers": [{"text": town, "start": context(town).index(town)}],
        }
        for town in TOWNS
    ]  # fmt: skip
    return read_examples(write_rows(tmp_path / "made.jsonl.gz", rows), SETTINGS, alike, seed=1)


def test_every_question_is_read_so_often_with_its_answer_and_sometimes_with_a_passage_that_has_none(
    made: list[Example],
) -> None:
    answerable = [example for example in made if example.answerable]
    assert len(answerable) == 3 * len(TOWNS)
    assert all(example.passage[example.start : example.end] in TOWNS for example in answerable)
    others = [example for example in made if not example.answerable]
    assert others
    for example in others:
        town = example.question.removesuffix("?").split()[-1]
        assert town not in example.passage
        assert (example.start, example.end) == (0, 0)


def test_so_many_questions_are_asked_again_with_one_word_changed_as_is_told(
    tmp_path: Path, made: list[Example]
) -> None:
    for share in (0.0, 1.0):
        examples = read_examples(tmp_path / "made.jsonl.gz", replace(SETTINGS, changed=share), alike, seed=1)
        changed = [(a, b) for a, b in pairwise(examples) if a.answerable and a.passage == b.passage]
        assert len(changed) == share * sum(example.answerable for example in examples)
        for before, after in changed:
            assert not after.answerable
            words = zip(before.question.split(), after.question.split(), strict=True)
            (taken, given_for_it) = next((a.strip("?"), b.strip("?")) for a, b in words if a != b)
            assert after.question == before.question.replace(taken, given_for_it)
            assert taken in before.passage
            assert given_for_it not in before.passage


def test_a_question_without_answers_has_its_own_text_and_one_of_another_language_is_not_glossed(tmp_path: Path) -> None:
    rows = [
        {"lang": "nb", "question_lang": "en", "question": "Where is it?", "context": "Det er i Oslo.", "answers": found}
        for found in ([], [{"text": "Oslo", "start": 9}])
    ]
    settings = replace(SETTINGS, times={})
    examples = read_examples(write_rows(tmp_path / "made.jsonl.gz", rows), settings, alike, seed=1)
    assert {(one.question_language, one.passage_language, one.passage) for one in examples} == {
        ("en", "nb", "Det er i Oslo.")
    }
    assert sorted(one.passage[one.start : one.end] for one in examples) == ["", "Oslo"]
    words = {"is": [("er", 1.0)], "oslo": [("Kristiania", 1.0)]}
    assert gloss_examples(examples, Dictionaries(words, words), settings, share=1.0, seed=1) == examples


def test_of_a_long_text_without_an_answer_the_part_is_read_that_is_likest_to_the_question(tmp_path: Path) -> None:
    sentences = [f"Nothing of the kind was said of {town} in that year." for town in TOWNS]
    text = " ".join(sentences)
    row = {"lang": "en", "question": "Who leads Bodø", "context": text, "answers": []}
    (example,) = read_examples(
        write_rows(tmp_path / "made.jsonl.gz", [row]), replace(SETTINGS, times={}), alike, seed=1
    )
    assert "Bodø" in example.passage
    assert len(example.passage) < len(text)


def test_a_question_of_a_document_is_asked_of_other_sections_of_it_too_and_of_no_other_document(tmp_path: Path) -> None:
    rows = [
        {
            "document": document, "lang": "en", "context": f"It is {town}.",
            "question": f"Where is {town} of {document}?",
            "answers": [{"text": town, "start": 6}] if town != "Oslo" else [],
        }
        for document, towns in (("first", TOWNS[:3]), ("second", TOWNS[3:]))
        for town in towns
    ]  # fmt: skip
    examples = read_examples(
        write_rows(tmp_path / "made.jsonl.gz", rows), replace(SETTINGS, times={}, changed=0.0), alike, seed=1
    )
    for row in rows:
        asked = [one for one in examples if one.question == row["question"]]
        assert [one.passage for one in asked if one.answerable] == [row["context"]] * bool(row["answers"])
        passages = {one.passage for one in asked}
        assert passages == {other["context"] for other in rows if other["document"] == row["document"]}
        assert len(asked) == 3


def test_of_the_other_sections_the_likest_to_the_question_is_asked_that_has_not_the_words_of_the_answer(
    tmp_path: Path,
) -> None:
    sections = ["The chair of the port is Siri Lie.", "The port of Moss has a chair.", "Nothing.", "Ask Siri Lie."]
    answered = {"question": "Who is chair of the port", "answers": [{"text": "Siri Lie", "start": 25}]}
    rows = [
        {
            "document": "d",
            "lang": "en",
            "context": section,
            **(answered if i == 0 else {"question": "?", "answers": []}),
        }
        for i, section in enumerate(sections)
    ]
    settings = replace(SETTINGS, times={}, changed=0.0, beside=1)
    examples = read_examples(write_rows(tmp_path / "made.jsonl.gz", rows), settings, alike, seed=1)
    asked = [one for one in examples if one.question == answered["question"]]
    assert {(one.passage, one.answerable) for one in asked} == {(sections[0], True), (sections[1], False)}


def test_passages_are_cut_anew_each_time(made: list[Example]) -> None:
    assert len({example.passage for example in made if example.answerable}) > len(TOWNS)


def test_a_glossed_answer_is_where_the_example_says(made: list[Example]) -> None:
    words = {"the": [("det", 1.0)], "hospital": [("sykehuset", 1.0)], "oslo": [("Kristiania", 1.0)]}
    glossed = gloss_examples(made, Dictionaries(words, {}), SETTINGS, share=1.0, seed=1)
    assert any("sykehuset" in example.question for example in glossed)
    for before, after in zip(made, glossed, strict=True):
        answer = before.passage[before.start : before.end]
        assert after.passage[after.start : after.end] == answer.replace("Oslo", "Kristiania")
        assert after.answerable == before.answerable


@given(st.lists(st.integers(min_value=1, max_value=9), min_size=1, max_size=8), st.data())
def test_a_window_holds_the_answer_and_the_other_run_does_not(lengths: list[int], data: st.DataObject) -> None:
    text = " ".join(" ".join(f"w{i}x{j}" for j in range(n)).capitalize() + "." for i, n in enumerate(lengths))
    start = data.draw(st.integers(min_value=0, max_value=len(text) - 1))
    end = data.draw(st.integers(min_value=start + 1, max_value=len(text)))
    words = data.draw(st.integers(min_value=1, max_value=30))
    spans, kept, rest = window(text, start, end, words, np.random.default_rng(data.draw(st.integers(0, 9))))
    assert text[start:end].strip() in stretch(text, spans, kept)
    assert set(range(*kept)).isdisjoint(range(*rest))
    assert stretch(text, spans, (1, 1)) == ""
