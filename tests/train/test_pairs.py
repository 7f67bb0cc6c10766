"""Translation pairs: read as they are, drawn so that no family owns the model."""

import gzip
from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from indexing.train.pairs import (
    Pair,
    family_shares,
    in_random_order,
    largest_count,
    read_parallel,
    sample,
    seen_in,
)


def test_a_folder_of_tables_is_read_in_its_order(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "b.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("Milk\tMjølk\tnn\n")
    with gzip.open(tmp_path / "a.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("Bread\tBrød\tnb\nFish\tFisk\tnb\n")
    assert [(pair.source, pair.right, pair.right_language) for pair in read_parallel(tmp_path)] == [
        ("a", "Brød", "nb"), ("a", "Fisk", "nb"), ("b", "Mjølk", "nn"),
    ]  # fmt: skip


@given(
    st.lists(st.integers(min_value=1, max_value=500), min_size=1, max_size=6), st.floats(min_value=0.05, max_value=1.0)
)
def test_the_largest_count_keeps_the_share_and_one_more_would_not(counts: list[int], share: float) -> None:
    def kept(most: int) -> bool:
        return most <= share * sum(min(most, n) for n in counts)

    most = largest_count(counts, share)
    assert most == 1 or kept(most)
    assert most == max(counts) or not kept(most + 1)


def test_no_family_has_more_than_its_share_and_nothing_comes_twice() -> None:
    software = [Pair(f"docs_{i % 3}", f"s{i}", f"p{i}", "en", "nb") for i in range(900)]
    health = [Pair("health", f"h{i}", f"k{i}", "en", "nb") for i in range(100)]
    law = [Pair("law", f"l{i}", f"o{i}", "en", "nb") for i in range(100)]
    drawn = sample(software + health * 2 + law, {"software": ["docs_*"]}, largest_share=0.4, seed=1)
    counts = Counter("software" if pair.source.startswith("docs") else pair.source for pair in drawn)
    assert counts["software"] / counts.total() <= 0.4
    assert (counts["health"], counts["law"]) == (100, 100)
    assert drawn == sample(software + health * 2 + law, {"software": ["docs_*"]}, largest_share=0.4, seed=1)


def test_shares_are_told_by_family_largest_first() -> None:
    pairs = [Pair(source, "a", "b", "en", "nb") for source in ("docs_1", "docs_2", "law", "docs_1")]
    assert family_shares(pairs, {"software": ["docs_*"]}) == {"software": 0.75, "law": 0.25}


def test_a_random_order_has_all_pairs_and_is_always_the_same() -> None:
    pairs = [Pair("s", str(i), "b", "en", "nb") for i in range(50)]
    ordered = in_random_order(pairs, seed=3)
    assert ordered != pairs
    assert sorted(ordered, key=lambda pair: int(pair.left)) == pairs
    assert ordered == in_random_order(pairs, seed=3)


def test_pairs_of_a_source_are_seen_as_often_as_is_told_and_others_once() -> None:
    pairs = [Pair(source, "a", "b", "en", "nb") for source in ("law", "everyday", "law")]
    assert seen_in(pairs, {"everyday": 3}, {}, {}) == [0, 1, 1, 1, 2]
    assert seen_in(pairs, {}, {}, {}) == [0, 1, 2]


def test_of_a_family_so_many_pairs_are_seen_as_is_told_the_first_ones() -> None:
    pairs = [Pair(source, "a", "b", "en", "nb") for source in ("law", "tax_law", "everyday", "law", "everyday")]
    assert seen_in(pairs, {"law": 2}, {"laws": 2, "everyday": 1}, {"laws": ["law", "tax_*"]}) == [0, 0, 1, 2]
