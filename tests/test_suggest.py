"""What can be suggested: titles and headings in both languages, each with its page."""

from indexing.store import Index
from service.suggest import document_suggestions, language_at


def test_a_place_has_the_language_of_the_chunk_that_holds_it() -> None:
    starts = [(0, "nb"), (100, "en")]
    assert [language_at(starts, place) for place in (0, 99, 100, 500)] == ["nb", "nb", "en", "en"]
    assert language_at([], 3) == "und"


def test_documents_give_titles_and_headings_in_both_languages(index: Index) -> None:
    found = document_suggestions(index.documents.values(), index.chunks)
    assert [one.text for one in found if one.kind == "title"] == [d.title for d in index.documents.values()]
    headings = {one.text: one for one in found if one.kind == "heading"}
    assert headings["Kartlegger helsekatapult"].language == "nb"
    assert headings["Personalised medicine to relieve the health service"].language == "en"
    for one in headings.values():
        document_id, start = str(one.url).removeprefix("/documents/").split("#h")
        shown = index.documents[document_id].text[int(start) :]
        assert " ".join(shown.split()).startswith(one.text)
