"""The whole flow from a question to a reply: quotations exact, answers the same whatever else runs."""

import re
import shutil
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.encode import Encoder
from indexing.errors import EncoderError, QuestionError, SnapshotError, UnknownDocumentError
from indexing.lexicon import Lexicon
from indexing.session import MODEL_FOLDER
from indexing.store import Index, save, save_calibration
from service.ask import READ_PASSAGES, CitationError, Pipeline, ask, compare, make_pipeline, open_pipeline
from service.calibration import SHIPPED
from service.present import ask_response
from service.read import rank
from service.reader import Reading
from service.types import Mode, Outcome, Reply
from tests.tiny import ALWAYS_ANSWER, NEVER_ANSWER, open_tiny

QUESTIONS = (
    "Hvor mye penger får NorTrials?",
    "How much does NorTrials get?",
    "Hvem er daglig leder i Oslo Cancer Cluster?",
    "Kva er Pilot Helse?",
    "What is the total budget of Horizon Europe?",
    "Hva koster en enhjørning?",
)


@pytest.fixture(scope="module")
def real(index: Index, encoder: Encoder, lexicon: Lexicon) -> Pipeline:
    """The pipeline over the five documents."""
    return make_pipeline(index, encoder, lexicon)


def said(pipeline: Pipeline, reply: Reply) -> str:
    """The reply as it is sent, timing aside."""
    return ask_response(reply, pipeline.index).model_dump_json(exclude={"timing_ms"})


def assert_exact(pipeline: Pipeline, reply: Reply) -> None:
    """Whatever is cited stands in the document, and the span stands inside the quotation."""
    for hit in reply.hits:
        assert pipeline.index.documents[hit.chunk.document_id].text[hit.chunk.start : hit.chunk.end] == hit.chunk.text
    citation, span = reply.answer.citation, reply.answer.span
    if citation is None:
        assert span is None
        return
    text = pipeline.index.documents[citation.document_id].text
    assert text[citation.start : citation.end] == citation.quote
    assert citation.quote.strip()
    assert citation.chunk.start <= citation.start < citation.end <= citation.chunk.end
    if span is not None:
        assert citation.start <= span.start < span.end <= citation.end
        assert text[span.start : span.end] == span.text


@pytest.mark.parametrize("question", ["Hvor mye penger får NorTrials?", "How much does NorTrials get?"])
def test_the_question_of_the_project_is_answered_in_both_languages(real: Pipeline, question: str) -> None:
    answer = ask(real, question).answer
    assert answer.outcome is Outcome.ANSWERED
    assert answer.citation is not None
    assert "NorTrials" in answer.citation.quote
    assert answer.span is not None
    assert re.search(r"NOK 30 million|30 mill(ioner|\.) kroner", answer.span.text)


@pytest.mark.parametrize("question", QUESTIONS)
def test_quotations_from_the_five_documents_are_exact(real: Pipeline, question: str) -> None:
    for mode in Mode:
        assert_exact(real, ask(real, question, mode=mode, limit=20))


PARAGRAPHS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "Regjeringen foreslår 30 millioner kroner til NorTrials i 2024. Søknadsfristen er 17. mai.",
                "The scheme gets NOK 1 250 million (approx. 5 %) from 2021–2027. Dr. Hansen leads it.",
                "Å få støtte: «Det er bra,» sier Åse Ødegård-Lie. 👩🏽\u200d🔬 Tre til fem måneder.",
                "e\u0301 cafe\u0301 𝒳 \u202eabc\u202c 30\u00a0000 kr.",
            ]
        ),
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=120).filter(str.strip),
    ),
    min_size=1, max_size=4,
)  # fmt: skip
ASKED = st.one_of(
    st.sampled_from(["Hvor mye får NorTrials?", "How much?", "Når er fristen?", "Hvem leder?", "How many percent?"]),
    st.text(min_size=1, max_size=60),
)


class AnyReader:
    """Marks anything: every word begins and ends an answer as well as its letters say."""

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        return [self._read(passage) for passage in passages]

    def _read(self, passage: str) -> Reading:
        spans = [match.span() for match in re.finditer(r"\S+", passage)]
        first = np.array([len(passage[a:b]) % 7 - 3 for a, b in spans], dtype=np.float32)
        last = np.array([ord(passage[a]) % 5 - 2 for a, _ in spans], dtype=np.float32)
        return Reading(first, last, np.array(spans, dtype=np.int32).reshape(-1, 2))


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from(["a", "b", "c"]), PARAGRAPHS, min_size=1),
    ASKED,
    st.sampled_from([30, 120, 700]),
)
def test_whatever_is_answered_stands_in_its_document(
    documents: dict[str, list[str]], question: str, max_chars: int
) -> None:
    pipeline = open_tiny(documents, max_chars=max_chars, reader=AnyReader())
    try:
        reply = ask(pipeline, question)
    except QuestionError:
        return
    query = pipeline.retriever.prepare(reply.question, reply.language)
    assert reply.answer.outcome is Outcome.ANSWERED or not compare(pipeline, query, reply.hits)
    assert_exact(pipeline, reply)


