"""What reaches a widget: no foreign text unsanitised, and none where markup is read.

Decided from the syntax alone, so the rule asks for a form that can be seen:
``safe(...)`` around what is put into a text, and ``Content``, ``Text`` or
``markup=False`` where a text that is no constant goes into a widget.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.arch.rules import calls, dotted

SINKS = {"Static", "Label", "Button", "Checkbox", "RadioButton", "Option", "Tab"}
"""widgets that read markup in their first argument unless told otherwise"""

SINK_METHODS = (".notify", ".update")
WITHOUT_MARKUP = {"Content", "Text", "Strip", "Segment"}
"""makers of values that are shown as they are"""


def shown_text_is_safe(path: str, tree: ast.Module) -> list[str]:
    """Findings of one module under screens/, widgets/ or of app.py."""
    if not path.startswith(("screens/", "widgets/")) and path != "app.py":
        return []
    found = []
    for call, name in calls(tree):
        plain = name.rpartition(".")[2]
        is_method = name.endswith(SINK_METHODS)
        if (plain in SINKS or is_method) and call.args:
            found += _judge(call, call.args[0], name)
        elif plain in WITHOUT_MARKUP and call.args:
            found += [f"{part.lineno} puts unsanitised text into {name}" for part in _raw_parts(call.args[0])]
    return found


def _judge(call: ast.Call, shown: ast.expr, name: str) -> list[str]:
    raw = [f"{part.lineno} puts unsanitised text into {name}" for part in _raw_parts(shown)]
    if isinstance(shown, ast.JoinedStr | ast.BinOp) and not _says_no_markup(call):
        raw.append(f"{call.lineno} {name} reads a made-up text as markup")
    return raw


def _says_no_markup(call: ast.Call) -> bool:
    return any(
        word.arg == "markup" and isinstance(word.value, ast.Constant) and word.value.value is False
        for word in call.keywords
    )


def _raw_parts(shown: ast.expr) -> Iterator[ast.expr]:
    """Parts of a made-up text that did not pass ``safe`` and are not visibly numbers."""
    if isinstance(shown, ast.JoinedStr):
        for part in shown.values:
            if isinstance(part, ast.FormattedValue) and not _is_harmless(part):
                yield part.value
    elif isinstance(shown, ast.BinOp) and isinstance(shown.op, ast.Mod):
        if isinstance(shown.left, ast.Constant) and isinstance(shown.left.value, str):
            yield shown.right
    elif isinstance(shown, ast.BinOp):
        yield from _raw_parts(shown.left)
        yield from _raw_parts(shown.right)
    elif isinstance(shown, ast.Call):
        maker = dotted(shown.func)
        if maker.endswith(".format") or maker in ("str", "repr"):
            yield shown


def _is_harmless(part: ast.FormattedValue) -> bool:
    value = part.value
    if isinstance(value, ast.Constant):
        return True
    if isinstance(value, ast.Call) and dotted(value.func).rpartition(".")[2] in (
        "safe",
        "len",
        "abs",
        "round",
    ):
        return True
    return _is_number_format(part.format_spec)


def _is_number_format(spec: ast.expr | None) -> bool:
    """``{value:,d}`` and its like cannot format a text."""
    if not isinstance(spec, ast.JoinedStr) or not spec.values:
        return False
    last = spec.values[-1]
    return isinstance(last, ast.Constant) and str(last.value)[-1:] in (",", "d", "f", "%", "_")
