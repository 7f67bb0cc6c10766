import io

import pytest

from eval.terminal import Countdown


class _Watched(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_with_the_time_left_and_ends_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 100.05, 103.0, 200.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    monkeypatch.setattr("sys.stderr", screen := _Watched())
    show = Countdown("encoding")
    show(32, 100_032)
    show(64, 100_032)  # a twentieth of a second later: too soon to be read
    show(632, 100_032)
    show(100_032, 100_032)
    first, second, last = screen.getvalue().removeprefix("\r").split("\r")
    assert "32/100032 " in first
    assert "left" not in first
    assert f"632/100032, {3 * 99_400 // 600 // 60} min 17 s left" in second  # 600 in 3 s, 99 400 to go
    assert "100032/100032, 0 s left" in last
    assert screen.getvalue().endswith("\n")


def test_nothing_is_shown_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    Countdown("encoding")(1, 1)
    assert capsys.readouterr().err == ""
