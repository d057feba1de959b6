"""What Lua Torch's examples print: the demos with their confusion matrices, fb.resnet.torch."""

from __future__ import annotations

from pathlib import Path

from tests.readers.text_log.support import points, read


def test_the_demos_count_epochs_and_print_a_matrix_for_each_set(tmp_path: Path) -> None:
    text = ""
    for e in range(1, 6):
        text += f"<trainer> on training set:\t\n<trainer> online epoch # {e} [batchSize = 128]\t\nConfusionMatrix:\n"
        text += f"[[     90{e}       3       4]   90.000% \t[class: 1]\n [       5     91{e}       6]]  91.000% \t[class: 2]\n"
        text += f" + average row correct: 90.{e}% \n + global correct: {50 + e}.5%\n"
        text += f"<trainer> on testing Set:\t\n + average row correct: 80.{e}% \n + global correct: {40 + e}.5%\n"
    part = read(tmp_path, text)
    assert points(part, "global correct") == [(e, 50.5 + e) for e in range(1, 6)]
    assert points(part, "testing global correct") == [(e, 40.5 + e) for e in range(1, 6)]
    assert points(part, "testing average row correct") == [(e, float(f"80.{e}")) for e in range(1, 6)]


def test_fb_resnet_counts_epochs_of_tests_in_brackets(tmp_path: Path) -> None:
    text = ""
    for e in (1, 2, 3):
        for i in (1, 2, 3, 4):
            text += (
                f" | Epoch: [{e}][{i}/4]    Time 0.30{i}  Data 0.001  Err {3 - e / 2 - i / 16:1.4f}  top1  7{e}.{i}00\n"
            )
        for i in (1, 2):
            text += f" | Test: [{e}][{i}/2]    Time 0.120  Data 0.010  top1  5{i}.000 ( 6{e}.{i}00)\n"
        text += f" * Finished epoch # {e}     top1:  6{e}.200\n\n"
    part = read(tmp_path, text)
    steps = [(e, i) for e in (1, 2, 3) for i in (1, 2, 3, 4)]
    assert points(part, "Err") == [(4 * (e - 1) + i, 3 - e / 2 - i / 16) for e, i in steps]
    assert points(part, "top1") == [(4 * (e - 1) + i, float(f"7{e}.{i}")) for e, i in steps]
    assert points(part, "test top1") == [(4 * e, float(f"6{e}.2")) for e in (1, 2, 3)]
