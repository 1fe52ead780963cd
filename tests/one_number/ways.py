"""Straight to the evaluation, past every front end: what the other paths are compared with."""

from __future__ import annotations

from typing import Any

from tests.one_number.paths import SLICES
from tests.one_number.program import Program
from turbofinops_tui.actions.reports import Reports
from turbofinops_tui.actions.session import Session, open_session
from turbofinops_tui.cli import reports
from turbofinops_tui.cli.context import Context
from turbofinops_tui.cli.main import join_periods
from turbofinops_tui.cli.parsing import Parser
from turbofinops_tui.clock import from_environment
from turbofinops_tui.economics.types import Slice, Table
from turbofinops_tui.files.report_json import encode
from turbofinops_tui.paths import resolve


def open_on(program: Program) -> Session:
    """A session on the program's store."""
    clock = from_environment({"TURBOFINOPS_TODAY": program.today})
    return open_session(resolve(root=str(program.root), environ={}), clock)


def slice_of(program: Program, words: tuple[str, ...]) -> Slice:
    """The slice that ``report WORDS`` means."""
    parser = Parser(prog="report")
    reports.register(parser)
    args = parser.parse_args(join_periods(list(words)))
    clock = from_environment({"TURBOFINOPS_TODAY": program.today})
    reports.prepare(args, Context(resolve(root=str(program.root), environ={}), clock))
    found: Slice = args.slice
    return found


def evaluated(program: Program, words: tuple[str, ...]) -> Table:
    """The slice of the words, evaluated without any front end."""
    session = open_on(program)
    try:
        return Reports(session).table(slice_of(program, words))
    finally:
        session.store.close()


def documents(program: Program, slices: tuple[tuple[str, ...], ...] = SLICES) -> list[Any]:
    """The report document of every slice, without the moment it was made at."""
    session = open_on(program)
    try:
        answers = Reports(session)
        found = [encode(answers.table(slice_of(program, words))) for words in slices]
    finally:
        session.store.close()
    for document in found:
        del document["as_of"]
    return found
