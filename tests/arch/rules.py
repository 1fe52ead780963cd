"""The rules of the house as functions over parsed source, so that each can be shown a known-bad piece.

A rule takes the path inside the package (``store/open.py``) and the tree of a
module and returns what is wrong, one line each, as ``LINE what``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "turbofinops_tui"
Rule = Callable[[str, ast.Module], list[str]]

PLACES: dict[str, tuple[str, ...]] = {
    "duckdb": ("sync/rollup/",),
    "ibis": ("sync/rollup/",),
    "pyspark": ("sync/rollup/",),
    "plotext": ("widgets/charts/",),
    "apprise": ("notify.py",),
    "starlette": ("sync/receive/",),
    "uvicorn": ("sync/receive/",),
    "keyring": ("sync/secrets",),
    "stripe": ("sync/pull/",),
    "boto3": ("sync/pull/",),
    # protobuf's errors are raised where its messages are read; an engine is given its credentials
    "google": ("sync/pull/", "sync/read/otlp_proto.py", "sync/rollup/ibis_clouds.py"),
    "opentelemetry": ("sync/read/otlp_proto.py",),
    "datadog_api_client": ("sync/pull/",),
    "genai_prices": ("sync/pull/list_prices.py",),
    "sqlmodel": ("models/", "store/"),
    "sqlalchemy": ("models/", "store/"),
    "sqlite_utils": ("models/", "store/"),
    "textual": ("app.py", "screens/", "widgets/"),
    "rich": ("app.py", "screens/", "widgets/"),
    "numpy": (
        "economics/books/",
        "economics/split.py",
        "economics/evaluate/",
        "store/load_books.py",
        "sync/rollup/",
    ),
}
"""library -> the only files and folders that may import it"""

COMMON = {"types", "money", "errors", "clock", "safe_text"}
"""modules that everybody may know"""

NO_MONEY = {"store/locks.py", "store/received.py", "economics/books/rows.py", "economics/spans.py"}
"""float is a wait, an age of a file, a bound that no sum reaches, and a span's attribute as it came"""

MOST_LINES_OF_FILE = 400
MOST_LINES_OF_FUNCTION = 40
MOST_IMPORTERS = 0.6


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package: its path inside the package and its tree."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """``(line, dotted name)`` of every absolute import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def dotted(node: ast.AST) -> str:
    """``a.b.c`` of a chain of attributes, or an empty string."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else f".{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def libraries_in_their_place(path: str, tree: ast.Module) -> list[str]:
    """Each heavy library has one home."""
    found = []
    for line, name in imported(tree):
        homes = PLACES.get(name.partition(".")[0])
        if homes is not None and not path.startswith(homes):
            found.append(f"{line} imports {name}, which lives in {' '.join(homes)}")
    return found


def sqlite_is_opened_by_the_store(path: str, tree: ast.Module) -> list[str]:
    """``sqlite3.connect`` stands in store/ alone."""
    if path.startswith("store/"):
        return []
    opened = [call.lineno for call, name in calls(tree) if name.endswith("sqlite3.connect")]
    opened += [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module == "sqlite3"
        and any(alias.name == "connect" for alias in node.names)
    ]
    return [f"{line} opens SQLite outside store/" for line in opened]


_TIME_OF_DAY = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime))$"
)


def time_comes_from_the_clock(path: str, tree: ast.Module) -> list[str]:
    """Nobody but clock.py asks what time it is (``time.monotonic`` measures, it does not tell)."""
    if path == "clock.py":
        return []
    found = [f"{call.lineno} asks {name}" for call, name in calls(tree) if name and _TIME_OF_DAY.search(name)]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            found += [f"{node.lineno} imports time.{a.name}" for a in node.names if a.name == "time"]
    return found


_TRANSACTION = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT)\b", re.IGNORECASE)


def transactions_belong_to_the_store(path: str, tree: ast.Module) -> list[str]:
    """BEGIN, COMMIT, ``.commit()`` and their like stand in store/ and models/ (migrations)."""
    if path.startswith(("store/", "models/")):
        return []
    found = []
    for call, name in calls(tree):
        if name.endswith((".commit", ".rollback")):
            found.append(f"{call.lineno} calls {name}")
        first = call.args[0] if call.args else None
        text = str(first.value) if isinstance(first, ast.Constant) else ""
        if name.endswith((".execute", ".executescript")) and _TRANSACTION.match(text):
            found.append(f"{call.lineno} executes {text!r}")
    return found


def functions_are_short(path: str, tree: ast.Module) -> list[str]:
    """No function is longer than a screen."""
    return [
        f"{node.lineno} {node.name} has {length} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MOST_LINES_OF_FUNCTION
    ]


def public_names_have_docstrings(path: str, tree: ast.Module) -> list[str]:
    """Modules, public classes, functions and methods say what they are."""
    found = [] if ast.get_docstring(tree) or not tree.body else ["1 the module has no docstring"]
    holders: list[ast.Module | ast.ClassDef] = [tree]
    for holder in holders:
        for node in holder.body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if node.name.startswith("_"):
                continue
            overridden = any(dotted(mark).endswith("override") for mark in node.decorator_list)
            if not ast.get_docstring(node) and not overridden:
                found.append(f"{node.lineno} {node.name} has no docstring")
            if isinstance(node, ast.ClassDef):
                holders.append(node)
    return found


def everything_is_annotated(path: str, tree: ast.Module) -> list[str]:
    """Each parameter and each result has its type."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        named += [extra for extra in (node.args.vararg, node.args.kwarg) if extra]
        bare = [arg.arg for arg in named if arg.annotation is None and arg.arg not in ("self", "cls")]
        if bare or node.returns is None:
            found.append(f"{node.lineno} {node.name} is not fully annotated")
    return found


