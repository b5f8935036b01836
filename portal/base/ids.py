"""Public ids: what people and machines call a row. Random, so that nothing can be guessed or counted from them."""

import secrets

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # base58: no 0, O, I, l to misread
LENGTH = 16  # 93 bits


def new(prefix: str) -> str:
    """A fresh public id such as `ws_5TqLmPx1aB9cD3eF`."""
    return prefix + "_" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
