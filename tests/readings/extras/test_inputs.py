from __future__ import annotations

import hashlib
from pathlib import Path

from curveread.readings.extras.inputs import digests
from curveread.run.model import Run, Source


def test_files_as_they_were_read_are_sealed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"step,loss\n")
    (tmp_path / "grown.csv").write_bytes(b"step,loss\n1,2\n")
    (tmp_path / "folder").mkdir()
    names = ("a.csv", "grown.csv", "folder", "gone.csv")
    run = Run("r", str(tmp_path), {}, sources=tuple(Source(n, "table", 10) for n in names))
    assert digests(run) == {"a.csv": hashlib.sha256(b"step,loss\n").hexdigest()}
    one = Run("r", str(tmp_path / "a.csv"), {}, sources=(Source("a.csv", "table", 10),))
    assert list(digests(one)) == ["a.csv"]


def test_a_file_of_a_run_among_others_is_found_from_the_folder_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    text = "step,loss\n" + "\n".join(f"{i},{1 / (i + 1):.6g}" for i in range(50))
    (tmp_path / "deep" / "er" / "a.csv").write_text(text)
    run = Run("a", str(tmp_path / "deep" / "er" / "a.csv"), {}, (Source("deep/er/a.csv", "table", len(text)),))
    assert digests(run) == {"deep/er/a.csv": hashlib.sha256(text.encode()).hexdigest()}
