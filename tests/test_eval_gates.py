import json
from pathlib import Path
from typing import Any

import pytest

from eval.__main__ import main
from eval.errors import DataError
from eval.gates import check_gates, read_gates
from eval.options import GATES

_RESULT = {"retrieval": {"hybrid": {"en->no": {"recall@5": 0.8}}}, "citations": {"exact": 1.0}}


def _write(tmp_path: Path, *gates: Any) -> Path:
    file = tmp_path / "gates.json"
    file.write_text(json.dumps({"gates": list(gates)}), "utf-8")
    return file


def test_a_gate_at_its_bound_holds(tmp_path: Path) -> None:
    file = _write(tmp_path, {"measure": "retrieval/hybrid/en->no/recall@5", "at_least": 0.8})
    assert check_gates(read_gates(file), _RESULT) == []


def test_a_broken_gate_is_told_with_value_and_bound(tmp_path: Path) -> None:
    file = _write(
        tmp_path,
        {"measure": "retrieval/hybrid/en->no/recall@5", "at_least": 0.9},
        {"measure": "citations/exact", "at_most": 0.5},
    )
    assert check_gates(read_gates(file), _RESULT) == [
        "gate broken: retrieval/hybrid/en->no/recall@5 is 0.800, must be >= 0.9",
        "gate broken: citations/exact is 1.000, must be <= 0.5",
    ]


def test_what_was_not_measured_is_broken(tmp_path: Path) -> None:
    file = _write(tmp_path, {"measure": "retrieval/hybrid/no->no/recall@5", "at_least": 0.0})
    assert check_gates(read_gates(file), _RESULT) == [
        "gate broken: retrieval/hybrid/no->no/recall@5 is not measured, must be >= 0.0"
    ]


@pytest.mark.parametrize(
    ("gate", "told"),
    [
        ({"measure": "a"}, "gate 1: must have one of"),
        ({"measure": "a", "at_least": 1, "at_most": 2}, "gate 1: must have one of"),
        ({"measure": "a", "at_least": "high"}, "gate 1: must have one of"),
        ({"measure": "a", "minimum": 1}, "unknown field 'minimum'; fields are at_least"),
        ({"at_least": 1}, 'must be an object with the text "measure"'),
    ],
)
def test_a_wrong_gate_is_told(tmp_path: Path, gate: object, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read_gates(_write(tmp_path, gate))


def test_a_file_without_gates_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="must be an object with a list"):
        read_gates(_write(tmp_path))


@pytest.mark.slow
def test_the_shipped_gates_hold(index_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = main(["--index", str(index_folder), "--out", str(tmp_path / "run")])
    assert (ended, capsys.readouterr().err) == (0, "")


def test_the_shipped_gates_hold_citations_to_the_character() -> None:
    gates = {gate.measure: gate for gate in read_gates(GATES)}
    assert gates["citations/exact"].at_least == 1.0
    assert gates["abstention/off-topic/false-answer"].at_most == 0.0
