import pytest

from indexing.tables import Table, find_tables, is_table_caption, row_labels

HEADER = "PROGRAM TITTEL VARIGHET  EU-TILSKUDD NORSKE DELTAKERE/KOORDINATOR*"
PAGE = f"""Forebygging
Tabell 2: Prosjekter med norsk deltakelse i perioden 2022-2025
 {HEADER}

EU4Health JAPreventNCD: Cancer and other NCDs prevention
–action on health determinants 2024-2027  € 76 409 623

HELSEDIREKTORATET; FOLKEHELSEINSTITUTTET;
AGDER FYLKESKOMMUNE; KRISTIANSAND KOMMUNE;
OSLO UNIVERSITETSSYKEHUS HF


HORISONT EUROPA

PIECES: TOWARDS LARGE-SCALE ADAPTION AND
TAILORED IMPLEMENTATION OF EVIDENCE-BASED
PRIMARY CANCER PREVENTION

2023-2027  € 6 930 111  HELSE BERGEN HF

EU4Health PERCH: PartnERship to Contrast HPV 2022-2025  € 3 800 000  FOLKEHELSEINSTITUTTET

HORISONT EUROPA NADIS: NAD+ International Scientist-training 2022-2026  € 2 530 832 UNIVERSITETET I OSLO

HORISONT EUROPA MULTIR: MULti-Tumour based prediction and
manipulation of Immune Response 2024-2027  € 8 547 712  FOLKEHELSEINSTITUTTET

 € 116 456 980
"""


def only_table(text: str) -> Table:
    (table,) = find_tables(text.split("\n"))
    return table


def joined(rows: tuple[tuple[str, ...], ...]) -> list[str]:
    return [" ".join(" ".join(row).split()) for row in rows]


def test_rows_over_one_to_six_lines_are_whole() -> None:
    rows = only_table(PAGE).rows
    assert [len(row) for row in rows] == [5, 5, 1, 1, 2, 1]
    assert joined(rows) == [
        "EU4Health JAPreventNCD: Cancer and other NCDs prevention –action on health determinants 2024-2027 "
        "€ 76 409 623 HELSEDIREKTORATET; FOLKEHELSEINSTITUTTET; AGDER FYLKESKOMMUNE; KRISTIANSAND KOMMUNE; "
        "OSLO UNIVERSITETSSYKEHUS HF",
        "HORISONT EUROPA PIECES: TOWARDS LARGE-SCALE ADAPTION AND TAILORED IMPLEMENTATION OF EVIDENCE-BASED "
        "PRIMARY CANCER PREVENTION 2023-2027 € 6 930 111 HELSE BERGEN HF",
        "EU4Health PERCH: PartnERship to Contrast HPV 2022-2025 € 3 800 000 FOLKEHELSEINSTITUTTET",
        "HORISONT EUROPA NADIS: NAD+ International Scientist-training 2022-2026 € 2 530 832 UNIVERSITETET I OSLO",
        "HORISONT EUROPA MULTIR: MULti-Tumour based prediction and manipulation of Immune Response 2024-2027 "
        "€ 8 547 712 FOLKEHELSEINSTITUTTET",
        "€ 116 456 980",
    ]


def test_column_names_are_the_header_and_no_row() -> None:
    table = only_table(PAGE)
    assert table.header == HEADER
    assert PAGE.split("\n")[table.start].strip() == HEADER


def test_total_line_closes_the_table() -> None:
    lines = [*PAGE.split("\n"), "Dette er tekst etter tabellen."]
    (table,) = find_tables(lines)
    assert lines[table.end - 1].strip() == "€ 116 456 980"


def test_total_with_a_word_before_it_is_a_row_of_its_own() -> None:
    assert joined(only_table(PAGE.replace(" € 116", "Sum € 116")).rows)[-1] == "Sum € 116 456 980"


def test_table_without_column_names_is_found_by_its_cells() -> None:
    table = only_table("Om støtten.\n\nAlfa 2024 NOK 30 000 Oslo\nBeta 2025 NOK 40 000 Bergen\n\nSlutt på lista.")
    assert table.header == ""
    assert joined(table.rows) == ["Alfa 2024 NOK 30 000 Oslo", "Beta 2025 NOK 40 000 Bergen"]


def test_caption_parts_two_tables_on_one_page() -> None:
    first, second = find_tables((PAGE + PAGE.replace("Tabell 2", "Tabell 3")).split("\n"))
    assert (len(first.rows), len(second.rows)) == (6, 6)
    assert first.end <= second.start


@pytest.mark.parametrize(
    "prose",
    [
        "I 2021 ble NOK 40.9 billion brukt til forskning.\nI 2022 ble det NOK 45 billion.",
        "Vedtatt i 2021.\n\n€ 5 millioner i 2022, og mer i 2023.",
        "",
    ],
)
def test_prose_with_years_and_amounts_is_no_table(prose: str) -> None:
    assert find_tables(prose.split("\n")) == []


@pytest.mark.parametrize("line", ["Tabell 4: Prosjekter", "  TABLE 12 Projects", "tabell 1"])
def test_line_that_names_a_table_is_a_caption(line: str) -> None:
    assert is_table_caption(line)


@pytest.mark.parametrize("line", ["Tabellen viser", "Se tabell 4", "Kilde: tabell 2"])
def test_line_that_mentions_a_table_is_no_caption(line: str) -> None:
    assert not is_table_caption(line)


def test_row_labels_are_the_words_that_begin_three_rows() -> None:
    assert row_labels(["EU4Health A", "EU4Health B", "EU4Health C", "OSLO A", "OSLO B", ""]) == {"EU4Health"}


def test_rows_stay_apart_when_the_amount_is_the_last_column() -> None:
    lines = [
        "PROGRAM TITTEL VARIGHET BELØP",
        "",
        "Arena Klynge nord 2022-2024 € 200 000",
        "Arena Klynge sør med et langt navn",
        "som går over to linjer 2023-2025 € 300 000",
        "Pro Havet 2021-2022 € 400 000",
    ]
    [table] = find_tables(lines)
    assert table.rows == (
        ("Arena Klynge nord 2022-2024 € 200 000",),
        ("Arena Klynge sør med et langt navn", "som går over to linjer 2023-2025 € 300 000"),
        ("Pro Havet 2021-2022 € 400 000",),
    )
