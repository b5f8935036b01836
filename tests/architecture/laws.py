"""The laws about Python source that import-linter and ruff cannot see: each a function, source in, complaints out."""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.architecture.trees import FUNCTIONS, calls, dotted, functions

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
PROGRAM = ("portal/**/*.py", "wsgi.py")
EVERYWHERE = (*PROGRAM, "tests/**/*.py", "migrations/env.py")
NOTHING_NAMES = {"common", "helper", "helpers", "manager", "managers", "misc", "service", "services", "util", "utils"}
TRANSACTIONS = {"begin", "begin_nested", "commit", "rollback"}
PRESENT = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.time(_ns)?)$")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")

Complaints = Iterator[str]


@dataclass(frozen=True)
class Law:
    """`check(path, source)` yields complaints about files that match `where`; `but` are exempt.

    `broken` is a source that breaks it (in a file named `at`), `kept` one that comes near and does not."""

    name: str
    check: Callable[[str, str], Complaints]
    broken: str
    kept: str
    where: tuple[str, ...] = PROGRAM
    but: tuple[str, ...] = ()
    at: str = "portal/operations/planted.py"


def import_in_function(path: str, source: str) -> Complaints:
    """Imports stand at the head of a file."""
    for function in functions(ast.parse(source)):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield f"{path}:{node.lineno} imports inside {function.name}()"


def transaction(path: str, source: str) -> Complaints:
    """Only unit() begins, commits and rolls back."""
    for line, name in calls(ast.parse(source)):
        if "." in name and name.rpartition(".")[2] in TRANSACTIONS:
            yield f"{path}:{line} calls {name}(); use unit()"


def asks_the_clock(path: str, source: str) -> Complaints:
    """The present is an argument."""
    for line, name in calls(ast.parse(source)):
        if PRESENT.search(name):
            yield f"{path}:{line} calls {name}(); take `now` as an argument"


def prints(path: str, source: str) -> Complaints:
    """Output goes to the logs, or by click.echo to the terminal."""
    for line, name in calls(ast.parse(source)):
        if name == "print":
            yield f"{path}:{line} prints"


def reads_the_environment(path: str, source: str) -> Complaints:
    """Settings.load() is the only reader of the environment."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv"}:
            yield f"{path}:{node.lineno} reads {dotted(node)}; make it a setting"


def long_file(path: str, source: str) -> Complaints:
    """A file has at most 400 lines."""
    lines = len(source.splitlines())
    if lines > LONGEST_FILE:
        yield f"{path} has {lines} lines"


def long_function(path: str, source: str) -> Complaints:
    """A function has at most 40 lines, its decorators not counted."""
    for function in functions(ast.parse(source)):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > LONGEST_FUNCTION:
            yield f"{path}:{function.lineno} {function.name}() has {lines} lines"


def not_pure(path: str, source: str) -> Complaints:
    """Rules know the standard library and each other."""
    for node in ast.walk(ast.parse(source)):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "." * node.level]
        for name in names:
            if name.partition(".")[0] not in sys.stdlib_module_names and not (name + ".").startswith("portal.rules."):
                yield f"{path}:{node.lineno} imports {name}"  # type: ignore[attr-defined]


def says_nothing(path: str, source: str) -> Complaints:
    """A file is named after a noun of the field."""
    stem = path.rpartition("/")[2].removesuffix(".py")
    folder = path.split("/")[-2] if "/" in path else ""
    for name in (stem, folder):
        if name in NOTHING_NAMES or any(name.endswith("_" + each) for each in NOTHING_NAMES):
            yield f"{path}: the name {name!r} says nothing"


def unfinished(path: str, source: str) -> Complaints:
    """Nothing waits to be finished."""
    for number, line in enumerate(source.splitlines(), 1):
        if found := UNFINISHED.search(line):
            yield f"{path}:{number} {found.group()}"


def undocumented(path: str, source: str) -> Complaints:
    """What other rooms call has a docstring: files, public classes, public functions."""
    tree = ast.parse(source)
    if source.strip() and not ast.get_docstring(tree):
        yield f"{path} has no docstring"
    for node in tree.body:
        if (
            isinstance(node, (ast.ClassDef, *FUNCTIONS))
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ):
            yield f"{path}:{node.lineno} {node.name} has no docstring"


LAWS = [
    Law("no import inside a function", import_in_function, "def f():\n    import os\n", "import os\n", EVERYWHERE),
    Law(
        "unit() is the only commit",
        transaction,
        "def f(db):\n    db.session.commit()\n",
        "def f(unit):\n    with unit() as session:\n        session.flush()\n",
        but=("portal/operations/unit.py",),
    ),
    Law(
        "one file asks the clock",
        asks_the_clock,
        "import datetime as dt\ndef f():\n    return dt.datetime.now(dt.UTC)\n",
        "import time\ndef f(now):\n    return now, time.monotonic()\n",
        but=("portal/base/clock.py",),
    ),
    Law("nothing prints past the logs and the terminal", prints, "print(1)\n", "console.print(1)\n"),
    Law(
        "one file reads the environment",
        reads_the_environment,
        "import os\nDEBUG = os.environ.get('DEBUG')\n",
        "import os\nHERE = os.getcwd()\n",
        but=("portal/settings.py",),
    ),
    Law("files are short", long_file, "x = 1\n" * 401, "x = 1\n" * 400, EVERYWHERE),
    Law(
        "functions are short",
        long_function,
        "def f():\n" + "    x = 1\n" * 40,
        "@one\n@two\ndef f():\n" + "    x = 1\n" * 39,
        EVERYWHERE,
    ),
    Law(
        "rules are pure",
        not_pure,
        "from sqlalchemy import select\n",
        "from decimal import Decimal\nfrom portal.rules.money import Money\n",
        where=("portal/rules/**/*.py",),
    ),
    Law(
        "names say something",
        says_nothing,
        "",
        "",
        EVERYWHERE,
        at="portal/operations/mail_utils.py",
    ),
    Law("nothing is left unfinished", unfinished, "x = 1  # TO" + "DO: later\n", "# the to-do list\n", PROGRAM),
    Law(
        "what others call is documented",
        undocumented,
        '"""A file."""\ndef f():\n    return 1\n',
        '"""A file."""\ndef f():\n    """One."""\n    return _g()\ndef _g():\n    return 1\n',
    ),
]
