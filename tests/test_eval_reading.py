from dataclasses import replace

from eval.corpora import open_chunks
from eval.measured import Measured
from eval.reading import contexts_of, run_reading
from eval.squad import Item
from tests.eval_data import TEXTS, open_fake
from tests.tiny import ALWAYS_ANSWER, NEVER_ANSWER

_ITEMS = [
    Item("1", "what do mice eat", TEXTS["mice"], ("cheese and grain",), "en", "en"),
    Item("2", "when do cats hunt mice", TEXTS["cats"], ("at night",), "en", "en"),
    Item("3", "why do cats bark", TEXTS["cats"], (), "en", "en"),
]


def _run(*, always: bool) -> Measured:
    sources, ids = contexts_of(_ITEMS)
    pipeline = open_fake({source.id: source.text for source in sources})
    return run_reading({"": replace(pipeline, calibration=ALWAYS_ANSWER if always else NEVER_ANSWER)}, _ITEMS, ids)


def test_a_context_that_several_questions_share_is_searched_once() -> None:
    sources, ids = contexts_of(_ITEMS)
    assert [source.text for source in sources] == [TEXTS["mice"], TEXTS["cats"]]
    assert ids[TEXTS["cats"]] == sources[1].id


def test_the_right_sentence_is_found_in_its_context_and_among_all() -> None:
    reading = _run(always=True).result["reading"]
    assert reading["isolated"]["with answer"]["sentence"] == 1.0
    assert reading["integrated"]["with answer"]["sentence"] == 1.0
    assert reading["isolated"]["with answer"]["n"] == 2


def test_saying_nothing_is_right_where_there_is_no_answer() -> None:
    reading = _run(always=False).result["reading"]["isolated"]
    assert reading["without answer"]["exact-said"] == reading["without answer"]["f1-said"] == 1.0
    assert reading["with answer"]["f1-said"] == 0.0
    assert reading["with answer"]["f1"] > 0.0  # as if the best sentence were always said
    assert reading["all"]["answered"] == 0.0


def test_directions_and_rows_are_those_of_the_items() -> None:
    measured = _run(always=True)
    assert list(measured.result["reading"]["isolated"]) == ["en->en", "all", "with answer", "without answer"]
    assert [row["id"] for row in measured.rows] == ["1", "2", "3"]


def test_a_failure_is_told_with_its_cause() -> None:
    said, silent = _run(always=True).rows, _run(always=False).rows
    assert [row["cause"] for row in said] == [None, None, "should have abstained"]
    assert [row["cause"] for row in silent] == ["wrongly abstained", "wrongly abstained", None]
    assert said[0]["top"][0]["relevant"]
    assert said[0]["first_relevant"] == 1


def test_a_second_encoder_stands_beside_the_first() -> None:
    sources, ids = contexts_of(_ITEMS)
    pipeline = open_fake({source.id: source.text for source in sources})
    reading = run_reading({"": pipeline, "other": pipeline}, _ITEMS, ids).result["reading"]
    assert list(reading) == ["isolated", "integrated", "isolated (other)", "integrated (other)"]
    assert reading["isolated"] == reading["isolated (other)"]


def test_an_encoder_is_not_asked_again_for_what_an_index_holds() -> None:
    from tests.fakes import FakeEncoder  # noqa: PLC0415 - the one test that needs it

    before = open_fake()
    encoder = FakeEncoder()
    documents, chunks = list(before.index.documents.values()), before.index.chunks
    open_chunks(documents, chunks, encoder, before=before.index)
    assert encoder.passages == []
