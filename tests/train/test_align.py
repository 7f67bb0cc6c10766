import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.train.align import AlignmentSettings, Translations, align

ALL = AlignmentSettings(iterations=8, longest=50, least=0.0, most=1000)
TEXT = st.lists(st.integers(0, 5), max_size=6)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=12)


def probabilities(found: Translations) -> dict[tuple[int, int], float]:
    keys = zip(found.source.tolist(), found.target.tolist(), strict=True)
    return dict(zip(keys, found.probability.tolist(), strict=True))


def planted(*, words: int, texts: int, seed: int) -> tuple[list[list[int]], list[list[int]], dict[int, int]]:
    """Texts of four to nine words, the words of each in another order and by a dictionary that is a permutation."""
    random = np.random.default_rng(seed)
    dictionary = dict(enumerate(random.permutation(words).tolist()))
    source = [random.choice(words, random.integers(4, 10), replace=False).tolist() for _ in range(texts)]
    target = [[dictionary[word] for word in random.permutation(text).tolist()] for text in source]
    return source, target, dictionary


def test_one_iteration_is_the_arithmetic_of_the_paper() -> None:
    found = probabilities(align([[0, 1], [0]], [[0, 1], [0]], AlignmentSettings(1, 50, 0.0, 10)))
    # every word has been seen beside both targets, so all are equally likely before; with the null word, a target word
    # of the first text is for a third of each of three words, and that of the second for a half of each of two
    count = {(0, 0): 1 / 3 + 1 / 2, (0, 1): 1 / 3, (1, 0): 1 / 3, (1, 1): 1 / 3}
    of_source = {0: 1 / 3 + 1 / 2 + 1 / 3, 1: 1 / 3 + 1 / 3}
    assert found == pytest.approx({pair: n / of_source[pair[0]] for pair, n in count.items()})


def test_planted_dictionary_is_recovered() -> None:
    source, target, dictionary = planted(words=40, texts=400, seed=1)
    found = align(source, target, AlignmentSettings(10, 50, 0.5, 1))
    assert dict(zip(found.source.tolist(), found.target.tolist(), strict=True)) == dictionary


def test_word_without_a_counterpart_goes_to_the_null_word() -> None:
    source, target, dictionary = planted(words=30, texts=300, seed=2)
    article = len(dictionary)
    found = align(source, [[article, *text] for text in target], AlignmentSettings(10, 50, 0.3, 1))
    assert dict(zip(found.source.tolist(), found.target.tolist(), strict=True)) == dictionary


def test_chunks_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    source, target, _ = planted(words=20, texts=50, seed=3)
    whole = align(source, target, ALL)
    monkeypatch.setattr("indexing.train.align._CHUNK", 7)
    pieces = align(source, target, ALL)
    assert probabilities(pieces) == pytest.approx(probabilities(whole))
    assert pieces.log_likelihoods == pytest.approx(whole.log_likelihoods)


@given(PAIRS)
def test_probabilities_of_a_source_sum_to_one_before_the_cuts_and_to_less_after(
    pairs: list[tuple[list[int], list[int]]],
) -> None:
    source, target = [one for one, _ in pairs], [other for _, other in pairs]
    found = align(source, target, ALL)
    for token in np.unique(found.source):
        assert found.probability[found.source == token].sum() == pytest.approx(1.0)
    cut = align(source, target, AlignmentSettings(8, 50, 0.2, 2))
    for token in np.unique(cut.source):
        of_token = cut.probability[cut.source == token]
        assert len(of_token) <= 2
        assert of_token.min() >= 0.2
        assert of_token.sum() <= 1.0 + 1e-9
        assert list(of_token) == sorted(of_token, reverse=True)
    assert probabilities(cut).items() <= probabilities(found).items()


@given(PAIRS)
def test_likelihood_never_falls(pairs: list[tuple[list[int], list[int]]]) -> None:
    steps = align([one for one, _ in pairs], [other for _, other in pairs], ALL).log_likelihoods
    assert len(steps) == ALL.iterations
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(steps))


@given(PAIRS)
def test_every_target_token_is_linked_once(pairs: list[tuple[list[int], list[int]]]) -> None:
    found = align([one for one, _ in pairs], [other for _, other in pairs], ALL)
    tokens = sum(len(other) for one, other in pairs if one)
    assert found.count.sum() <= tokens + 1e-9  # the null word's links are not among them


def test_longer_and_empty_texts_are_left_out() -> None:
    source, target = [[1], [2, 2, 2], [], [3]], [[1], [2], [4], []]
    found = align(source, target, AlignmentSettings(3, 2, 0.0, 10))
    assert set(probabilities(found)) == {(1, 1)}


def test_no_text_gives_no_translation() -> None:
    found = align([], [], ALL)
    assert len(found.source) == len(found.target) == len(found.probability) == len(found.count) == 0


def test_log_likelihood_is_that_of_the_texts() -> None:
    first, *_ = align([[0]], [[0, 1]], AlignmentSettings(1, 50, 0.0, 10)).log_likelihoods
    # two words, each half likely from the only word and from the null word, which are chosen with a half each
    assert first == pytest.approx(2 * math.log(1 / 2 * 1 / 2 + 1 / 2 * 1 / 2))
