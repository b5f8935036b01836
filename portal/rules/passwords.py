"""Passwords: long, not well known, not oneself. No composition rules (NIST SP 800-63B-4,
section 3.1.1.2); pasted and managed ones are welcome, any character counts."""

from __future__ import annotations

from portal.rules.text import fold

SHORTEST = 12
LONGEST = 256
"""Characters. The upper bound keeps hashing cheap; no password manager comes near it."""

# Of the published lists of leaked passwords, those of 12 characters or more that the other
# checks would let through.
_COMMON_TEXT = """
    administrator1 correcthorsebatterystaple thisisapassword thisismypassword mypassword123
    mypassword1234 yourpassword passwordispassword trustno1trustno1 letmeinplease
    iloveyousomuch iloveyouforever ihatepasswords unbelievable neverforget everlasting
    motherfucker congratulations opensesame123 nothingtoseehere idontknow123 idontremember
    changethispassword changemeplease defaultpassword temporarypassword temppassword
    testpassword testtesttest password1password2 adminadminadmin adminpassword rootpassword
    superadministrator correcthorsebattery leavemealone maryhadalittlelamb maytheforcebewithyou
    tobeornottobe onetwothreefour jesuschrist1 jesusislord 1q2w3e4r5t6y7u q1w2e3r4t5y6u7
"""

# Words that people lengthen with digits and signs until a form lets them pass.
_STEM_TEXT = """
    password passwd passwort motdepasse contrasena senha parola passphrase admin administrator
    root welcome willkommen bienvenue letmein changeme default secret qwerty qwertz azerty login
    master superman batman spiderman pokemon starwars football baseball basketball cricket soccer
    liverpool arsenal chelsea manchester barcelona realmadrid princess sunshine iloveyou dragon
    monkey shadow michael jennifer jordan ashley daniel computer internet samsung google facebook
    summer winter spring autumn january february march april may june july august september
    october november december monday tuesday wednesday thursday friday saturday sunday india
    london america abc test testing temp guest user portal company business hello helloworld
    whatever freedom ninja mustang killer charlie donald thomas hunter trustno
"""

_KNOWN = frozenset(_COMMON_TEXT.split()) | frozenset(_STEM_TEXT.split())

_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "yxcvbnm",
    "!@#$%^&*()",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujm",
    "zaq12wsxcde34rfvbgt5",
    "йцукенгшщзхъ",
    "фывапролджэ",
)
_SEQUENCES = (*_ROWS, *(row[::-1] for row in _ROWS))
# Digits and signs that stand for letters; 1 is read as l and as i.
_LEET = [str.maketrans("0134578@$!", f"o{one}eastbasi") for one in "li"]


def weakness(password: str, *, email: str = "", name: str = "") -> str | None:
    """Why this password is not accepted, as a sentence for the person; None if it is."""
    if len(password) < SHORTEST:
        return f"Choose a password of at least {SHORTEST} characters; a few words make a good one."
    if len(password) > LONGEST:
        return f"Choose a password of at most {LONGEST} characters."
    folded = fold(password)
    if _is_person(folded, email, name):
        return "Your name or e-mail address is the first thing to be tried: choose something else."
    if _is_repeated(folded) or _pieces(folded) < 6:
        return "That is a repetition or a sequence of keys: choose something less regular."
    if _is_common(folded):
        return "That is among the passwords that are tried first: choose something less common."
    return None


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalpha())


def _is_person(folded: str, email: str, name: str) -> bool:
    """The e-mail or the name, whatever digits and signs stand around or between."""
    whole = fold(email)
    if whole and folded.strip() == whole.strip():
        return True
    core = _letters(folded)
    own = {_letters(whole), _letters(whole.partition("@")[0]), _letters(fold(name))}
    own |= {_letters(word) for word in fold(name).split()}
    # A few chance letters in a random password are not the name.
    return core in own and len(core) >= 3 and len(core) * 2 >= len(folded)


def _is_repeated(folded: str) -> bool:
    """Few different characters, or a short piece over and over."""
    if len(set(folded)) < 5:
        return True
    return any(
        folded == (folded[:size] * (len(folded) // size + 1))[: len(folded)]
        for size in range(1, min(8, len(folded) // 2) + 1)
    )


def _pieces(folded: str) -> int:
    """How many things one must remember: a run of 3 or more along the alphabet, the digits or
    the keyboard, or of one character, is one; every other character is one."""
    pieces = at = 0
    while at < len(folded):
        at += _run(folded, at)
        pieces += 1
    return pieces


def _run(folded: str, at: int) -> int:
    same = len(folded) - at - len(folded[at:].lstrip(folded[at]))
    longest = same
    for row in _SEQUENCES:
        size = 2
        while at + size < len(folded) + 1 and folded[at : at + size] in row:
            longest = max(longest, size)
            size += 1
    return longest if longest >= 3 else 1


def _is_common(folded: str) -> bool:
    compact = "".join(folded.split())
    stem = compact.strip("0123456789!?.,;:_-+*#$%&@=~()[]{}<>/\\|^'\"")
    return not _KNOWN.isdisjoint({compact, stem, *(stem.translate(leet) for leet in _LEET)})
