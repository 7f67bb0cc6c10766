"""Reads BEIR folders: corpus.jsonl, queries.jsonl and qrels, with languages where they are told."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.errors import DataError
from eval.lines import Record, check_new, read_lines, read_records
from eval.metrics import Judged

_NORWEGIAN = frozenset({"nb", "nn", "no", "nob", "nno", "nor"})


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a corpus; `language` as the data tell it, "" where they do not; `group` names parallel versions."""

    id: str
    title: str
    text: str
    language: str
    group: str


@dataclass(frozen=True, slots=True)
class Judgements:
    """A BEIR folder: texts by id, the queries that are judged by id, their languages, and grades by query and text."""

    name: str
    split: str
    files: tuple[Path, ...]
    texts: Mapping[str, Text]
    queries: Mapping[str, str]
    languages: Mapping[str, str]  # of queries; "" where not told
    qrels: Mapping[str, Judged]


def read_beir(folder: Path, *, split: str = "test") -> Judgements:
    """The folder, with the queries its judgements name.

    Raises:
        DataError: a file is missing, a line is not as it must be, an id stands twice, or a judgement names an id that
            is in neither corpus nor queries.
    """
    if not folder.is_dir():
        raise DataError(f"BEIR folder '{folder}' does not exist; give one with corpus.jsonl, queries.jsonl, qrels.tsv")
    corpus, queries = folder / "corpus.jsonl", folder / "queries.jsonl"
    texts = {record.text("_id"): _read_text(record) for record in _with_ids(corpus)}
    if not any(text.text.strip() for text in texts.values()):
        raise DataError(f'{corpus} holds no text; write one JSON object a line, with a "text"')
    asked = {record.text("_id"): record for record in _with_ids(queries)}
    qrels_file = _find_qrels(folder, split)
    qrels = _read_qrels(qrels_file, texts, asked)
    return Judgements(
        name=folder.resolve().name,
        split=split,
        files=(corpus, queries, qrels_file),
        texts=texts,
        queries={query_id: _read_query(asked[query_id]) for query_id in qrels},
        languages={query_id: _language(asked[query_id]) for query_id in qrels},
        qrels=qrels,
    )


def family_of(code: str) -> str:
    """The code, or "no" where it is one of Norwegian."""
    return "no" if code in _NORWEGIAN else code


def common_language(codes: Iterable[str]) -> str:
    """The language of most of these; ties go to the one that comes first in the alphabet, "" when none is told."""
    counted = Counter(code for code in codes if code)
    return min(counted, key=lambda code: (-counted[code], code)) if counted else ""


def _with_ids(file: Path) -> Iterable[Record]:
    seen: dict[str, int] = {}
    for record in read_records(file):
        if not record.text("_id").strip():
            raise DataError(f"{record.place}: '_id' is empty; give it one that nothing else has")
        check_new(seen, record.text("_id"), (file, record.line))
        yield record


def _read_text(record: Record) -> Text:
    title, text = record.text("title", default=""), record.text("text", default="")
    group = record.metadata("parallel_group")
    return Text(
        record.text("_id"), title if text.strip() else "", text if text.strip() else title, _language(record), group
    )


def _read_query(record: Record) -> str:
    text = record.text("text")
    if not text.strip():
        raise DataError(f"{record.place}: the query is empty; write it, or take its lines out of the judgements")
    return text


def _language(record: Record) -> str:
    return family_of(record.metadata("lang"))


def _find_qrels(folder: Path, split: str) -> Path:
    found = [path for path in (folder / "qrels" / f"{split}.tsv", folder / "qrels.tsv") if path.is_file()]
    if found:
        return found[0]
    others = ", ".join(path.stem for path in sorted((folder / "qrels").glob("*.tsv"))) or "none"
    raise DataError(
        f"'{folder}' has neither qrels/{split}.tsv nor qrels.tsv; put judgements there, or choose --split ({others})"
    )


def _read_qrels(file: Path, texts: Mapping[str, object], queries: Mapping[str, object]) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for position, (number, line) in enumerate(read_lines(file)):
        fields = line.split("\t")
        place = f"{file}, line {number}"
        if len(fields) != 3:
            raise DataError(f"{place}: {len(fields)} columns, must be 3: query id, text id, grade, with tabs between")
        query_id, text_id, grade = fields
        if not grade.strip().lstrip("-").isdigit():
            if position == 0 and query_id not in queries:
                continue  # the header
            raise DataError(f"{place}: grade '{grade}' must be a whole number; write 1 for relevant")
        if query_id not in queries:
            raise DataError(f"{place}: query '{query_id}' is not in queries.jsonl; add it there or take the line out")
        if text_id not in texts:
            raise DataError(f"{place}: text '{text_id}' is not in corpus.jsonl; add it there or take the line out")
        judged = qrels.setdefault(query_id, {})
        if judged.get(text_id, int(grade)) != int(grade):
            raise DataError(f"{place}: '{query_id}' and '{text_id}' had grade {judged[text_id]}; keep one line")
        judged[text_id] = int(grade)
    if not any(grade > 0 for judged in qrels.values() for grade in judged.values()):
        raise DataError(f"{file} names nothing relevant; at least one line must have a grade above 0")
    return qrels
