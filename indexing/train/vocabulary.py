"""The encoder's vocabulary: the teacher's WordPieces, and Norwegian ones that leave English cut as it was."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

_MAX_TOKENS = 256  # of a text; the teacher was trained on no longer ones
_BATCH = 100_000  # words cut together: an encoding is a kilobyte
_PREFIX = "##"  # of a piece that goes on a word
_START = "▁"  # before a word while pieces are learnt
_WORD = re.compile(r"[^\W_]+")
_ACCENTED = tuple(chr(code) for code in range(0xC0, 0x180) if chr(code).islower())  # Latin-1 and Latin Extended-A


@dataclass(frozen=True, slots=True)
class VocabularySettings:
    """How many pieces there are, and what they are made from."""

    pieces: int  # learnt from Norwegian text; those the teacher has, or that are dropped, are among them
    nynorsk_share: float  # of the words they are learnt from, 0 to 1: its words are weighed up to that
    most_words: int  # of one source, so that no subject owns the pieces
    fewest_uses: int  # in the Norwegian text, nynorsk weighed; a piece used less is dropped
    most_changed: float  # share of the English words that may be cut otherwise than by the teacher


@dataclass(frozen=True, slots=True)
class VocabularyFigures:
    """What the vocabulary is and does. A word is a run of letters and digits with a letter in it."""

    pieces: int
    new: int
    dropped_for_english: int
    dropped_unused: int
    changed: float  # share of the English words that are cut otherwise than by the teacher
    fertility_before: Mapping[str, float]  # mean pieces of a word, by language: the teacher
    fertility_after: Mapping[str, float]  # the same: the extended vocabulary


def extend_vocabulary(
    teacher: Tokenizer, texts: Mapping[str, Iterable[str]], settings: VocabularySettings
) -> tuple[Tokenizer, VocabularyFigures]:
    """The teacher's tokenizer with Norwegian pieces after its own, accents kept; and its figures.

    Args:
        teacher: A WordPiece tokenizer of BERT's kind that does not pad; its pieces keep their ids.
        texts: By language: "en", "nb", "nn".
        settings: How many pieces, and what they may cost English.

    Raises:
        ValueError: the teacher's tokenizer pads, so that pieces cannot be counted.
    """
    if teacher.padding is not None:
        raise ValueError(f"the teacher's tokenizer pads ({teacher.padding}); call its no_padding() before")
    words = {language: count_words(lines) for language, lines in texts.items()}
    norwegian = weigh(words["nb"], words["nn"], settings.nynorsk_share)
    spelling = with_accents(teacher)
    known = spelling.get_vocab()
    learnt = [piece for piece in learn_pieces(norwegian, settings.pieces) if piece not in known]
    harmless = drop_harmful(spelling, learnt, words["en"], norwegian, most_changed=settings.most_changed)
    uses = _uses(add_pieces(spelling, harmless), norwegian)
    kept = [piece for piece in harmless if uses[piece] >= settings.fewest_uses]
    tokenizer = add_pieces(spelling, kept)
    tokenizer.enable_truncation(_MAX_TOKENS)
    before, after = _pieces_of(teacher, words["en"]), _pieces_of(tokenizer, words["en"])
    changed = sum(n for word, n in words["en"].items() if before[word] != after[word])
    figures = VocabularyFigures(
        pieces=tokenizer.get_vocab_size(),
        new=tokenizer.get_vocab_size() - teacher.get_vocab_size(),
        dropped_for_english=len(learnt) - len(harmless),
        dropped_unused=len(harmless) - len(kept),
        changed=changed / max(1, words["en"].total()),
        fertility_before={language: fertility(teacher, counts) for language, counts in words.items()},
        fertility_after={language: fertility(tokenizer, counts) for language, counts in words.items()},
    )
    return tokenizer, figures


def draw(sources: Sequence[Sequence[str]], most_words: int, *, seed: int) -> list[str]:
    """Texts of each source, drawn at random until they have this many words; all of a source that has fewer."""
    random = np.random.default_rng(seed)
    drawn = []
    for texts in sources:
        words = 0
        for i in random.permutation(len(texts)):
            if words >= most_words:
                break
            drawn.append(texts[i])
            words += len(texts[i].split())
    return drawn


def count_words(texts: Iterable[str]) -> Counter[str]:
    """The words of the texts, lower-case, with how often each is there."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_WORD.findall(unicodedata.normalize("NFC", text).lower()))
    return Counter({word: n for word, n in counts.items() if any(c.isalpha() for c in word)})


