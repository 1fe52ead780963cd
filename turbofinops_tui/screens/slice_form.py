"""The slice form: period, filters and bases of every money screen, in the words of the command line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual.app import ComposeResult
from textual.widgets import Input

from turbofinops_tui.actions.screens_data import Scope
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.economics.types import Condition, Having
from turbofinops_tui.errors import TurboError
from turbofinops_tui.files.slice_words import parse_condition, parse_currency, parse_having
from turbofinops_tui.widgets.choice import Choice
from turbofinops_tui.widgets.paint import Lines
from turbofinops_tui.widgets.panel import Panel, row_of

FIELDS: tuple[tuple[str, str, str], ...] = (
    ("period", "Period", "2026-10, 2026-Q3, last-month, -30d, -13w or A..B"),
    ("where", "Where", "provider=aws service!=Tax* (globs, separated by blanks; quotes around blanks)"),
    ("having", "Having", "margin<0 revenue>=100"),
    ("currency", "Currency", "an ISO code, native, or empty for the setting"),
)
CHOICES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("revenue", "Basis", ("recognised", "cash")),
    ("cost", "Cost", ("effective", "billed")),
    ("tax", "Tax", ("out", "in")),
    ("credits", "Credits", ("in", "out")),
    ("estimates", "Estimates", ("in", "out")),
)


class SliceForm(Panel[Scope]):
    """``f``; gives the new scope, or None."""

    AUTO_FOCUS = "#period"
    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        ("escape", "back", "Close"),
        ("enter", "apply", "Apply"),
        ("down", "app.focus_next", "Next field"),
        ("up", "app.focus_previous", "Previous field"),
        ("ctrl+r", "reset", "Reset"),
    ]

    def __init__(self, scope: Scope, today: int) -> None:
        keys = (
            *(("enter", "key"), (" apply   ", ""), ("↓↑", "key"), (" field   ", "")),
            *(("^r", "key"), (" reset   ", ""), ("esc", "key"), (" close", "")),
        )
        super().__init__("Slice", keys)
        self.scope, self.today = scope, today
        self.inputs: dict[str, Input] = {}
        self.choices: dict[str, Choice] = {}
        self.errors: dict[str, Lines] = {}

    def body(self) -> ComposeResult:
        """Texts with their errors beside them, then the choices."""
        texts = texts_of(self.scope)
        for name, label, hint in FIELDS:
            self.inputs[name] = Input(value=texts[name], placeholder=hint, id=name, max_length=2000)
            self.inputs[name].cursor_blink = False
            self.errors[name] = Lines()
            yield row_of(label, self.inputs[name])
            yield self.errors[name]
        for name, label, words in CHOICES:
            self.choices[name] = Choice(words, getattr(self.scope, name), id=name)
            yield row_of(label, self.choices[name])

    def on_input_submitted(self, _: Input.Submitted) -> None:
        """Enter in a field applies too."""
        self.action_apply()

    def action_apply(self) -> None:
        """Give the scope back when every field can be read."""
        values: dict[str, Any] = {}
        readers = {"period": self._range, "where": _conditions, "having": _havings, "currency": _currency}
        for name, box in self.inputs.items():
            try:
                values["range" if name == "period" else name] = readers[name](box.value)
                self.errors[name].set_lines([((), "")])
            except TurboError as error:
                self.errors[name].set_lines([((("            " + error.line(), "error"),), "")])
                box.focus()
        if len(values) == len(FIELDS):
            values |= {name: choice.value for name, choice in self.choices.items()}
            self.dismiss(replace(self.scope, **values))

    def action_reset(self) -> None:
        """The defaults."""
        self.dismiss(Scope())

    def _range(self, text: str) -> Range:
        first, dots, last = text.partition(" .. ")
        found = Range(start=first.strip(), end=last.strip()) if dots else Range(text.strip() or "last-month")
        found.resolve(self.today)
        return found


def texts_of(scope: Scope) -> dict[str, str]:
    """The scope in the words of the fields."""
    import shlex

    written = scope.range
    where = [f"{c.dimension}{'!=' if c.negated else '='}{c.pattern}" for c in scope.where]
    having = [f"{h.measure}{h.operator}{h.value:f}" for h in scope.having]
    return {
        "period": written.period or f"{written.start} .. {written.end}",
        "where": shlex.join(where),
        "having": " ".join(having),
        "currency": scope.currency,
    }


def _words(text: str) -> list[str]:
    import shlex

    from turbofinops_tui.errors import UsageError

    try:
        return shlex.split(text)
    except ValueError:
        raise UsageError("a quote is not closed", "write both quotes") from None


def _conditions(text: str) -> tuple[Condition, ...]:
    return tuple(parse_condition(word) for word in _words(text))


def _havings(text: str) -> tuple[Having, ...]:
    return tuple(parse_having(word) for word in text.split())


def _currency(text: str) -> str:
    return parse_currency(text.strip()) if text.strip() else ""
