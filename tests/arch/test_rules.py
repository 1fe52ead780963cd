"""The rules of the house hold in the whole package, and each catches a known-bad piece."""

from __future__ import annotations

import ast

import pytest

from tests.arch import rules
from tests.arch.rules import Rule
from tests.arch.widget_text import shown_text_is_safe

LONG = "def long() -> None:\n" + "    pass\n" * rules.MOST_LINES_OF_FUNCTION

BAD: list[tuple[Rule, str, str]] = [
    (rules.libraries_in_their_place, "sync/read/focus.py", "import duckdb"),
    (rules.libraries_in_their_place, "screens/overview.py", "def draw():\n    import plotext"),
    (rules.libraries_in_their_place, "actions/watch.py", "from apprise import Apprise"),
    (rules.libraries_in_their_place, "cli/webhook.py", "from starlette.applications import Starlette"),
    (rules.libraries_in_their_place, "actions/connections.py", "import keyring.errors"),
    (rules.libraries_in_their_place, "economics/money.py", "import numpy as np"),
    (rules.libraries_in_their_place, "actions/reports.py", "from textual.app import App"),
    (rules.libraries_in_their_place, "cli/output.py", "import rich"),
    (rules.sqlite_is_opened_by_the_store, "actions/reports.py", "import sqlite3\nsqlite3.connect('x')"),
    (rules.sqlite_is_opened_by_the_store, "app.py", "from sqlite3 import connect"),
    (rules.time_comes_from_the_clock, "store/open.py", "import datetime\ndatetime.datetime.now()"),
    (rules.time_comes_from_the_clock, "cli/main.py", "from datetime import date\ndate.today()"),
    (rules.time_comes_from_the_clock, "cli/main.py", "import time\ntime.time()"),
    (rules.time_comes_from_the_clock, "cli/main.py", "from time import time"),
    (rules.transactions_belong_to_the_store, "actions/links.py", "conn.execute('BEGIN IMMEDIATE')"),
    (rules.transactions_belong_to_the_store, "sync/derive.py", "conn.execute('COMMIT')"),
    (rules.transactions_belong_to_the_store, "sync/derive.py", "txn.conn.commit()"),
    (rules.functions_are_short, "app.py", LONG),
    (rules.public_names_have_docstrings, "app.py", '"""Doc."""\ndef shown() -> None:\n    pass'),
    (
        rules.public_names_have_docstrings,
        "app.py",
        '"""Doc."""\nclass Shown:\n    """Doc."""\n    def a(self): ...',
    ),
    (rules.public_names_have_docstrings, "app.py", "x = 1"),
    (rules.everything_is_annotated, "app.py", "def f(a, b: int) -> None: ..."),
    (rules.everything_is_annotated, "app.py", "class A:\n    def f(self, a: int): ..."),
    (rules.no_screen_knows_a_screen, "screens/a.py", "from turbofinops_tui.screens.b import B"),
    (rules.no_float_holds_money, "economics/fx.py", "rate = float(text)"),
    (rules.no_float_holds_money, "store/figures.py", "def f(x: float) -> None: ..."),
    (rules.secrets_stay_secret, "cli/connect.py", "print(found.secret.reveal())"),
    (rules.secrets_stay_secret, "actions/doctor.py", "x = secret_of(a).secret.reveal()"),
    (shown_text_is_safe, "screens/a.py", "Static(f'{customer}', markup=False)"),
    (shown_text_is_safe, "screens/a.py", "Static(f'{safe(customer)}')"),
    (shown_text_is_safe, "screens/a.py", "self.notify('lost ' + str(name), markup=False)"),
    (shown_text_is_safe, "screens/a.py", "self.app.notify('lost %s' % name, markup=False)"),
    (shown_text_is_safe, "widgets/a.py", "Text(f'{row.name}')"),
    (shown_text_is_safe, "widgets/a.py", "label.update('{}'.format(name))"),
    (shown_text_is_safe, "app.py", "Label(f'{safe(a)} {b}', markup=False)"),
]

GOOD: list[tuple[Rule, str, str]] = [
    (rules.libraries_in_their_place, "sync/rollup/duck.py", "import duckdb, numpy"),
    (rules.sqlite_is_opened_by_the_store, "store/open.py", "import sqlite3\nsqlite3.connect('x')"),
    (rules.time_comes_from_the_clock, "actions/sync.py", "import time\ntime.monotonic()\nclock.now()"),
    (rules.transactions_belong_to_the_store, "store/write.py", "conn.execute('BEGIN IMMEDIATE')"),
    (rules.transactions_belong_to_the_store, "sync/derive.py", "conn.execute('SELECT 1')"),
    (rules.functions_are_short, "app.py", LONG.removesuffix("    pass\n")),
    (rules.no_screen_knows_a_screen, "screens/a.py", "from turbofinops_tui.widgets.grid import Grid"),
    (rules.secrets_stay_secret, "sync/pull/stripe.py", "key = secret.reveal()"),
    (shown_text_is_safe, "screens/a.py", "Static(f'{safe(customer)} {n:,d}', markup=False)"),
    (shown_text_is_safe, "screens/a.py", "Static('fixed words')"),
    (shown_text_is_safe, "actions/a.py", "Text(f'{row.name}')"),
]


@pytest.mark.parametrize("rule", [*rules.RULES, shown_text_is_safe], ids=lambda rule: rule.__name__)
def test_rule_holds(rule: Rule) -> None:
    found = [f"{path}:{what}" for path, tree in rules.modules() for what in rule(path, tree)]
    assert found == []


@pytest.mark.parametrize(("rule", "path", "source"), BAD)
def test_rule_catches_a_known_bad_piece(rule: Rule, path: str, source: str) -> None:
    assert rule(path, ast.parse(source))


@pytest.mark.parametrize(("rule", "path", "source"), GOOD)
def test_rule_lets_the_good_through(rule: Rule, path: str, source: str) -> None:
    assert rule(path, ast.parse(source)) == []


def test_every_rule_has_a_known_bad_piece() -> None:
    assert {rule for rule, _, _ in BAD} == {*rules.RULES, shown_text_is_safe}


def test_no_module_is_known_by_most_others() -> None:
    assert rules.importers(rules.import_graph()) == []


def test_a_module_known_by_most_others_is_caught() -> None:
    graph = {f"turbofinops_tui.m{n}": {"turbofinops_tui.util"} for n in range(7)}
    graph |= {f"turbofinops_tui.n{n}": {"turbofinops_tui.money"} for n in range(3)}
    assert rules.importers(graph | {"turbofinops_tui.util": set()}) == [
        "turbofinops_tui.util is imported by 7 of 10 modules"
    ]
