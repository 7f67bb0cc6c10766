"""The errors a user can meet; every message names the value, the rule and the cure."""


class KildesvarError(Exception):
    """Base of all errors that are the user's to mend; anything else is a bug and surfaces as one."""


class CorpusError(KildesvarError):
    """A document or the corpus manifest cannot be used."""


class EncoderError(KildesvarError):
    """An encoder cannot be loaded or does not do what its card says."""


class SnapshotError(KildesvarError):
    """An index is missing, damaged, or was built with other settings."""


class QuestionError(KildesvarError):
    """A question that cannot be asked: empty, too long, no letters, control characters."""


class UnknownDocumentError(KildesvarError):
    """A document id that is not in the index."""
