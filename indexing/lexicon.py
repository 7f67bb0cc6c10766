"""Translates terms across the language border: a stem to stems of the other language, with probabilities."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from indexing.analyze import Word

_BUNDLED = Path(__file__).parent / "model" / "lexicon.json"

Translations = Mapping[str, Sequence[tuple[str, float]]]  # stem -> (stem of the other language, probability)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Norwegian to English and back, stem to (stem, probability); induced from parallel text (IBM model 1)."""

    to_english: Translations
    to_norwegian: Translations
    digest: str = ""  # sha256 of the file, first 16 hexadecimal digits

    def translate(self, word: Word) -> dict[str, float]:
        """Terms of the other language that this word may mean, with probabilities; read as either language.

        A Norwegian compound the lexicon does not have is translated part by part; a word without any translation, a
        name or a code most often, stands for itself.
        """
        if word.stop:
            return {}
        terms = {f"n:{stem}": p for stem, p in self.to_norwegian.get(word.english, ())}
        english = self.to_english.get(word.norwegian)
        if english is None:
            english = [pair for part in word.parts for pair in self.to_english.get(part, ())]
        for stem, p in english:
            terms[f"e:{stem}"] = max(p, terms.get(f"e:{stem}", 0.0))
        return terms or dict.fromkeys(word.terms, 1.0)


def load_lexicon(path: Path = _BUNDLED) -> Lexicon:
    """The bundled lexicon: JSON {"no2en": {stem: [[stem, probability], …]}, "en2no": …}."""
    raw = path.read_bytes()
    content = json.loads(raw)
    return Lexicon(_pairs(content["no2en"]), _pairs(content["en2no"]), hashlib.sha256(raw).hexdigest()[:16])


def _pairs(table: Mapping[str, Sequence[Sequence[str | float]]]) -> Translations:
    return cast(Translations, table)  # as JSON has them: making tuples of 38,000 lists would take a tenth of a second
