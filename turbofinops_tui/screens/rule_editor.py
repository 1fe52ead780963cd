"""The rule editor: the rule on the left, what it would do on the right, at every key. Saves to the draft."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input

from turbofinops_tui.actions import completing, rule_form
from turbofinops_tui.actions.completing import Completions
from turbofinops_tui.actions.rule_form import (
    KINDS,
    METHODS,
    OF_LISTS,
    RESTS,
    WEIGHTS,
    Editable,
    Preview,
)
from turbofinops_tui.economics.types import Slice
from turbofinops_tui.widgets.choice import Choice
from turbofinops_tui.widgets.consequences import lines_of
from turbofinops_tui.widgets.header_text import days_text
from turbofinops_tui.widgets.host import Host
from turbofinops_tui.widgets.paint import Lines
from turbofinops_tui.widgets.panel import Panel, row_of

LABEL = 10
"""cells of the labels beside the fields"""
FIELDS: tuple[tuple[str, str, str], ...] = (
    ("match", "Match", "tag:customer=* or service=Amazon* account=1|2; re:EXPRESSION"),
    ("customer", "Customer", "a customer, or {value} of the tag"),
    ("feature", "Feature", "a feature, or {value}; may stay empty"),
    ("percent", "Percent", "100"),
    ("name", "Name", "what the opex is called"),
    ("split", "Split", "NAME=PERCENT ...; a product also: usage"),
    ("evidence", "Services", "whose usage divides it: api web; empty: all"),
    ("identity", "Value", "tag:KEY=VALUE, stripe:ID, trace:VALUE or meter:VALUE"),
    ("trace", "Trace id", "as spans carry it; a pattern such as 4bf92f35*"),
    ("customer_keys", "Customer", "attributes that name the customer, in order"),
    ("feature_keys", "Feature", "attributes that name the feature, in order"),
    ("exclusive_scopes", "Scopes", "whose input tokens leave cached ones out"),
    ("product", "Product", "whose revenue goes to features"),
    ("pattern", "Route", "/v1/chat or GET /v1/*; {id} is literal"),
    ("within", "Within", "tag:KEY, provider, account ...: partitions"),
    ("start", "From", "first day, 2026-10-01; empty: always"),
    ("end", "To", "day after the last; empty: always"),
)
CHOICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "cost_class": ("Class", ("opex", "cogs")),
    "method": ("Method", METHODS),
    "enabled": ("Enabled", ("yes", "no")),
    "weight": ("Weight", WEIGHTS),
    "rest": ("Rest", RESTS),
    "take": ("Take over", ("no", "yes")),
}
ORDER = ("match", "product", "pattern", "identity", "trace", "customer", "take", "feature", "percent",
         "customer_keys", "feature_keys", "exclusive_scopes", "cost_class", "name", "method", "split",
         "evidence", "weight", "rest", "within", "start", "end", "enabled")  # fmt: skip


How = Callable[[str, list[str]], str | None]


class Real(Suggester):
    """Completes from what the books hold, in grey behind the cursor; → takes it."""

    def __init__(self, find: Callable[[str], str | None]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.find = find

    async def get_suggestion(self, value: str) -> str | None:
        """The whole text with its last word completed."""
        return self.find(value)


class RuleEditor(Panel[None]):
    """``e`` on a rule, ``n`` for a new one."""

    AUTO_FOCUS = "#match"
    DEFAULT_CSS = """
    RuleEditor #sides { height: 1fr; layout: vertical; }
    RuleEditor #form { height: auto; width: 1fr; }
    RuleEditor #what { height: 1fr; width: 1fr; margin-top: 1; }
    RuleEditor.-wide #sides, RuleEditor.-huge #sides { layout: horizontal; }
    RuleEditor.-wide #form, RuleEditor.-huge #form { width: 54; }
    RuleEditor.-wide #what, RuleEditor.-huge #what { width: 1fr; margin: 0 0 0 2; }
    """
    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        ("escape", "back", "Close"),
        ("enter", "save", "Save to the draft"),
        ("down", "app.focus_next", "Next field"),
        ("up", "app.focus_previous", "Previous field"),
    ]

    def __init__(self, rule: Editable) -> None:
        keys = (
            *(("enter", "key"), (" save to the draft   ", ""), ("↓↑", "key"), (" field   ", "")),
            *(("→", "key"), (" complete   ", ""), ("esc", "key"), (" close", "")),
        )
        super().__init__(f"Edit {rule.id}" if rule.id else "New rule", keys)
        self.rule = rule
        kind = rule_form.kind_of(rule)
        links = tuple(word for word in KINDS if word not in OF_LISTS)
        # the keys are there already: they are edited, never new
        words = KINDS[:-1] if not rule.id else links if kind in links else (kind,)
        self.kind = Choice(words, kind, id="kind")
        self.inputs: dict[str, Input] = {}
        self.choices: dict[str, Choice] = {}
        self.errors: dict[str, Lines] = {}
        self.rows: dict[str, Widget] = {}
        self.what = Lines(id="what")
        self.known = Completions()
        self.found: Preview | None = None
        self._asked = self._answered = 0
        self._working = self._saving = False

    @property
    def host(self) -> Host:
        """The app, with the methods that screens use."""
        return cast(Host, self.app)

    # --- the form -------------------------------------------------------------------------

    def body(self) -> ComposeResult:
        """Fields with their errors below them; consequences beside or below."""
        texts = rule_form.texts_of(self.rule)
        hints = {name: (label, hint) for name, label, hint in FIELDS}
        self.rows["kind"] = row_of("Kind", self.kind, LABEL)
        for name in ORDER:
            if name in CHOICES:
                label, words = CHOICES[name]
                self.choices[name] = Choice(words, texts.get(name, words[0]), id=name)
                self.rows[name] = row_of(label, self.choices[name], LABEL)
            else:
                label, hint = hints[name]
                box = Input(texts.get(name, ""), hint, id=name, max_length=2000, suggester=self._real(name))
                box.cursor_blink = False
                self.inputs[name] = box
                self.rows[name] = row_of(label, box, LABEL)
            self.errors[name] = Lines()
            self.errors[name].display = False
        # The Lines default to one line; this one fills what is left.
        self.what.styles.height = "1fr"
        with Container(id="sides"):
            with Vertical(id="form"):
                yield self.rows["kind"]
                for name in ORDER:
                    yield self.rows[name]
                    yield self.errors[name]
            yield self.what

    def _real(self, name: str) -> Suggester | None:
        keys = self._finder(lambda known: known.attributes, completing.complete_last)
        finders: dict[str, Callable[[str], str | None]] = {
            "match": lambda text: completing.complete_match(text, self.known),
            "identity": lambda text: completing.complete_identity(text, self.known),
            "split": lambda text: completing.complete_split(text, self._split_names()),
            "trace": self._finder(lambda known: known.traces),
            "customer": self._finder(lambda known: known.customers),
            "feature": self._finder(lambda known: known.features),
            "evidence": self._finder(lambda known: known.services, completing.complete_last),
            "product": self._finder(lambda known: known.products),
            "within": self._finder(lambda known: [*known.values], completing.complete_last),
            **dict.fromkeys(("customer_keys", "feature_keys"), keys),
        }
        return Real(finders[name]) if name in finders else None

    def _finder(
        self, words: Callable[[Completions], list[str]], how: How = completing.complete
    ) -> Callable[[str], str | None]:
        return lambda text: how(text, words(self.known))

    def _split_names(self) -> list[str]:
        return self.known.features if self.kind.value == "product" else self.known.customers

    def on_mount(self) -> None:
        """Read the words to complete from, and the first consequences."""
        self._fit_kind()
        first = rule_form.fields_of(self.kind.value)[0]
        if first != "match":
            self.inputs[first].focus()
        self.run_worker(self._learn, thread=True, group="learn", exit_on_error=False)
        self._changed()

    def _learn(self) -> None:
        self.known = self.host.desk.call(lambda _, reports: completing.completions(reports))

    def _fit_kind(self) -> None:
        wanted = rule_form.fields_of(self.kind.value)
        for name in ORDER:
            if self.rows[name].display is not (name in wanted):
                self.rows[name].display = name in wanted

    def _fit_customer(self) -> None:
        """The template that a new tag link begins with is no word of another kind."""
        box, template = self.inputs["customer"], "{value}"
        if not self.rule.id and box.value in ("", template):
            box.value = template if self.kind.value == "tag" else ""

    def texts(self) -> dict[str, str]:
        """What the fields say."""
        found = {name: box.value for name, box in self.inputs.items()}
        found |= {name: choice.value for name, choice in self.choices.items()}
        return found | {"kind": self.kind.value}

    def on_input_changed(self, _: Input.Changed) -> None:
        """Every key counts."""
        self._changed()

    def on_choice_changed(self, message: Choice.Changed) -> None:
        """Another kind has other fields."""
        if message.choice is self.kind:
            self._fit_kind()
            self._fit_customer()
        self._changed()

    # --- consequences ---------------------------------------------------------------------

    def _changed(self) -> None:
        """Check what can be read, and ask for the consequences; one question at a time, the last one wins."""
        self._asked += 1
        self._saving = False
        _, errors = rule_form.read(self.rule, self.texts())
        self._show_errors(errors)
        if errors:
            self.found = None
            self.what.set_lines([(((" the fields say no rule yet", "muted"),), "")])
        elif not self._working:
            self._working = True
            self.run_worker(self._work, thread=True, group="preview", exit_on_error=False)

    def _work(self) -> None:
        """In the thread: until the newest question is answered."""
        while self._answered != self._asked:
            asked = self._asked
            texts = self.texts()
            rule, errors = rule_form.read(self.rule, texts)
            if not errors:
                view = self.host.desk.slice((), ("cost",), view="saved")
                found = self.host.desk.call(partial(_preview, view, rule, texts))
                self.app.call_from_thread(self._take, asked, found)
            self._answered = asked
        self.app.call_from_thread(self._rest)

    def _rest(self) -> None:
        saving, self._working = self._saving, False
        if self._answered != self._asked:
            self._asked -= 1
            self._changed()
        if saving and not self._working and self.is_attached:
            self.action_save()

    def _take(self, asked: int, found: Preview) -> None:
        if asked != self._asked or not self.is_attached:
            return
        self.found = found
        self._show_errors({found.field: found.refused} if found.refused else {})
        self._draw()

    def _draw(self) -> None:
        if self.found is None:
            return
        width, height = self.what.size
        info = self.host.desk.draft
        period = days_text(self.host.desk.days())
        edits = info.edits if info is not None else 0
        self.what.set_lines(lines_of(self.found, period, edits, width, height))

    def on_resize(self) -> None:
        """As many lines as there is room."""
        self.call_after_refresh(self._draw)

    def _show_errors(self, errors: dict[str, str]) -> None:
        for name, line in self.errors.items():
            text = errors.get(name, "")
            if text:
                line.set_lines([((("          " + text, "error"),), "")])
            if line.display is not bool(text):
                line.display = bool(text)

    # --- saving ---------------------------------------------------------------------------

    def on_input_submitted(self, _: Input.Submitted) -> None:
        """Enter in a field saves too."""
        self.action_save()

    def action_save(self) -> None:
        """Put the rule into the draft; a refusal stands by its field."""
        _, errors = rule_form.read(self.rule, self.texts())
        if errors:
            self._show_errors(errors)
            return
        if self._working:
            self._saving = True  # the answer on its way says whether the rule may stand
            return
        self._saving = False
        if self.found is None or self.found.refused:
            return
        self.dismiss(None)
        if self.found.edits:
            self.host.draft(self.found.edits)


def _preview(view: Slice, rule: Editable, texts: dict[str, str], _: object, reports: Any) -> Preview:
    return rule_form.preview(reports, view, rule, texts)
