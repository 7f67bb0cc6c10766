"""What the steps share: the data they read, and the work folder where each leaves what the next ones need."""

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertModel

from indexing.late import principal_axes
from indexing.session import open_tokenizer
from indexing.train.devsets import read_texts
from indexing.train.examples import Example, read_examples
from indexing.train.glossed import Dictionaries
from indexing.train.lessons import Lesson, read_cloze, read_lessons, read_qa_texts
from indexing.train.overlap import Measured, read_measured
from indexing.train.pairs import Pair, read_norwegian, read_norwegian_sentences, read_parallel, sample
from indexing.train.reader import Reader
from indexing.train.recipe import Recipe, RecipeError
from indexing.train.student import PROJECTED, Student, collate, new_body
from indexing.train.teach import Encode

_PROJECTION_TEXTS = 3_000  # what the projection of the tokens is fitted on
_BATCH = 128
_BOKMAL_TO_NYNORSK = "pairs_nb_nn_sentences"


@dataclass(frozen=True, slots=True)
class Work:
    """Recipe, data and work folder of one training."""

    recipe: Recipe
    data: Path
    folder: Path
    dev: Path | None = None  # development sets: what overlaps with them is left out

    def parallel(self) -> list[Pair]:
        """English - Norwegian, in the order of the documents."""
        return self._unseen(read_parallel(self._given("parallel")))

    def norwegian(self) -> list[Pair]:
        """Bokmål - nynorsk."""
        sentences = self.data / "qa" / f"{_BOKMAL_TO_NYNORSK}.jsonl.gz"
        pairs = read_norwegian(self.data / "parallel_nb_nn")
        return self._unseen(pairs + (read_norwegian_sentences(sentences) if sentences.exists() else []))

    def translations(self) -> list[Pair]:
        """The translation pairs that are seen, in a random order that is always the same."""
        chosen = self.recipe.sampling
        pairs = self.parallel() + self.norwegian()
        return sample(pairs, chosen.families, largest_share=chosen.largest_share, seed=self.recipe.seed)

    def texts(self) -> dict[str, dict[str, list[str]]]:
        """Text of one language alone, by language and source: lines of `mono/`, questions and passages of `qa/`."""
        texts: dict[str, dict[str, list[str]]] = {"en": {}, "nb": {}, "nn": {}}
        for file in sorted(self._given("mono").glob("*.txt.gz")):
            with gzip.open(file, "rt", encoding="utf-8") as lines:
                texts["nn" if "_nn" in file.name else "nb"][file.name] = [line.rstrip("\n") for line in lines]
        for file in sorted(self._given("qa").glob("*.jsonl.gz")):
            for language, text in read_qa_texts(file):
                if language in texts:
                    texts[language].setdefault(file.name, []).append(text)
        measured = self._measured()
        return {
            language: {source: [text for text in lines if not measured.overlaps(text)] for source, lines in by.items()}
            for language, by in texts.items()
        }

    def save_pairs(self, pairs: Iterable[Pair]) -> None:
        """Keeps the pairs that are learnt from, in their order."""
        with gzip.open(self.folder / "pairs.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(astuple(pair), ensure_ascii=False) + "\n" for pair in pairs)

    def pairs(self) -> list[Pair]:
        """The pairs that are learnt from, glossed ones among them, in a random order that is always the same."""
        with gzip.open(self._made("pairs.jsonl.gz", "pairs"), "rt", encoding="utf-8") as lines:
            return [Pair(*json.loads(line)) for line in lines]

    def save_dictionaries(self, dictionaries: Dictionaries) -> None:
        """Keeps what glosses are made with."""
        text = json.dumps(astuple(dictionaries), ensure_ascii=False)
        (self.folder / "dictionaries.json").write_text(text, "utf-8")

    def dictionaries(self) -> Dictionaries:
        """What glosses are made with."""
        return Dictionaries(*json.loads(self._made("dictionaries.json", "pairs").read_text("utf-8")))

    def lessons(self) -> list[Lesson]:
        """Questions with their passages, in a random order that is always the same."""
        settings, seed = self.recipe.lessons, self.recipe.seed
        lessons = []
        for source, most in settings.most.items():
            lessons += read_lessons(self._given(f"qa/{source}.jsonl.gz"), most=most, seed=seed)
        prose = [p for p in self.parallel() if not any(fnmatch(p.source, pattern) for pattern in settings.not_prose)]
        lessons += read_cloze(prose, most=settings.cloze, seed=seed)
        measured = self._measured()
        lessons = [lesson for lesson in lessons if not any(map(measured.overlaps, lesson.texts))]
        return [lessons[i] for i in np.random.default_rng(seed).permutation(len(lessons))]

    def examples(self, encode: Encode) -> list[Example]:
        """Questions with passages to be read; `encode` tells which other passages are like a question."""
        settings, measured, made = self.recipe.examples, self._measured(), list[Example]()
        for source in settings.most:
            made += read_examples(self._given(f"qa/{source}.jsonl.gz"), settings, encode, seed=self.recipe.seed)
        return [one for one in made if not (measured.overlaps(one.question) or measured.overlaps(one.passage))]

    def tokenizer(self) -> Tokenizer:
        """The tokenizer of this training; texts stay as long as they are."""
        return open_tokenizer(self._made("tokenizer.json", "vocabulary"))

    def teacher(self) -> npt.NDArray[np.float16]:
        """(pairs, d): the teacher's vectors of the pairs' left texts."""
        return np.asarray(np.load(self._made("teacher.npy", "teach"), mmap_mode="r"))

    def reader(self, name: str) -> Reader | None:
        """The reader as a step left it, or None."""
        file = self.folder / name
        if not file.exists():
            return None
        state = torch.load(file, weights_only=True)
        reader = Reader(_body_like(state))
        reader.load_state_dict(state)
        return reader.train(False)

    def student(self, name: str, step: str) -> Student:
        """The student as a step left it."""
        state = torch.load(self._made(name, step), weights_only=True)
        student = Student(_body_like(state), state["projection"].numpy())
        student.load_state_dict(state)
        return student.train(False)

    def save(self, student: Student | Reader, name: str) -> None:
        """Keeps the student for the steps that follow."""
        partial = self.folder / f"{name}.partial"
        torch.save(student.state_dict(), partial)
        partial.replace(self.folder / name)

    def save_start(self, body: BertModel, tokenizer: Tokenizer, pairs: list[Pair]) -> None:
        """start.pt: the body, and the principal axes of its token vectors as their projection."""
        tokens = []
        body.train(False)
        texts = [text for pair in pairs[: _PROJECTION_TEXTS // 2] for text in (pair.left, pair.right)]
        ids = [encoding.ids[: self.recipe.sampling.longest] for encoding in tokenizer.encode_batch(texts)]
        with torch.no_grad():
            for start in range(0, len(ids), _BATCH):
                batch = collate(ids[start : start + _BATCH], tokenizer)
                hidden = body(input_ids=batch.ids, attention_mask=batch.attention).last_hidden_state
                tokens.append(torch.nn.functional.normalize(hidden[batch.text], dim=-1).numpy())
        self.save(Student(body, principal_axes(np.concatenate(tokens), PROJECTED)), "start.pt")

    def note_trained(self, step: str, texts: Iterable[str]) -> None:
        """Keeps all that a step learns from, so that it can be told afterwards what was seen."""
        with gzip.open(self.folder / f"{step}.seen.txt.gz", "wt", encoding="utf-8") as file:
            file.writelines(" ".join(text.split()) + "\n" for text in texts)

    def trained(self) -> list[str]:
        """All that the steps have learnt from."""
        texts = []
        has_reader = (self.folder / "reader.seen.txt.gz").exists()
        for step in ("distil", "contrast", *(["reader"] if has_reader else [])):
            with gzip.open(self._made(f"{step}.seen.txt.gz", step), "rt", encoding="utf-8") as lines:
                texts += [line.rstrip("\n") for line in lines]
        return texts

    def _unseen(self, pairs: Iterable[Pair]) -> list[Pair]:
        measured = self._measured()
        return [pair for pair in pairs if not (measured.overlaps(pair.left) or measured.overlaps(pair.right))]

    def _measured(self) -> Measured:
        return read_measured(read_texts(self.dev) if self.dev else ())

    def _given(self, name: str) -> Path:
        path = self.data / name
        if not path.exists():
            raise RecipeError(f"'{path}' is not there; indexing/model/README.md tells what the data folder holds")
        return path

    def _made(self, name: str, step: str) -> Path:
        path = self.folder / name
        if not path.exists():
            raise RecipeError(f"'{path}' is not there; it comes of an earlier step: run '{step}' first")
        return path


def _body_like(state: Mapping[str, Tensor]) -> BertModel:
    """A body of the shape that the weights of a student or reader are of."""
    rows = state["body.embeddings.word_embeddings.weight"]
    layers = {key.split(".")[3] for key in state if ".layer." in key}
    inner = state["body.encoder.layer.0.intermediate.dense.bias"].shape[0]
    return new_body(rows.shape[0], dimension=rows.shape[1], layers=len(layers), inner=inner)
