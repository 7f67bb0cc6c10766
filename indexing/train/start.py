"""Where training starts: the teacher's body, and rows for the new pieces out of what they are translated by.

Source: rows as means of aligned rows, Remy et al., COLM 2024 (trans-tokenization).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from transformers import BertModel

from indexing.session import open_tokenizer
from indexing.train.align import AlignmentSettings, Translations, align
from indexing.train.student import new_body

_PREFIX = "##"  # of a piece that goes on a word
_ROWS = "embeddings.word_embeddings.weight"


def teacher_tokenizer(folder: Path) -> Tokenizer:
    """The teacher's tokenizer; texts stay as long as they are."""
    return open_tokenizer(folder / "tokenizer.json")


def align_pieces(
    norwegian: Sequence[str], english: Sequence[str], *, tokenizer: Tokenizer, teacher: Tokenizer,
    settings: AlignmentSettings,
) -> Translations:  # fmt: skip
    """The teacher's English pieces by our Norwegian ones, from texts and their translations."""
    ours = [encoding.ids for encoding in tokenizer.encode_batch(list(norwegian), add_special_tokens=False)]
    theirs = [encoding.ids for encoding in teacher.encode_batch(list(english), add_special_tokens=False)]
    return align(ours, theirs, settings)


def start_rows(
    teacher_rows: npt.NDArray[np.float32], translations: Translations, *, tokenizer: Tokenizer, teacher: Tokenizer
) -> npt.NDArray[np.float32]:
    """(vocabulary, d): the token embeddings training starts from.

    A piece of the teacher's keeps its row, also where Norwegian has another word of the same letters ("far", "gift",
    "barn"): what such a word means in a Norwegian text is for the training to tell by the words around it, and English
    is not harmed by the start. But a piece that the teacher's normaliser never lets through, as it takes accents off
    ("å" reads "a"), has a row that never meant anything, and counts as new.

    A new row is the mean of the teacher's rows of its translations, weighted by their probabilities; where it has none,
    the mean of the rows of what the teacher reads its letters as. One it reads as nothing starts as its unknown piece.

    Args:
        teacher_rows: (n, d), by the teacher's ids, which are also the first n of ours.
        translations: Of our pieces to the teacher's.
        tokenizer: Ours.
        teacher: The teacher's.
    """
    rows = np.empty((tokenizer.get_vocab_size(), teacher_rows.shape[1]), dtype=np.float32)
    rows[:] = teacher_rows[teacher.token_to_id("[UNK]")]
    rows[: len(teacher_rows)] = teacher_rows
    bounds = np.searchsorted(translations.source, np.arange(len(rows) + 1))
    for i in range(len(rows)):
        piece = tokenizer.id_to_token(i)
        assert piece is not None, f"ids of a tokenizer have no holes; {i} has no piece"
        if i < len(teacher_rows) and _is_read(piece, teacher):
            continue
        aligned = slice(bounds[i], bounds[i + 1])
        weights = translations.probability[aligned]
        if len(weights):
            rows[i] = weights @ teacher_rows[translations.target[aligned]] / weights.sum()
        elif read_as := _read_as(piece, teacher):
            rows[i] = teacher_rows[read_as].mean(axis=0)
    return rows


def _is_read(piece: str, teacher: Tokenizer) -> bool:
    """Whether a text can give the teacher this piece: special pieces can, pieces with accents cannot."""
    return piece.startswith("[") or teacher.normalizer is None or teacher.normalizer.normalize_str(piece) == piece


def _read_as(piece: str, teacher: Tokenizer) -> list[int]:
    """The teacher's ids of the piece's letters; if it goes on a word, so do they, where there are such pieces.

    There are none for a piece that is a mark the teacher takes off.
    """
    read = teacher.encode(piece.removeprefix(_PREFIX), add_special_tokens=False)
    ids: list[int] = read.ids
    if piece.startswith(_PREFIX) and ids:
        goes_on = teacher.token_to_id(_PREFIX + read.tokens[0])
        return ids if goes_on is None else [goes_on, *ids[1:]]
    return ids


def start_body(teacher: BertModel, rows: npt.NDArray[np.float32]) -> BertModel:
    """The teacher's body over these token embeddings (vocabulary, d)."""
    config = teacher.config
    body = new_body(
        len(rows), dimension=config.hidden_size, layers=config.num_hidden_layers, heads=config.num_attention_heads,
        inner=config.intermediate_size,
    )  # fmt: skip
    state = {name: tensor for name, tensor in teacher.state_dict().items() if not name.startswith("pooler.")}
    body.load_state_dict(state | {_ROWS: torch.from_numpy(rows)})
    return body
