"""The pages: what is marked, what leads where, which language each part has, and that text stays text."""

from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.store import Index
from indexing.types import Block, BlockKind
from service.embed import Script, read_script
from service.pages import docs, document, embed, home, mark_block, mark_span
from service.schemas import SpanOut
from tests.tiny import open_tiny

HOSTILE = '"><img src=x onerror=alert(1)> <script>alert(2)</script> \u202egnirts'


@pytest.fixture(scope="module")
def script() -> Script:
    return read_script()


def test_the_part_of_a_block_inside_the_passage_is_marked() -> None:
    parts = mark_block("abcdef", Block(BlockKind.PARAGRAPH, 0, 6), 2, 4)
    assert [(part.text, part.marked, part.first) for part in parts] == [
        ("ab", False, False),
        ("cd", True, True),
        ("ef", False, False),
    ]


def test_only_the_first_block_of_a_passage_is_scrolled_to() -> None:
    text = "En.\n\nTo."
    first, second = (mark_block(text, Block(BlockKind.PARAGRAPH, *span), 0, 8) for span in ((0, 3), (5, 8)))
    assert [(part.text, part.marked, part.first) for part in first] == [("En.", True, True)]
    assert [(part.text, part.marked, part.first) for part in second] == [("To.", True, False)]


@pytest.mark.parametrize("span", [(0, 0), (9, 12), (4, 2)])
def test_a_passage_elsewhere_or_impossible_marks_nothing(span: tuple[int, int]) -> None:
    parts = mark_block("abcdef", Block(BlockKind.PARAGRAPH, 0, 6), *span)
    assert [(part.text, part.marked) for part in parts] == [("abcdef", False)]


@given(st.text(min_size=1, max_size=30), st.data())
def test_marking_neither_loses_nor_adds_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    block = Block(BlockKind.PARAGRAPH, 0, len(text))
    assert "".join(part.text for part in mark_block(text, block, start, end)) == text
    span = SpanOut(text=text[start:end], start=start + 100, end=end + 100)
    assert "".join(part.text for part in mark_span(text, span, 100)) == text


def test_a_document_has_its_contents_and_the_passage_marked_once(index: Index) -> None:
    text = index.documents["state-budget-2024"].text
    quote = "Konkret vil det si 26 millioner kroner mer til testfasiliteter gjennom Sivas katapultordning i 2024."
    start = text.index(quote)
    page = unescape(document(index, "state-budget-2024", start, start + len(quote), language="nb"))
    assert page.count('id="passage"') == 1
    assert f'<mark id="passage" tabindex="-1">{quote}</mark>' in page
    heading = text.index("Kartlegger helsekatapult")
    assert f'<a href="#h{heading}">Kartlegger helsekatapult</a>' in page
    assert f'id="h{heading}"' in page


def test_the_english_half_of_a_norwegian_document_says_so(index: Index) -> None:
    page = document(index, "state-budget-2024", 0, 0, language="en")
    assert '<html lang="en">' in page
    assert '<article lang="nb">' in page
    heading = index.documents["state-budget-2024"].text.index("Personalised medicine to relieve")
    assert f'id="h{heading}" lang="en"' in page


def test_what_documents_and_questions_contain_stays_text(script: Script) -> None:
    index = open_tiny({"hostile": [HOSTILE, "<b>Fett</b>"]}).index
    page = document(index, "hostile", 0, len(HOSTILE), language="nb")
    asked = home(index, language="nb", script=script, address="http://localhost", question=HOSTILE, refused=True)
    for html in (page, asked):
        assert "<img" not in html
        assert "<script>" not in html
        assert "<b>" not in html
    assert HOSTILE in unescape(page)


def page_with_source(source: str) -> str:
    index = open_tiny({"one": ["Et avsnitt med noen ord."]}).index
    documents = {"one": replace(index.documents["one"], source=source)}
    return document(replace(index, documents=documents), "one", 0, 0, language="nb")


@pytest.mark.parametrize(
    ("source", "linked"), [("https://example.org/a", True), ("javascript:alert(1)", False), ("Avisen", False)]
)
def test_only_a_web_source_becomes_a_link(source: str, linked: bool) -> None:
    page = page_with_source(source)
    assert (f'href="{source}"' in page) == linked
    assert "javascript" not in page


def test_the_embed_page_knows_who_may_be_told_its_height() -> None:
    page = embed(language="nn", theme="dark", origins=("https://a.example", "https://b.example"), help_url="/hjelp")
    assert 'data-origins="https://a.example https://b.example"' in page
    assert 'theme="dark"' in page
    assert 'help-url="/hjelp"' in page


def test_the_api_page_shows_every_route_with_or_without_a_body() -> None:
    routes = {"/a": {"get": {"summary": "En"}, "post": {"summary": "To", "description": "Tre"}}}
    page = docs(
        {"info": {"title": "T", "version": "1", "summary": "S"}, "paths": routes, "components": {"schemas": {}}}
    )
    assert "GET /a" in page
    assert "Tre" in page
