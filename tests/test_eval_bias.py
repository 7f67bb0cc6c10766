from eval.bias import max_at_r, parallel_pairs, preference_rate


def test_the_preference_rate_is_the_share_of_pairs_where_the_own_language_comes_first() -> None:
    assert preference_rate([(1, 2), (4, 3), (1, 9), (5, 2)]) == 2 / 4
    assert preference_rate([]) is None


def test_max_at_r_is_the_worst_rank_of_each_group() -> None:
    assert max_at_r([[1, 4], [2, 3]]) == (4 + 3) / 2
    assert max_at_r([]) is None


def test_pairs_are_of_one_text_in_the_language_and_one_in_another() -> None:
    groups = {"g": [("no", 3), ("en", 1)], "h": [("en", 2), ("en", 5)]}
    assert parallel_pairs(groups, "no") == [(3, 1)]
    assert parallel_pairs(groups, "en") == [(1, 3)]
