"""Which questions are asked often enough, and by enough people, to be suggested to everybody; in memory only."""

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

_MOST_QUESTIONS = 2_000  # kept; the one asked longest ago is forgotten first


@dataclass(slots=True)
class _Asked:
    text: str
    language: str
    askers: set[str] = field(default_factory=set)


class FrequentQuestions:
    """Answered questions with how many different addresses asked them.

    A question can hold personal data, so it is never written down and never shown to others before `after` different
    addresses have asked it. Addresses are kept as salted digests, for as long as the process runs.
    """

    def __init__(self, after: int) -> None:
        """`after`: addresses a question needs; 0 keeps nothing."""
        self._after = after
        self._salt = secrets.token_bytes(16)
        self._asked: OrderedDict[str, _Asked] = OrderedDict()

    def note(self, question: str, language: str, address: str) -> bool:
        """Counts an answered question; whether it has just become frequent."""
        if not self._after:
            return False
        text = " ".join(question.split())
        key = text.casefold().rstrip("?!. ")
        asked = self._asked.setdefault(key, _Asked(text, language))
        self._asked.move_to_end(key)
        if len(self._asked) > _MOST_QUESTIONS:
            self._asked.popitem(last=False)
        if len(asked.askers) >= self._after:
            return False
        asked.askers.add(hashlib.sha256(self._salt + address.encode()).hexdigest())
        return len(asked.askers) == self._after

    def questions(self) -> list[tuple[str, str]]:
        """The frequent questions with their languages, the latest asked first."""
        frequent = [(asked.text, asked.language) for asked in self._asked.values() if len(asked.askers) >= self._after]
        return frequent[::-1]
