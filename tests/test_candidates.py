"""Sentences an answer may be chosen from, and the signals of each."""

from dataclasses import replace

import numpy as np
import pytest

from indexing.encode import Encoder
from indexing.language import Detection
from indexing.lexicon import Lexicon
from indexing.store import Index
from indexing.types import BlockKind
from service import candidates
from service.ask import Pipeline, make_pipeline
from service.reader import Reading
from service.retrieve import Query
from service.types import Candidate, Hit, Mark, Signals
from tests.tiny import BLIND, open_tiny

NORWEGIAN = Detection("nb", 30.0)


@pytest.fixture(scope="module")
def real(index: Index, encoder: Encoder, lexicon: Lexicon) -> Pipeline:
    """The pipeline over the five documents."""
    return make_pipeline(index, encoder, lexicon)


def collect(pipeline: Pipeline, question: str) -> list[Candidate]:
    query = pipeline.retriever.prepare(question, NORWEGIAN)
    return collect_from(pipeline, query, pipeline.retriever.search(query, limit=10))


def collect_from(pipeline: Pipeline, query: Query, hits: list[Hit]) -> list[Candidate]:
    readings = pipeline.reader.read(query.text, [hit.chunk.text for hit in hits])
    return candidates.collect(pipeline.index, query, hits, readings)


def signals_of(candidates: list[Candidate], beginning: str) -> Signals:
    return next(c.signals for c in candidates if c.text.startswith(beginning))


def test_candidates_are_the_sentences_of_the_passages_found_in_their_order() -> None:
    pipeline = open_tiny(
        {"a": ["Styret møtes i Bergen. Referatet er åpent."], "b": ["Helsedata finnes. De er trygge."]}
    )
    assert [candidate.text for candidate in collect(pipeline, "helsedata trygge")] == [
        "Helsedata finnes.",
        "De er trygge.",
        "Styret møtes i Bergen.",
        "Referatet er åpent.",
    ]


def test_a_candidate_is_a_slice_of_its_document() -> None:
    pipeline = open_tiny({"a": ["Styret møtes i Bergen. Referatet er åpent.", "Neste møte er 17. mai."]})
    for candidate in collect(pipeline, "møte"):
        text = pipeline.index.documents[candidate.chunk.document_id].text
        assert text[candidate.sentence.start : candidate.sentence.end] == candidate.text


@pytest.mark.parametrize(("logit", "signal"), [(1.0, 2.0), (50.0, 8.0), (-50.0, -8.0)])
def test_how_sure_the_reader_is_counts_up_to_a_bound(logit: float, signal: float) -> None:
    pipeline = open_tiny({"a": ["Styret møtes i Bergen."]})
    query = pipeline.retriever.prepare("møte", NORWEGIAN)
    hits = pipeline.retriever.search(query, limit=1)
    logits = np.array([logit], dtype=np.float32)
    reading = Reading(logits, logits, np.array([[16, 22]], dtype=np.int32))
    [candidate] = candidates.collect(pipeline.index, query, hits, [reading])
    assert candidate.mark == Mark(16, 22, 2 * logit)
    assert candidate.signals.read == signal


def test_no_passage_no_candidate() -> None:
    pipeline = open_tiny({"a": ["Styret møtes i Bergen."]})
    query = pipeline.retriever.prepare("styret", NORWEGIAN)
    assert collect_from(pipeline, query, []) == []


def test_headings_and_notes_answer_nothing(real: Pipeline) -> None:
    hits = [Hit(row, chunk, 0.0, None, None, None) for row, chunk in enumerate(real.index.chunks)]
    query = real.retriever.prepare("Hva er NorTrials?", NORWEGIAN)
    kinds = {candidate.sentence.kind for candidate in collect_from(replace(real, reader=BLIND), query, hits)}
    assert kinds == set(BlockKind) - {BlockKind.HEADING, BlockKind.NOTE}


def test_late_is_the_weight_of_the_words_that_stand_in_the_sentence() -> None:
    pipeline = open_tiny({"a": ["Helsedata finnes i dag. Styret møtes i Bergen."], "b": ["Noe annet her."]})
    found = collect(pipeline, "helsedata Bergen")  # both words in one passage: of equal rarity
    assert signals_of(found, "Helsedata").late == pytest.approx(0.5, abs=0.05)
    assert signals_of(found, "Styret").late == pytest.approx(0.5, abs=0.05)
    assert signals_of(found, "Noe").late == pytest.approx(0.0, abs=0.05)


def test_the_passage_signal_is_the_score_of_the_hit() -> None:
    pipeline = open_tiny({"a": ["Styret møtes."], "b": ["Helsedata finnes."]})
    query = pipeline.retriever.prepare("helsedata", NORWEGIAN)
    hits = pipeline.retriever.search(query, limit=10)
    found = collect_from(pipeline, query, hits)
    assert [candidate.signals.passage for candidate in found] == [hit.score for hit in hits]


def test_a_value_of_the_kind_asked_for_is_expected_unless_the_question_names_it() -> None:
    pipeline = open_tiny({"a": ["Prisen er 30 millioner kroner.", "Styret møtes i Bergen."]}, max_chars=30)
    asked = collect(pipeline, "Hvor mye penger koster det?")
    assert signals_of(asked, "Prisen").expected == 1.0
    assert signals_of(asked, "Styret").expected == 0.0
    named = collect(pipeline, "Hva er beløp 30 millioner kroner?")
    assert signals_of(named, "Prisen").expected == 0.0
    prose = collect(pipeline, "Hvorfor det?")
    assert {candidate.signals.expected for candidate in prose} == {0.5}


def test_a_preposition_is_no_count_in_an_english_passage() -> None:
    pipeline = open_tiny({"a": ["The members contribute to the growth of the hospitals in the whole country."]})
    assert collect(pipeline, "How many hospitals contribute?")[0].signals.expected == 0.0


def test_the_form_of_a_sentence_is_told() -> None:
    pipeline = open_tiny({"a": ["Målene er disse:", "Hva er målet?", "Målet er bedre helse."]}, max_chars=25)
    found = collect(pipeline, "målet")
    assert signals_of(found, "Målene").opens_list == 1.0
    assert signals_of(found, "Hva").question == 1.0
    plain = signals_of(found, "Målet er")
    assert (plain.opens_list, plain.question) == (0.0, 0.0)


def test_what_the_passage_has_nothing_near_to_is_unmatched() -> None:
    pipeline = open_tiny({"a": ["Helsedata finnes i dag."], "b": ["Styret møtes."]})
    half = signals_of(collect(pipeline, "helsedata romfart"), "Helsedata")
    assert 0.4 < half.unmatched < 0.7  # the word no passage has is the rarer one
    assert half.asked == 2 / 10
    whole = signals_of(collect(pipeline, "helsedata dag"), "Helsedata")
    assert whole.unmatched == 0.0


def test_signals_of_the_five_documents_stay_in_their_range(real: Pipeline) -> None:
    for question in ("Hvor mye får NorTrials?", "Who is the general manager?", "1", "What is the aim of Pilot Helse?"):
        for candidate in collect(real, question):
            signals = candidate.signals
            assert -1.0 <= signals.late <= 1.0 + 1e-6
            assert 0.0 <= signals.unmatched <= 1.0 + 1e-6
            assert signals.expected in (0.0, 0.5, 1.0)