def no_screen_knows_a_screen(path: str, tree: ast.Module) -> list[str]:
    """Screens are reached by messages and the app; they do not import each other (private helpers aside)."""
    if not path.startswith("screens/") or path == "screens/__init__.py":
        return []
    return [
        f"{line} imports {name}"
        for line, name in imported(tree)
        if name.startswith("turbofinops_tui.screens.") and not name.split(".")[2].startswith("_")
    ]


def no_float_holds_money(path: str, tree: ast.Module) -> list[str]:
    """``float(...)`` and float annotations have no place where figures are made or stored."""
    if not path.startswith(("economics/", "store/", "models/")) or path in NO_MONEY:
        return []
    return [
        f"{node.lineno} uses float"
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "float"
    ]


REVEALING = (
    "sync/pull/",
    "sync/receive/",
    "actions/syncing.py",
    "actions/receiving.py",
    "actions/webhook_behind.py",
    "actions/receiving_usage.py",
    "actions/connections.py",
    "notify.py",
)
"""who hands a secret to the client that sends it, or to the verifier"""


def secrets_stay_secret(path: str, tree: ast.Module) -> list[str]:
    """``.reveal()`` is called where a secret is used, nowhere else."""
    if path.startswith(REVEALING):
        return []
    return [f"{call.lineno} reveals a secret" for call, name in calls(tree) if name.endswith(".reveal")]


def importers(graph: dict[str, set[str]]) -> list[str]:
    """Modules that too many others import; ``graph`` is module -> what it imports, in dotted names."""
    others = max(len(graph) - 1, 1)
    found = []
    for module in sorted(graph):
        if module.rpartition(".")[2] in COMMON or module == "turbofinops_tui":
            continue
        count = sum(module in imports for name, imports in graph.items() if name != module)
        if count / others > MOST_IMPORTERS:
            found.append(f"{module} is imported by {count} of {others} modules")
    return found


def import_graph() -> dict[str, set[str]]:
    """Module -> the package's modules that it imports."""
    graph: dict[str, set[str]] = {}
    for path, tree in modules():
        name = "turbofinops_tui." + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        targets: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                targets |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                targets |= {alias.name for alias in node.names}
        graph[name] = targets
    return graph


RULES: tuple[Rule, ...] = (
    libraries_in_their_place,
    sqlite_is_opened_by_the_store,
    time_comes_from_the_clock,
    transactions_belong_to_the_store,
    functions_are_short,
    public_names_have_docstrings,
    everything_is_annotated,
    no_screen_knows_a_screen,
    no_float_holds_money,
    secrets_stay_secret,
)