@settings(max_examples=60)
@given(st.text(min_size=1, max_size=80))
def test_no_question_is_too_strange_for_the_bundled_encoder(real: Pipeline, question: str) -> None:
    try:
        reply = ask(real, question)
    except QuestionError:
        return
    assert_exact(real, reply)


def test_sixteen_threads_get_the_same_bytes_as_one(real: Pipeline) -> None:
    alone = {question: said(real, ask(real, question)) for question in QUESTIONS}
    at_once = threading.Barrier(16)

    def ask_all(turn: int) -> dict[str, str]:
        at_once.wait()
        turned: Sequence[str] = QUESTIONS[turn % 6 :] + QUESTIONS[: turn % 6]
        return {question: said(real, ask(real, question)) for question in turned}

    with ThreadPoolExecutor(16) as threads:
        assert all(answers == alone for answers in threads.map(ask_all, range(16)))


def test_an_answer_does_not_depend_on_what_was_asked_before(real: Pipeline) -> None:
    first = said(real, ask(real, QUESTIONS[0]))
    for other in (*QUESTIONS, "zzz", "a" * 500):
        ask(real, other)
    assert said(real, ask(real, QUESTIONS[0])) == first


def test_an_answer_does_not_depend_on_how_many_passages_are_shown(real: Pipeline) -> None:
    for question in QUESTIONS:
        answers = [ask(real, question, limit=limit).answer for limit in (1, 5, 20)]
        assert answers[0] == answers[1] == answers[2]


def test_as_many_passages_come_as_are_asked_for(real: Pipeline) -> None:
    for limit in (1, READ_PASSAGES, 20):
        assert len(ask(real, QUESTIONS[0], limit=limit).hits) == limit


def test_a_filter_keeps_answer_and_passages_within_its_documents(real: Pipeline) -> None:
    for document_id in real.index.documents:
        reply = ask(real, "How much does NorTrials get?", documents=[document_id])
        assert {hit.chunk.document_id for hit in reply.hits} == {document_id}
        assert reply.answer.citation is None or reply.answer.citation.document_id == document_id


def test_no_documents_allowed_means_no_answer() -> None:
    reply = ask(open_tiny({"a": ["Helsedata finnes."]}), "helsedata", documents=[])
    assert (reply.answer.outcome, reply.answer.confidence, reply.hits) == (Outcome.NO_ANSWER, 0.0, ())


def test_an_unknown_document_is_refused() -> None:
    with pytest.raises(UnknownDocumentError, match="'nope'"):
        ask(open_tiny({"a": ["Helsedata finnes."]}), "helsedata", documents=["nope"])


def test_a_bad_question_is_refused_before_anything_is_done() -> None:
    with pytest.raises(QuestionError):
        ask(open_tiny({"a": ["Helsedata finnes."]}), "?!")


def test_the_calibration_decides_whether_anything_is_said() -> None:
    documents = {"a": ["Helsedata finnes."]}
    assert ask(open_tiny(documents, calibration=ALWAYS_ANSWER), "helsedata").answer.outcome is Outcome.ANSWERED
    assert ask(open_tiny(documents, calibration=NEVER_ANSWER), "helsedata").answer.outcome is Outcome.NO_ANSWER


@pytest.mark.parametrize(
    ("given_code", "question", "code"),
    [
        ("nb", "How much does NorTrials get?", "nb"),
        ("nn", "Hvor mye får de?", "nn"),
        ("en", "Hvor mye får de?", "en"),
        ("no", "Hvor mye får de?", "nb"),
        ("no", "Kva får dei ikkje?", "nn"),
    ],
)
def test_a_language_the_caller_gives_is_believed(given_code: str, question: str, code: str) -> None:
    reply = ask(open_tiny({"a": ["Helsedata finnes."]}), question, language=given_code)
    assert (reply.language.code, reply.language_given) == (code, True)


