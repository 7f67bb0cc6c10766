"""The error of everything a user hands to the measurements: data, gates, runs to compare."""

from indexing.errors import KildesvarError


class DataError(KildesvarError):
    """A file to measure on, or a result to compare, cannot be used; says which file, which line, and the cure."""