def weigh(bokmal: Counter[str], nynorsk: Counter[str], share: float) -> Counter[str]:
    """The words of both, those of nynorsk as often as makes them this share of all."""
    factor = share / (1 - share) * bokmal.total() / max(1, nynorsk.total())
    return bokmal + Counter({word: round(n * factor) for word, n in nynorsk.items()})


def learn_pieces(words: Counter[str], size: int) -> list[str]:
    """At most `size` WordPieces, most often merged first; the same for the same words in any order.

    Learnt by byte pair encoding with a mark at the start of words, and turned to WordPieces after: the library's own
    training of WordPieces goes by the order of a hash table, and no two of its vocabularies are alike.
    """
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False)
    letters = sorted((word, n) for word, n in words.items() if word.isalpha())
    learner.train_from_iterator((" ".join([_START + word] * n) for word, n in letters), trainer)
    learnt = learner.get_vocab()
    pieces = [p[1:] if p.startswith(_START) else _PREFIX + p for p in sorted(learnt, key=lambda piece: learnt[piece])]
    return [piece for piece in pieces if piece]


def drop_harmful(
    tokenizer: Tokenizer, pieces: Sequence[str], english: Counter[str], norwegian: Counter[str], *, most_changed: float
) -> list[str]:
    """The pieces without those that cut English words otherwise than the tokenizer alone, until that share is small.

    A word is cut at the longest piece that fits, so a Norwegian piece may steal the start of an English word. What is
    dropped first is what changes most English words for each Norwegian word it serves.
    """
    before = _pieces_of(tokenizer, english)
    uses = _uses(add_pieces(tokenizer, pieces), norwegian)
    kept = list(pieces)
    while True:
        after, new = _pieces_of(add_pieces(tokenizer, kept), english), set(kept)
        harm: Counter[str] = Counter()
        for word, count in english.items():
            harm.update(dict.fromkeys(new.intersection(after[word]), count))
        changed = sum(n for word, n in english.items() if after[word] != before[word])
        surplus = changed - most_changed * english.total()
        if surplus <= 0 or not harm:
            return kept
        dropped = set()
        for piece in sorted(harm, key=lambda p: (-harm[p] / (1 + uses[p]), p)):
            if surplus > 0:
                dropped.add(piece)
                surplus -= harm[piece]
        kept = [piece for piece in kept if piece not in dropped]


def fertility(tokenizer: Tokenizer, words: Counter[str]) -> float:
    """Mean pieces of a word; 0 without words."""
    pieces = _pieces_of(tokenizer, words)
    return sum(n * len(pieces[word]) for word, n in words.items()) / max(1, words.total())


def _uses(tokenizer: Tokenizer, words: Counter[str]) -> Counter[str]:
    uses: Counter[str] = Counter()
    for word, pieces in _pieces_of(tokenizer, words).items():
        for piece in pieces:
            uses[piece] += words[word]
    return uses


def _pieces_of(tokenizer: Tokenizer, words: Iterable[str]) -> dict[str, list[str]]:
    listed, pieces = list(words), dict[str, list[str]]()
    for start in range(0, len(listed), _BATCH):
        batch = listed[start : start + _BATCH]
        encodings = tokenizer.encode_batch(batch, add_special_tokens=False)
        pieces.update((word, encoding.tokens) for word, encoding in zip(batch, encodings, strict=True))
    return pieces


def with_accents(teacher: Tokenizer) -> Tokenizer:
    """The teacher's tokenizer, but accents are composed and kept, and every letter of Western Europe is a piece.

    A word with a letter that is no piece would be unknown as a whole, where the teacher reads "café" as "cafe".
    """
    described = json.loads(teacher.to_str())
    kept = described["normalizer"] | {"strip_accents": False}
    described["normalizer"] = {"type": "Sequence", "normalizers": [{"type": "NFC"}, kept]}
    tokenizer: Tokenizer = Tokenizer.from_str(json.dumps(described))
    return add_pieces(tokenizer, [form for letter in _ACCENTED for form in (letter, _PREFIX + letter)])


def add_pieces(tokenizer: Tokenizer, pieces: Iterable[str]) -> Tokenizer:
    """The tokenizer with the pieces that it lacks after its own."""
    described = json.loads(tokenizer.to_str())
    vocabulary: dict[str, int] = described["model"]["vocab"]
    for piece in pieces:
        vocabulary.setdefault(piece, len(vocabulary))
    extended: Tokenizer = Tokenizer.from_str(json.dumps(described))
    return extended
