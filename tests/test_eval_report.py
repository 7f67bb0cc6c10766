import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from eval.benchmark import run_questions
from eval.measured import Measured
from eval.questions import Evidence, Question
from eval.report import html_report, markdown_report
from tests.eval_data import TEXTS, described, open_systems

_TRICKY = "<script>alert('mice')</script> | what do mice *eat*?"
_VOID = frozenset({"meta", "br", "rect", "line", "circle", "polyline", "wbr"})


class _Reader(HTMLParser):
    """Collects tags with their attributes, and fails on one that is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


@pytest.fixture(scope="module")
def measured() -> Measured:
    quote = TEXTS["mice"]
    evidence = (Evidence("mice", 0, len(quote), quote, "en"),)
    questions = [
        Question("a/en", "a", "test", "other", (), "en", _TRICKY, evidence, ("cheese",)),
        Question("b/en", "b", "test", "off-topic", (), "en", "how is the weather", (), ()),
        Question("c/nb", "c", "test", "other", (), "nb", "hva spiser katter", evidence, ("nowhere",)),
    ]
    run = run_questions(open_systems(), questions)
    for row in run.rows:
        row["measures"].setdefault("hybrid", {})["right"] = float(row["right"])
    return described("questions", run)


@pytest.fixture(scope="module")
def page(measured: Measured) -> _Reader:
    reader = _Reader()
    reader.feed(html_report(measured, None, []))
    return reader


def test_the_page_needs_nothing_that_a_strict_policy_forbids(page: _Reader) -> None:
    assert not {"script", "style", "link", "img", "iframe"}.intersection(tag for tag, _ in page.tags)
    for tag, attributes in page.tags:
        assert "style" not in attributes, tag
        assert not any(name.startswith("on") for name in attributes), tag
        assert not any(
            (value or "").startswith("http") for name, value in attributes.items() if name in ("src", "href")
        )


def test_every_plot_has_a_text_and_a_table(measured: Measured, page: _Reader) -> None:
    plots = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert len(plots) >= 5
    assert all(plot["role"] == "img" and plot["aria-label"] for plot in plots)
    parts = re.split("<h2", html_report(measured, None, []))
    assert all("<table" in part for part in parts if "<svg" in part)


def test_what_people_wrote_is_shown_and_not_run(measured: Measured) -> None:
    page = html_report(measured, None, [])
    assert "&lt;script&gt;alert" in page
    assert "<script" not in page
    assert "<script" not in markdown_report(measured, None, [])


def test_a_long_word_may_be_broken(measured: Measured) -> None:
    rows = [{**row, "question": "&" * 50} if row["cause"] else row for row in measured.rows]
    page = html_report(replace(measured, rows=rows), None, [])
    assert ("&amp;" * 20 + "<wbr>") * 2 + "&amp;" * 10 in page


def test_the_lines_of_a_plot_are_told_apart_by_dashes_that_stand_with_their_names(page: _Reader) -> None:
    samples = [attributes for tag, attributes in page.tags if tag == "line" and attributes.get("stroke-width")]
    lines = [attributes for tag, attributes in page.tags if tag == "polyline"]
    assert [line.get("stroke-dasharray") for line in lines[:5]] == [None, "7 4", "2 3", "10 3 2 3", "1 5"]
    assert len(samples) == len(lines)


def test_the_failures_are_told_with_their_cause(measured: Measured) -> None:
    page = html_report(measured, None, [])
    assert "What went wrong" in page
    assert "wrong sentence" in page


def test_the_markdown_has_the_same_sections(measured: Measured) -> None:
    titles = re.findall(r"<h2[^>]*>([^<]*)</h2>", html_report(measured, None, []))
    assert titles == re.findall(r"^## (.*)$", markdown_report(measured, None, []), re.MULTILINE)
    assert titles[0] == "What was measured"


def test_every_row_of_a_markdown_table_has_as_many_cells(measured: Measured) -> None:
    for block in re.findall(r"(?:^\|.*\|$\n?)+", markdown_report(measured, None, []), re.MULTILINE):
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in block.strip().splitlines()}
        assert len(counts) == 1, block[:200]


def test_a_broken_gate_stands_at_the_top(measured: Measured) -> None:
    page = html_report(measured, None, ["gate broken: citations/exact is 0.900, must be >= 1.0"])
    assert page.index("Gate broken: citations/exact") < page.index('<h2 id="headline"')


def test_changes_against_an_earlier_result_are_told_by_question(measured: Measured) -> None:
    before = {
        i: {**row, "ndcg@10": 0.0} if "ndcg@10" in row else row for i, row in measured.result["per_query"].items()
    }
    page = html_report(measured, {**measured.result, "per_query": before}, [])
    assert "Changes by question" in page
    assert "Better" in page
    assert f"{measured.result['per_query']['a/en']['ndcg@10']:+.3f}" in page
