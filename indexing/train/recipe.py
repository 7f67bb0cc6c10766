"""Every number of the training, read from one TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexing.errors import KildesvarError
from indexing.train.align import AlignmentSettings
from indexing.train.examples import ExampleSettings
from indexing.train.lexicon import LexiconSettings
from indexing.train.vocabulary import VocabularySettings

RECIPE = Path(__file__).parent / "recipe.toml"


class RecipeError(KildesvarError):
    """A recipe, or what it names, that training cannot go by."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which translation pairs are seen. A family is a source, or several that say the same kind of thing."""

    pairs: int
    families: Mapping[str, tuple[str, ...]]  # name to the sources' name patterns
    largest_share: float  # of one family among the pairs seen, 0 to 1
    longest: int  # tokens of a text; longer pairs are left out


@dataclass(frozen=True, slots=True)
class Phase:
    """One run of the optimiser."""

    pairs: int  # translation pairs it draws on, of those sampled
    batch: int
    steps: int  # at most; a phase ends when all its batches were seen
    rows_rate: float  # learning rate of the token embeddings
    body_rate: float  # of all else; 0 keeps it, and the rows the teacher has, as they are
    warm_up: float  # share of the steps
    last_rate: float  # share of the rate at the last step
    dropout: float = 0.0  # share of what the layers compute that is left out of each step
    masked: float = 0.0  # share of the tokens that the reader is to do without, in each step
    times: Mapping[str, int] = field(default_factory=dict)  # how often a source's pairs are seen; once where not named
    most: Mapping[str, int] = field(default_factory=dict)  # pairs of a family; all where not named


@dataclass(frozen=True, slots=True)
class Losses:
    """Weights and scales of what is made small."""

    other: float  # cosine distance of the Norwegian text to the teacher's vector of the English
    same: float  # cosine distance of the English text to the teacher's vector of itself
    whole: float  # contrast of the texts' vectors in the batch
    late: float  # contrast of late interaction in the batch
    sentence: float  # choice of the sentence that answers among those of its passage
    whole_scale: float
    late_scale: float
    alike: float  # teacher's cosine from which another pair of the batch is no negative


@dataclass(frozen=True, slots=True)
class Glossing:
    """How text of one language is made to cross the language border."""

    share: float  # of the words in the dictionary that are replaced in lessons
    sentences: int  # of one source and language, to be seen beside their glosses; 0 for none
    known: float  # share of a sentence's words, at least, that the dictionary has; others are not glossed
    lexicon: LexiconSettings


@dataclass(frozen=True, slots=True)
class LessonSettings:
    """Questions and passages for the contrastive phase."""

    longest: int  # tokens of a passage
    replay: int  # translation pairs beside each batch
    held_out: int  # lessons of each direction
    cloze: int
    not_prose: tuple[str, ...]  # sources without cloze: their lines do not follow from one another
    most: Mapping[str, int]  # of each source


@dataclass(frozen=True, slots=True)
class Recipe:
    """All of it."""

    seed: int
    kept: float  # share of the weights before the contrastive phase in the mean that it leaves
    kept_further: float  # share, in the mean of that, of the encoder that `continue` went on from
    kept_reader: float  # share, in the mean that is left, of the reader that was trained further
    vocabulary: VocabularySettings
    alignment: AlignmentSettings
    lexicon: LexiconSettings
    gloss: Glossing
    sampling: Sampling
    losses: Losses
    lessons: LessonSettings
    examples: ExampleSettings
    phases: Mapping[str, Phase]


def read_recipe(file: Path = RECIPE) -> Recipe:
    """The recipe in a TOML file.

    Raises:
        RecipeError: no file there, no TOML, or a name that is missing or unknown.
    """
    try:
        return _recipe(tomllib.loads(file.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise RecipeError(
            f"recipe '{file}' cannot be used ({error!r}); start from {RECIPE.name} as it comes"
        ) from error


def _recipe(read: Mapping[str, Any]) -> Recipe:
    sampling, lessons, gloss = dict(read["sampling"]), dict(read["lessons"]), read["gloss"]
    sampling["families"] = {name: tuple(patterns) for name, patterns in sampling["families"].items()}
    lessons["not_prose"] = tuple(lessons["not_prose"])
    return Recipe(
        seed=read["seed"],
        kept=read["kept"],
        kept_further=read["kept_further"],
        kept_reader=read["kept_reader"],
        vocabulary=VocabularySettings(**read["vocabulary"]),
        alignment=AlignmentSettings(**read["alignment"]),
        lexicon=_lexicon(read["lexicon"]),
        gloss=Glossing(gloss["share"], gloss["sentences"], gloss["known"], _lexicon(gloss)),
        sampling=Sampling(**sampling),
        losses=Losses(**read["losses"]),
        lessons=LessonSettings(**lessons),
        examples=ExampleSettings(**read["examples"]),
        phases={name: Phase(**phase) for name, phase in read["phases"].items()},
    )


def _lexicon(read: Mapping[str, Any]) -> LexiconSettings:
    return LexiconSettings(AlignmentSettings(**read["alignment"]), read["fewest"])
