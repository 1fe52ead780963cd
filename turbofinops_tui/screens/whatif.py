"""What if: another price, plan, model or AI cap, and the customer's real months under it."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import Any, cast

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Input

from turbofinops_tui.actions.whatif import Replay, WhatIf, plan_price
from turbofinops_tui.economics.money import Money, Ratio
from turbofinops_tui.economics.scenario import Scenario, parse_cap, parse_model, parse_price
from turbofinops_tui.economics.shown import money_text, percent_text
from turbofinops_tui.economics.types import Row, Slice, Table, Value
from turbofinops_tui.errors import TurboError, UsageError
from turbofinops_tui.widgets.host import Host
from turbofinops_tui.widgets.paint import Lines, Span, Spans
from turbofinops_tui.widgets.panel import Panel, row_of

LABEL = 8
"""cells of the labels beside the fields"""
FIELDS = (
    ("price", "Price", "120 a month, or +10%"),
    ("plan", "Plan", "what its customers pay"),
    ("model", "Model", "A=B: calls of A go to B"),
    ("cap", "Cap", "ai_cost=200 a month, calls=N"),
)
MONTHS = 12


class WhatIfPanel(Panel[None]):
    """``w`` on a customer."""

    AUTO_FOCUS = "#price"
    DEFAULT_CSS = """
    WhatIfPanel #sides { height: 1fr; layout: vertical; }
    WhatIfPanel #form { height: auto; width: 1fr; }
    WhatIfPanel #what { height: 1fr; width: 1fr; margin-top: 1; }
    WhatIfPanel.-wide #sides, WhatIfPanel.-huge #sides { layout: horizontal; }
    WhatIfPanel.-wide #form, WhatIfPanel.-huge #form { width: 44; }
    WhatIfPanel.-wide #what, WhatIfPanel.-huge #what { width: 1fr; margin: 0 0 0 2; }
    """
    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        ("escape", "back", "Close"),
        ("down", "app.focus_next", "Next field"),
        ("up", "app.focus_previous", "Previous field"),
    ]

    def __init__(self, customer: str) -> None:
        keys = (
            ("↓↑", "key"),
            (" field   ", ""),
            ("esc", "key"),
            (" close; nothing is changed by looking", ""),
        )
        super().__init__(f"What if · {customer}", keys)
        self.customer = customer
        self.boxes: dict[str, Input] = {}
        self.error = Lines(height=2)
        self.what = Lines(id="what")
        self.what.styles.height = "1fr"
        self.found: WhatIf | None = None
        self._asked = self._answered = 0
        self._working = False
        self._replay: tuple[str, Replay] | None = None

    @property
    def host(self) -> Host:
        """The app, with the methods that screens use."""
        return cast(Host, self.app)

    def body(self) -> ComposeResult:
        """Fields; the months beside or below."""
        with Container(id="sides"):
            with Vertical(id="form"):
                for name, label, hint in FIELDS:
                    box = Input("", hint, id=name, max_length=200)
                    box.cursor_blink = False
                    self.boxes[name] = box
                    yield row_of(label, box, LABEL)
                yield self.error
            yield self.what

    def on_mount(self) -> None:
        """The months as they are."""
        self._changed()

    def on_input_changed(self, _: Input.Changed) -> None:
        """Every key counts."""
        self._changed()

    # --- the replay, in a thread; the last question wins -----------------------------------

    def _changed(self) -> None:
        self._asked += 1
        try:
            read(self._texts())
        except TurboError as error:
            self._say(error)
            return
        if not self._working:
            self._working = True
            self.run_worker(self._work, thread=True, group="replay", exit_on_error=False)

    def _texts(self) -> dict[str, str]:
        return {name: box.value.strip() for name, box in self.boxes.items()}

    def _work(self) -> None:
        while self._answered != self._asked:
            asked = self._asked
            try:
                answer: WhatIf | TurboError = self.host.desk.call(self._ask)
            except TurboError as error:
                answer = error
            self.app.call_from_thread(self._take, asked, answer)
            self._answered = asked
        self.app.call_from_thread(self._rest)

    def _rest(self) -> None:
        """A key that came while the last answer was on its way asks again."""
        self._working = False
        if self._answered != self._asked and self.is_attached:
            self._asked -= 1
            self._changed()

    def _ask(self, _: Any, reports: Any) -> WhatIf:
        """In the thread: months up to the shared period's last, on the books of now."""
        scenario = read(self._texts())
        desk = self.host.desk
        asked: Slice = desk.slice((), ("cost",), view="saved", range=desk.months_back(MONTHS))
        reports.refresh()
        if scenario.plan:
            scenario = replace(scenario, price=plan_price(reports, scenario.plan, asked))
        if self._replay is None or self._replay[0] != reports.ids().whole:
            self._replay = (reports.ids().whole, Replay(reports, self.customer, asked))
        return self._replay[1].answer(scenario)

    def _take(self, asked: int, answer: WhatIf | TurboError) -> None:
        if asked != self._asked or not self.is_attached:
            return
        if isinstance(answer, TurboError):
            self._say(answer)
            return
        self.found = answer
        self.error.set_lines([])
        self._draw()

    def _say(self, error: TurboError) -> None:
        self.error.set_lines([(((f" {error.message}", "error"),), ""), (((f" {error.hint}", "muted"),), "")])

    def on_resize(self) -> None:
        """As many lines as there is room."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        if self.found is not None:
            self.what.set_lines(lines_of(self.found, self.what.size.width, self.what.size.height))


def read(texts: dict[str, str]) -> Scenario:
    """The scenario that the fields say; UsageError for what cannot be read."""
    if texts.get("price") and texts.get("plan"):
        raise UsageError("price and plan exclude each other", "leave one of them empty")
    return Scenario(
        parse_price(texts["price"]) if texts.get("price") else None,
        (parse_model(texts["model"]),) if texts.get("model") else (),
        (parse_cap(texts["cap"]),) if texts.get("cap") else (),
        texts.get("plan", ""),
    )


def lines_of(found: WhatIf, width: int, height: int) -> list[tuple[Spans, str]]:
    """The gain in one line, the months as they are and as they would be, what to know."""
    gain = found.gain
    changed = gain is not None and bool(gain.units)
    first: list[Span] = [(f" {found.scenario.text()}  ", "strong" if changed else "muted")]
    if changed and gain is not None:
        first += [("margin ", "muted"), (_signed(gain), "gain" if gain.units > 0 else "loss")]
        every = found.gain_of_all
        if every is not None and every != gain and width >= 70:
            first += [
                ("  of all customers ", "muted"),
                (_signed(every), "gain" if every.units > 0 else "loss"),
            ]
    head = f" {'Month':<8}{'Revenue':>10}{'then':>10}{'Cost':>10}{'then':>10}{'Margin':>10}{'then':>10}"
    wide = width >= 84
    lines: list[tuple[Spans, str]] = [
        (first, ""),
        ((), ""),
        (((head + (f"{'%':>8}{'then':>8}" if wide else ""), ""),), "head"),
    ]
    now, then = ({row.key[1]: row for row in table.rows} for table in (found.now, found.then))
    months = sorted({*now, *then}, key=str)
    notes = [line for note in found.notes for line in textwrap.wrap(note, max(20, width - 2))]
    room = max(1, height - 5 - len(notes))
    lines += [
        (_month(str(month), now.get(month), then.get(month), found.now, wide), "") for month in months[-room:]
    ]
    if found.now.totals and found.then.totals:
        lines.append((_month("Total", found.now.totals[0], found.then.totals[0], found.now, wide), "total"))
    return [*lines, *((((f" {note}", "muted"),), "") for note in notes)]


def _month(name: str, now: Row | None, then: Row | None, table: Table, wide: bool) -> list[Span]:
    spans: list[Span] = [(f" {name:<8}", "muted")]
    for measure in ("revenue", "cost", "margin", *(("margin_pct",) if wide else ())):
        at, size = table.column(measure), 8 if measure == "margin_pct" else 10
        old, new = (None if row is None else row.values[at] for row in (now, then))
        spans.append((f"{_text(old):>{size}}", _role(old, measure)))
        same = old == new
        spans.append(
            (f"{'·' if same else _text(new):>{size}}", "muted" if same else _role(new, measure) or "strong")
        )
    return spans


def _text(value: Value) -> str:
    if isinstance(value, Money):
        return money_text(value, 0)
    return percent_text(value, 1) if isinstance(value, Ratio) else "—"


def _role(value: Value, measure: str) -> str:
    if not measure.startswith("margin"):
        return ""
    negative = (isinstance(value, Money) and value.units < 0) or (
        isinstance(value, Ratio) and value.percent() < 0
    )
    return "loss" if negative else ""


def _signed(amount: Money) -> str:
    return f"+{money_text(amount, 0)}" if amount.units > 0 else money_text(amount, 0)
