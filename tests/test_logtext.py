from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from curveread.logtext import clean, shorten

ANY_TEXT = st.text(st.characters(), max_size=60)  # lone surrogates among them


def test_characters_that_act_become_visible() -> None:
    assert clean("a\nb\tc\u2028d") == "a b c d"
    assert clean("left \u202e right \x1b[31m \x00") == "left \\u202e right \\u001b[31m \\u0000"
    assert clean("half \ud800 pair") == "half \ufffd pair"


def test_letters_of_all_scripts_stay() -> None:
    for text in ("日本語", "עברית", "naïve_√2", "👩\u200d🔬"):
        assert clean(text) == text


@given(ANY_TEXT)
def test_clean_text_can_be_stored_and_stays_clean(text: str) -> None:
    shown = clean(text)
    shown.encode("utf-8")
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in shown)
    assert clean(shown) == shown


@given(ANY_TEXT, st.integers(0, 40))
def test_shortened_text_keeps_both_ends(text: str, length: int) -> None:
    short, whole = shorten(text, length), clean(text)
    assert len(short) <= length
    if len(whole) <= length:
        assert short == whole
    elif length > 4:
        assert short[0] == whole[0]
        assert short[-1] == whole[-1]
        assert "…" in short
