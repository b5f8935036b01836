"""The project's files as the architecture tests read them."""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*patterns: str) -> list[str]:
    """Paths under the root, as text with forward slashes, sorted."""
    found = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(path.relative_to(ROOT).as_posix() for path in found if "__pycache__" not in path.parts)


def read(path: str) -> str:
    """The text of one of the files."""
    return (ROOT / path).read_text(encoding="utf-8")


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method, however deep."""
    return (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS))


def dotted(node: ast.expr) -> str:
    """`datetime.datetime.now` for such an expression; what is not a plain name stands as `?`."""
    if isinstance(node, ast.Name):
        return node.id
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else "?"


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that is called."""
    return ((node.lineno, dotted(node.func)) for node in ast.walk(tree) if isinstance(node, ast.Call))


def copy_of_the_project(folder: Path) -> Path:
    """A copy of the program without its tests, to plant violations in."""
    for name in ("portal", "templates", "static", "migrations"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "wsgi.py"):
        shutil.copy(ROOT / name, folder / name)
    return folder