def test_without_a_given_language_it_is_detected() -> None:
    pipeline = open_tiny({"a": ["Helsedata finnes."]})
    assert [ask(pipeline, q).language.code for q in ("Hvor mye får de?", "Kva får dei ikkje?", "What is it?")] == [
        "nb",
        "nn",
        "en",
    ]
    assert not ask(pipeline, "What is it?").language_given


def test_the_times_of_the_steps_add_up() -> None:
    timing = ask(open_tiny({"a": ["Helsedata finnes."]}), "helsedata").timing
    assert timing.total == timing.encode + timing.retrieve + timing.read
    assert min(timing.encode, timing.retrieve, timing.read) > 0


def test_a_quotation_that_is_not_in_its_document_is_never_sent() -> None:
    pipeline = open_tiny({"a": ["Helsedata finnes."]})
    document = replace(pipeline.index.documents["a"], text="Noe helt annet står her nå.")
    broken = replace(pipeline, index=replace(pipeline.index, documents={"a": document}))
    with pytest.raises(CitationError, match="a:0-17 is not the quotation"):
        ask(broken, "helsedata")


def test_without_an_index_the_cure_is_told(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"no index in .*; run: python -m indexing"):
        open_pipeline(tmp_path / "nowhere", "bundled")


def test_an_index_made_with_another_encoder_is_refused(tmp_path: Path) -> None:
    save(open_tiny({"a": ["Helsedata finnes."]}).index, tmp_path / "index")
    with pytest.raises(SnapshotError, match=r"built with encoder name 'fake', settings ask for .*; run: python -m"):
        open_pipeline(tmp_path / "index", "bundled")


def test_a_pipeline_opened_from_disk_answers_like_the_one_in_memory(real: Pipeline, index_folder: Path) -> None:
    opened = open_pipeline(index_folder, "bundled")
    for question in QUESTIONS:
        assert said(opened, ask(opened, question)) == said(real, ask(real, question))


def test_an_encoder_reads_with_the_reader_that_lies_beside_it(index_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODEL_FOLDER, tmp_path / "model"))
    (folder / "reader.onnx").write_bytes(b"no graph")
    with pytest.raises(EncoderError, match=r"model.reader\.onnx"):
        open_pipeline(index_folder, str(folder))


@pytest.fixture
def own_index(index_folder: Path, tmp_path: Path) -> Path:
    """An index of the five documents that may be written to."""
    return Path(shutil.copytree(index_folder, tmp_path / "index"))


def test_an_index_without_a_calibration_is_read_with_the_shipped_one(index_folder: Path) -> None:
    assert open_pipeline(index_folder, "bundled").calibration == SHIPPED


def test_the_calibration_of_an_index_decides_what_is_said_from_it(own_index: Path) -> None:
    silent = replace(SHIPPED, bias=-50.0)
    save_calibration(own_index, silent.as_dict())
    pipeline = open_pipeline(own_index, "bundled")
    assert pipeline.calibration == silent
    assert ask(pipeline, QUESTIONS[0]).answer.outcome is Outcome.NO_ANSWER
    assert open_pipeline(own_index, "bundled", calibration=SHIPPED).calibration == SHIPPED


def test_a_calibration_that_is_not_whole_is_refused_with_its_file_the_rule_and_the_cure(own_index: Path) -> None:
    version = save_calibration(own_index, {"bias": -4.5})
    with pytest.raises(SnapshotError) as refused:
        open_pipeline(own_index, "bundled")
    message = str(refused.value)
    assert message.startswith(f"calibration in '{own_index / version / 'manifest.json'}' is wrong: 'read' is missing")
    assert "it must hold read, passage, margin, asked, bias, answer_at, show_at, most_unmatched" in message
    assert message.endswith(f"; run: python -m eval calibrate --index {own_index}")
    assert open_pipeline(own_index, "bundled", calibration=SHIPPED)  # so that the cure can open it


def test_no_more_passages_are_read_than_is_set(real: Pipeline) -> None:
    for most in (1, 3):
        reply = ask(replace(real, read_passages=most), QUESTIONS[0])
        assert {c.chunk.id for c in reply.candidates} == {hit.chunk.id for hit in reply.hits[:most]}


def test_what_was_compared_comes_with_the_reply_best_first(real: Pipeline) -> None:
    reply = ask(real, QUESTIONS[0], limit=1)
    assert list(reply.candidates) == rank(reply.candidates)
    assert len({candidate.chunk.id for candidate in reply.candidates}) == READ_PASSAGES
    assert reply.answer.citation is not None
    assert reply.candidates[0].text == reply.answer.citation.quote
