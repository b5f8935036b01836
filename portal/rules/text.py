"""Text: folding for search and sorting, names on one line, initials."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

MOST_WORDS = 10
MOST_CHARACTERS = 200
"""What is read of a query, and kept of a sort key (an index row must stay small)."""

# What NFKD and casefold leave whole, although people type it without; lower case suffices.
_LETTERS = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
        "ħ": "h", "ŧ": "t", "ŋ": "n", "ı": "i", "ĸ": "k", "ƀ": "b", "ɨ": "i",
        # Typed by one keyboard one way, by another another: quotes, hyphens, and the Persian
        # forms of Arabic letters. The tatweel only stretches a word.
        "‘": "'", "’": "'", "ʼ": "'", "`": "'", "‐": "-", "–": "-", "—": "-", "−": "-",
        "ک": "ك", "ی": "ي", "ى": "ي", "ـ": None,
    }
)  # fmt: skip

_INVISIBLE = {"\u200b", "\u2060", "\ufeff"}
_BIDI = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def fold(text: str) -> str:
    """Text as it is compared: without case, accents, compatibility forms and control
    characters. "Técnica" → "tecnica", "Straße" → "strasse", "Łódź" → "lodz".

    Letters of other scripts stay letters; their accents and points go (й → и, أ → ا), their
    vowel signs stay. Not for display, and not for identity: two names may fold alike.
    """
    plain = "".join(_without_marks(unicodedata.normalize("NFKD", text)))
    folded = unicodedata.normalize("NFKD", plain.casefold())
    # Composed again: Korean stays in syllables, and a word's length is what a person counts.
    return unicodedata.normalize("NFC", "".join(_without_marks(folded)).translate(_LETTERS))


def search_text(*fields: str | None) -> str:
    """What is stored to be searched: the words of all fields, folded, each once, separated
    by two spaces, with two before and two after.

    A word with punctuation brings its parts as words too: `acme-returns` is found by its
    beginning and by that of `returns`.
    """
    words: dict[str, None] = {}
    for field in fields:
        for word in fold(field or "").split():
            words[word] = None
            words.update(dict.fromkeys(_later_parts(word)))
    return "  " + "  ".join(words) + "  " if words else ""


def search_patterns(query: str) -> list[str]:
    """What must occur in `search_text`, all of it, for the query to match: literal
    substrings of at least 3 characters, so that each can be a trigram search.

    A word of 3 characters or more may stand anywhere; a shorter one is the beginning of a
    word, hence two spaces before it. At most 10 words of the first 200 characters; empty
    when the query has none (then everything matches).
    """
    folded = fold(query.strip()[:MOST_CHARACTERS])[:MOST_CHARACTERS]
    words = dict.fromkeys(folded.split())
    return [word if len(word) >= 3 else "  " + word for word in list(words)[:MOST_WORDS]]


def sort_key(text: str) -> str:
    """What names are sorted by, compared by code point: folded, spaces collapsed, at most
    200 characters."""
    return " ".join(fold(text).split())[:MOST_CHARACTERS].rstrip()


@lru_cache(maxsize=4_000)
def initials(name: str) -> str:
    """The first letters of the first and last word that begin with a letter or digit, in
    capitals where the script has them: "Daniel Okafor" → "DO", "মিতা" → "মি". One for a
    single word, "?" for a name without any."""
    words = [word for word in map(_from_letter, unicodedata.normalize("NFC", name).split()) if word]
    if not words:
        return "?"
    chosen = words[:1] if len(words) == 1 else [words[0], words[-1]]
    return "".join(map(_first_letter, chosen))


def clean_line(text: str) -> str:
    """A name on one line, as stored: NFC, spaces collapsed, none at the ends, without
    control characters, direction overrides and invisible ones. "" if nothing visible is left.
    Joiners (ZWJ, ZWNJ) and direction marks stay: scripts and emoji need them."""
    kept = "".join(
        char
        for char in text
        if char.isspace() or not (char in _INVISIBLE or char in _BIDI or unicodedata.category(char) in ("Cc", "Cs"))
    )
    line = unicodedata.normalize("NFC", " ".join(kept.split()))
    return line if any(unicodedata.category(char)[0] not in "CZ" for char in line) else ""


def _without_marks(text: str) -> Iterator[str]:
    """Drops accents and points, control and format characters; spaces become plain ones.

    By combining class (Unicode, UAX 44): 1 overlays, 10–36 Hebrew, Arabic and Syriac
    points, 200 and above accents. The others are vowel signs, nuktas, viramas and kana
    voicing, without which a word is another word.
    """
    for char in text:
        if char.isspace():
            yield " "
        elif char.isascii():
            if char.isprintable():
                yield char
        else:
            mark = unicodedata.combining(char)
            accent = mark == 1 or 10 <= mark <= 36 or mark >= 200
            if not accent and unicodedata.category(char) not in ("Cc", "Cf", "Cs"):
                yield char


def _later_parts(word: str) -> Iterator[str]:
    """The alphanumeric parts of a word that do not begin where it begins."""
    part, begun = "", 0
    for at, char in enumerate(word + " "):
        if unicodedata.category(char)[0] in "PSZ":
            if part and begun > 0:
                yield part
            part = ""
        else:
            if not part:
                begun = at
            part += char


def _from_letter(word: str) -> str:
    """The word from its first letter or digit on; "" if it has none."""
    for at, char in enumerate(word):
        if char.isalnum():
            return word[at:]
    return ""


def _first_letter(word: str) -> str:
    """The first letter with the marks that belong to it, as a capital."""
    end = 1
    while end < len(word) and unicodedata.category(word[end])[0] == "M":
        end += 1
    letter = word[:end]
    # "ß" has no capital of one letter; better small than "SS".
    return letter.upper() if len(letter.upper()) == len(letter) else letter
