"""Folding, search, sorting and names: what a person types finds what a person wrote."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.text import clean_line, fold, initials, search_patterns, search_text, sort_key


def found(query: str, *fields: str) -> bool:
    """As the database decides it."""
    stored = search_text(*fields)
    return all(pattern in stored for pattern in search_patterns(query))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Técnica", "tecnica"),
        ("TÉCNICA", "tecnica"),
        ("Te\u0301cnica", "tecnica"),
        ("Straße", "strasse"),
        ("GROẞE", "grosse"),
        ("Łódź", "lodz"),
        ("Ærøskøbing", "aeroskobing"),
        ("Đà Nẵng", "da nang"),
        ("Þór Ðuro", "thor duro"),
        ("Œuvre", "oeuvre"),
        ("İstanbul ırmak", "istanbul irmak"),
        ("ﬁne ＡＢＣ ①", "fine abc 1"),
        ("Ёлка Йод", "елка иод"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("أحمد إبراهيم آل", "احمد ابراهيم ال"),
        ("مُحَمَّد", "محمد"),
        ("کتاب", "كتاب"),
        ("שָׁלוֹם", "שלום"),
        ("हिन्दी", "हिन्दी"),
        ("が", "が"),
        ("서울", "서울"),
        ("s\u0336truck", "struck"),
        ("O’Brien – Sons", "o'brien - sons"),
        ("a\x00b\u202ec\u200bd\ud800e", "abcde"),
        ("a\tb\u00a0c", "a b c"),
    ],
)
def test_case_accents_and_forms_are_folded_and_letters_kept(text: str, folded: str) -> None:
    assert fold(text) == unicodedata.normalize("NFC", folded)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_folded_text_can_be_stored_anywhere(text: str) -> None:
    fold(text).encode()
    assert "\x00" not in fold(text)


def test_stored_words_stand_two_spaces_apart_and_each_once() -> None:
    assert search_text("Acme  Returns", "acme", None, "") == "  acme  returns  "
    assert search_text("", None) == ""


def test_parts_of_a_word_with_punctuation_are_words_too() -> None:
    stored = search_text("acme-returns", "daniel.okafor@acme.example", "(Beta)")
    assert stored.split() == ["acme-returns", "returns", "daniel.okafor@acme.example", "okafor", "acme", "example"] + [
        "(beta)",
        "beta",
    ]


@pytest.mark.parametrize(
    ("query", "patterns"),
    [
        ("", []),
        ("  \t\x00 ", []),
        ("a", ["  a"]),
        ("AB", ["  ab"]),
        ("abc", ["abc"]),
        ("Técnica é", ["tecnica", "  e"]),
        ("100%", ["100%"]),
        ("% _", ["  %", "  _"]),
        ("acme acme ACME", ["acme"]),
        ("a\x00b", ["  ab"]),
    ],
)
def test_a_short_word_is_a_beginning_and_a_long_one_a_substring(query: str, patterns: list[str]) -> None:
    assert search_patterns(query) == patterns


def test_a_query_is_read_up_to_ten_words_and_two_hundred_characters() -> None:
    assert search_patterns(" ".join(f"word{n}" for n in range(30))) == [f"word{n}" for n in range(10)]
    assert search_patterns("x" * 1_000_000) == ["x" * 200]
    assert len(search_patterns("\u3300" * 200)[0]) == 200  # one character that folds to four


@given(st.text())
def test_every_pattern_is_long_enough_for_a_trigram(query: str) -> None:
    patterns = search_patterns(query)
    assert len(patterns) <= 10
    assert all(3 <= len(pattern) <= 202 and pattern.strip() for pattern in patterns)


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("tecnica", True),
        ("TÉCNICA federico", True),
        ("cnic", True),
        ("te", True),  # the beginning of a word
        ("cn", False),  # not one
        ("santa x", False),  # every word must occur
        ("ma", True),  # of "(María)"
        ("ok", True),  # of the e-mail's second part
        ("fo", False),
        ("daniel.okafor@acme.example", True),
        ("a&m", True),
        ("%", False),
        ("t_cnica", False),
        ("технический", True),
        ("те", True),
        ("القاهرة", True),
        ("أحمد", True),
        ("احمد", True),
    ],
)
def test_search_finds_what_it_should_and_nothing_else(query: str, hit: bool) -> None:
    fields = (
        "Universidad Técnica Federico Santa (María)",
        "daniel.okafor@acme.example",
        "Texas A&M",
        "Технический университет",
        "القاهرة احمد",
    )
    assert found(query, *fields) is hit


@given(st.text(max_size=60), st.data())
def test_a_name_is_found_by_itself_and_by_each_of_its_words(name: str, data: st.DataObject) -> None:
    assert found(name, name)
    words = fold(name).split()
    if words:
        word = data.draw(st.sampled_from(words))
        assert found(word, "before", name, "after")
        assert found(word[: data.draw(st.integers(1, len(word)))], name)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Daniel Okafor", "DO"),
        ("daniel chidi okafor", "DO"),
        ("Cher", "C"),
        ("", "?"),
        ("  \t ", "?"),
        ("🚀 🎉", "?"),
        ("🚀 rocket", "R"),
        ("(acme) returns", "AR"),
        ("élodie ångström", "ÉÅ"),
        ("e\u0301lodie", "É"),
        ("ßeta", "ß"),
        ("김민수", "김"),
        ("أحمد علي", "أع"),
        ("मिता रॉय", "मिरॉ"),
        ("3M India", "3I"),
    ],
)
def test_initials_are_the_first_letters_of_the_first_and_last_word(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  Acme \t\r\n Returns\u2028Ltd ", "Acme Returns Ltd"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("evil\u202egpj.exe\u2066x\u2069", "evilgpj.exex"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\ud800lone", "lone"),
        ("e\u0301", "é"),
        ("\u200d\u200e", ""),
        (" ", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("O’Brien & Söhne", "O’Brien & Söhne"),
    ],
)
def test_a_name_is_one_clean_line(text: str, line: str) -> None:
    assert clean_line(text) == line


@given(st.text())
def test_a_clean_line_is_clean_and_stays_so(text: str) -> None:
    line = clean_line(text)
    assert clean_line(line) == line
    assert "  " not in line and line == line.strip()
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in line)


def test_names_sort_without_case_and_accents_and_the_key_stays_small() -> None:
    assert sorted(["Zoe", "émile", "Emil", "Ångström", "zz"], key=sort_key) == [
        "Ångström",
        "Emil",
        "émile",
        "Zoe",
        "zz",
    ]
    assert sort_key("  A   B ") == "a b"
    assert len(sort_key("\u3300" * 500)) == 200
