import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from indexing.train.align import AlignmentSettings, Translations

torch = pytest.importorskip("torch")

from indexing.train.start import align_pieces, start_body, start_rows  # noqa: E402 - torch may be missing
from indexing.train.student import new_body  # noqa: E402
from indexing.train.vocabulary import add_pieces, with_accents  # noqa: E402

pytestmark = pytest.mark.models
PIECES = ["[UNK]", "[CLS]", "barn", "child", "b", "##b", "a", "##a", "r", "##r", "k", "##k", "book", "å"]
ROWS = np.eye(len(PIECES), dtype=np.float32)


def make_teacher() -> Tokenizer:
    teacher = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(PIECES)}, unk_token="[UNK]"))
    teacher.normalizer = normalizers.BertNormalizer()
    teacher.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return teacher


TEACHER = make_teacher()
TOKENIZER = add_pieces(with_accents(TEACHER), ["bok", "##bår", "##\u030a"])


def started(translations: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """By piece, the weights of the teacher's rows in its own: the teacher's rows are the axes."""
    found = [
        (TOKENIZER.token_to_id(piece), PIECES.index(other), probability)
        for piece, others in translations.items()
        for other, probability in others.items()
    ]
    source, target, probability = (np.array(column) for column in zip(*sorted(found), strict=True))
    table = Translations(source, target, probability, probability, ())
    rows = start_rows(ROWS, table, tokenizer=TOKENIZER, teacher=TEACHER)
    return {
        piece: {PIECES[k]: float(row[k]) for k in np.flatnonzero(row)}
        for piece, row in ((piece, rows[i]) for piece, i in TOKENIZER.get_vocab().items())
    }


def test_new_piece_is_the_mean_of_its_translations() -> None:
    assert started({"bok": {"book": 0.6, "a": 0.2}})["bok"] == pytest.approx({"book": 0.6 / 0.8, "a": 0.2 / 0.8})


def test_piece_the_teacher_has_keeps_its_row_whatever_it_means_in_norwegian() -> None:
    assert started({"barn": {"child": 0.9}})["barn"] == {"barn": 1.0}
    assert started({"barn": {"child": 0.9}})["[UNK]"] == {"[UNK]": 1.0}


def test_piece_without_translations_is_what_the_teacher_reads_its_letters_as() -> None:
    rows = started({"bok": {"book": 1.0}})
    assert rows["##bår"] == pytest.approx({"##b": 1 / 3, "##a": 1 / 3, "##r": 1 / 3})
    assert rows["##å"] == {"##a": 1.0}


def test_piece_the_teacher_has_but_never_reads_is_new() -> None:
    assert started({"bok": {"book": 1.0}})["å"] == {"a": 1.0}
    assert started({"å": {"child": 0.5}})["å"] == {"child": 1.0}


def test_piece_the_teacher_reads_as_nothing_starts_as_unknown() -> None:
    assert started({"bok": {"book": 1.0}})["##\u030a"] == {"[UNK]": 1.0}


def test_pieces_are_aligned_from_ours_to_the_teachers() -> None:
    settings = AlignmentSettings(iterations=10, longest=20, least=0.5, most=1)
    table = align_pieces(
        ["bok barn", "bok", "barn"], ["book child", "book", "child"],
        tokenizer=TOKENIZER, teacher=TEACHER, settings=settings,
    )  # fmt: skip
    ours = [TOKENIZER.id_to_token(i) for i in table.source]
    assert dict(zip(ours, [PIECES[i] for i in table.target], strict=True)) == {"barn": "child", "bok": "book"}


def test_body_computes_what_the_teacher_does_from_the_rows_it_is_given() -> None:
    torch.manual_seed(0)
    teacher = new_body(10, dimension=24, layers=2, heads=2, inner=32)
    old = teacher.embeddings.word_embeddings.weight.detach().numpy()
    body = start_body(teacher, np.vstack([old, old[3:4]]))
    with torch.no_grad():
        expected = teacher(input_ids=torch.tensor([[1, 3]])).last_hidden_state
        found = body(input_ids=torch.tensor([[1, 10]])).last_hidden_state
    assert found.shape == (1, 2, 24)
    assert torch.allclose(found, expected, atol=1e-6)
