"""The vectors the student is held to, computed once."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from transformers import BertModel

from indexing.train.batches import by_length
from indexing.train.pairs import Pair
from indexing.train.start import start_body, teacher_tokenizer
from indexing.train.student import Student, collate, half_precision

_BATCH = 256
_LONGEST = 128  # tokens the teacher reads
_ROUND = 16_384  # texts between two writes

Encode = Callable[[list[str]], npt.NDArray[np.float32]]


def teach(pairs: Sequence[Pair], teacher: Encode, file: Path) -> None:
    """(n, d) float16 into a file, of unit length: the teacher's vector of each pair's left text.

    Bokmål is no text for the teacher: its rows are not a number until `with_student` fills them. The vectors are
    written in rounds, so that a run that was stopped goes on.
    """
    rounds = []
    for start in range(0, len(pairs), _ROUND):
        part = file.with_suffix(f".{start}.npy")
        if not part.exists():
            _save(_vectors(pairs[start : start + _ROUND], teacher), part)
            print(f"teach: {min(start + _ROUND, len(pairs))} of {len(pairs)}", flush=True)  # noqa: T201 - minutes pass
        rounds.append(part)
    _save(np.concatenate([np.load(part) for part in rounds]), file)
    for part in rounds:
        part.unlink()


def with_student(
    pairs: Sequence[Pair], english: npt.NDArray[np.float16], student: Student, tokenizer: Tokenizer, *, longest: int
) -> npt.NDArray[np.float16]:
    """(n, d): the teacher's vectors of `pairs`; nynorsk is held to what the student makes of the bokmål beside it.

    Args:
        pairs: What is to be learnt from.
        english: Of at least as many pairs, as `teach` made them.
        student: As it is now.
        tokenizer: Its own.
        longest: Tokens of a text.
    """
    target = np.array(english[: len(pairs)])
    bokmal = [i for i, pair in enumerate(pairs) if pair.left_language == "nb"]
    encode = encode_with(student, tokenizer, longest=longest)
    target[bokmal] = encode([pairs[i].left for i in bokmal]).astype(np.float16)
    return target


def _vectors(pairs: Sequence[Pair], teacher: Encode) -> npt.NDArray[np.float16]:
    english = [i for i, pair in enumerate(pairs) if pair.left_language == "en"]
    taught = teacher([pairs[i].left for i in english]).astype(np.float16)
    vectors = np.full((len(pairs), taught.shape[1]), np.nan, dtype=np.float16)
    vectors[english] = taught
    return vectors


def _save(vectors: npt.NDArray[np.float16], file: Path) -> None:
    partial = file.with_suffix(".partial.npy")
    np.save(partial, vectors)
    partial.replace(file)


def english_teacher(folder: Path) -> Encode:
    """A BERT model with mean pooling, as it comes."""
    body = BertModel.from_pretrained(folder, add_pooling_layer=False)
    rows = body.embeddings.word_embeddings.weight.detach().numpy()
    model = Student(start_body(body, rows), np.eye(rows.shape[1], 1, dtype=np.float32)).train(False)
    return encode_with(model, teacher_tokenizer(folder), longest=_LONGEST)


def encode_with(student: Student, tokenizer: Tokenizer, *, longest: int) -> Encode:
    """Texts to their vectors (n, d), of so many tokens each, as the student is now.

    Computed in bfloat16 where the processor can, for these are to learn from, not measured on.
    """

    def encode(texts: list[str]) -> npt.NDArray[np.float32]:
        ids = [encoding.ids[:longest] for encoding in tokenizer.encode_batch(texts)]
        vectors = np.zeros((len(ids), student.rows.shape[1]), dtype=np.float32)
        with torch.no_grad(), half_precision():
            for rows in by_length([len(text) for text in ids], _BATCH, seed=0):
                vectors[rows] = student(collate([ids[i] for i in rows], tokenizer)).whole.numpy()
        return vectors

    return encode
