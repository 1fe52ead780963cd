"""Regular expressions in time linear in the text: no pattern can hang a report (numbers.md 4, ``re:``).

Python's ``re`` backtracks and cannot be interrupted, so a rule such as ``(a+)+b`` would hang every view.
This engine runs all alternatives at once and remembers the sets of states that it has met. It knows
literals, ``.``, escapes (``\\d \\w \\s`` and their capitals), classes, groups, ``|``, ``* + ? {m,n}``,
``^ $ \\A \\Z`` and ``(?:``, ``(?i)``; a whole value must match. What needs backtracking (references, looking
ahead or behind, ``\\b``) is refused by name. Case never counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from turbofinops_tui.errors import UsageError

MAX_PATTERN = 500
MAX_STATES = 2_000
MAX_MEMORY = 20_000
"""transitions remembered before starting afresh"""

_Test = Callable[[str], bool]
_START, _END = "^", "$"
_COUNT = re.compile(r"\{(\d{0,4})(,?)(\d{0,4})\}")
_NONE = -1


class LinearRegex:
    """A compiled expression; ``matches(text)`` is true when the whole text matches, in any case."""

    def __init__(self, pattern: str) -> None:
        if len(pattern) > MAX_PATTERN:
            raise UsageError(f"an expression of {len(pattern)} characters is too long", "use a glob instead")
        self._tests: list[_Test | str | None] = []
        self._next: list[list[int]] = []
        parser = _Parser(pattern, self)
        entry, out = parser.alternatives()
        if not parser.done():
            raise parser.error("a ) too many")
        self._final = self.state(None)
        self.join(out, self._final)
        self._first = self._close({entry}, True, False)
        self._memory: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def matches(self, text: str) -> bool:
        """Whether the whole of ``text`` matches."""
        here = self._first
        for char in text:
            key = (here, char)
            found = self._memory.get(key)
            if found is None:
                found = self._step(here, char)
                if len(self._memory) >= MAX_MEMORY:
                    self._memory.clear()
                self._memory[key] = found
            if not found:
                return False
            here = found
        return self._final in self._close(set(here), not text, True)

    def _step(self, here: frozenset[int], char: str) -> frozenset[int]:
        reached: set[int] = set()
        for state in here:
            test = self._tests[state]
            if callable(test) and test(char):
                reached.update(self._next[state])
        return self._close(reached, False, False)

    def _close(self, states: set[int], at_start: bool, at_end: bool) -> frozenset[int]:
        """All states reachable without a character; anchors hold only where they stand."""
        found, open_states = set(states), list(states)
        while open_states:
            state = open_states.pop()
            test = self._tests[state]
            passes = test is None or (test == _START and at_start) or (test == _END and at_end)
            for target in self._next[state] if passes else ():
                if target not in found:
                    found.add(target)
                    open_states.append(target)
        return frozenset(found)

    # --- construction ---------------------------------------------------------------------

    def state(self, test: _Test | str | None) -> int:
        """A new state that is left by a character passing ``test``, at an anchor, or freely (None)."""
        if len(self._tests) >= MAX_STATES:
            raise UsageError("the expression repeats too much", "lower the counts in { }")
        self._tests.append(test)
        self._next.append([])
        return len(self._tests) - 1

    def join(self, state: int, target: int) -> None:
        """Let ``state`` lead to ``target``."""
        self._next[state].append(target)


class _Parser:
    """Recursive descent over the pattern; every piece is (entry state, exit state)."""

    def __init__(self, pattern: str, machine: LinearRegex) -> None:
        self.text = pattern.replace("(?i)", "")
        self.at = 0
        self.machine = machine

    def done(self) -> bool:
        return self.at >= len(self.text)

    def error(self, what: str) -> UsageError:
        return UsageError(f"re:{self.text} cannot be read: {what}", "correct the expression or use a glob")

    def alternatives(self) -> tuple[int, int]:
        machine = self.machine
        entry, out = machine.state(None), machine.state(None)
        while True:
            first, last = self._sequence()
            machine.join(entry, first)
            machine.join(last, out)
            if self.done() or self.text[self.at] != "|":
                return entry, out
            self.at += 1

    def _sequence(self) -> tuple[int, int]:
        entry = last = self.machine.state(None)
        while not self.done() and self.text[self.at] not in "|)":
            first, out = self._repeated()
            self.machine.join(last, first)
            last = out
        return entry, last

    def _repeated(self) -> tuple[int, int]:
        begin = self.at
        piece = self._atom()
        finish = self.at
        counts = self._counts()
        if counts is None:
            return piece
        least, most = counts
        machine = self.machine
        entry = last = machine.state(None)
        out = machine.state(None)
        after = self.at
        for index in range(max(least, most if most != _NONE else least + 1, 1)):
            if index:  # every further copy is parsed again from the same text
                self.at = begin
                piece = self._atom()
            if index >= least:
                machine.join(last, out)
            if most != 0:
                machine.join(last, piece[0])
                last = piece[1]
        if most == _NONE:
            machine.join(last, piece[0])
        machine.join(last, out)
        self.at = max(after, finish)
        return entry, out

    def _counts(self) -> tuple[int, int] | None:
        if self.done():
            return None
        sign = self.text[self.at]
        counts = {"*": (0, _NONE), "+": (1, _NONE), "?": (0, 1)}.get(sign)
        if counts is not None:
            self.at += 1
        elif sign == "{" and (found := _COUNT.match(self.text, self.at)) and (found[1] or found[3]):
            least = int(found[1] or 0)
            most = int(found[3]) if found[3] else (_NONE if found[2] else least)
            if most != _NONE and most < least:
                raise self.error(f"{found[0]} counts down")
            counts, self.at = (least, most), found.end()
        else:
            return None
        if not self.done() and self.text[self.at] in "?+":  # lazy or possessive: the same whole matches
            if self.text[self.at] == "+":
                raise self.error("possessive repeats are not known")
            self.at += 1
        return counts

    def _atom(self) -> tuple[int, int]:
        char = self.text[self.at]
        self.at += 1
        if char == "(":
            return self._group()
        if char in "*+?":
            raise self.error(f"nothing before {char}")
        if char == "[":
            return self._single(_class_test(self._class_text()))
        if char == "\\":
            return self._single(self._escape())
        if char in (_START, _END):
            return self._single(char)
        return self._single((lambda _char: True) if char == "." else _class_test(re.escape(char)))

    def _single(self, test: _Test | str) -> tuple[int, int]:
        first, out = self.machine.state(test), self.machine.state(None)
        self.machine.join(first, out)
        return first, out

    def _group(self) -> tuple[int, int]:
        if self.text.startswith("?", self.at):
            if not self.text.startswith("?:", self.at):
                raise self.error("looking ahead or behind, names and flags are not known")
            self.at += 2
        piece = self.alternatives()
        if self.done():
            raise self.error("a ) is missing")
        self.at += 1
        return piece

    def _class_text(self) -> str:
        begin = self.at - 1
        if self.text.startswith("^", self.at):
            self.at += 1
        if self.text.startswith("]", self.at):
            self.at += 1
        while not self.done() and self.text[self.at] != "]":
            self.at += 2 if self.text[self.at] == "\\" else 1
        if self.done():
            raise self.error("a ] is missing")
        self.at += 1
        return self.text[begin : self.at]

    def _escape(self) -> _Test | str:
        if self.done():
            raise self.error("it ends in a backslash")
        char = self.text[self.at]
        self.at += 1
        if char in "AZ":
            return _START if char == "A" else _END
        if char in "dDwWsStnrfv":
            return _class_test("\\" + char)
        if char.isalnum():
            raise self.error(f"\\{char} is not known")
        return _class_test("\\" + char)


@cache
def _class_test(text: str) -> _Test:
    """A test of one character against a class or escape, any case."""
    try:
        compiled = re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise UsageError(f"re: {text} cannot be read: {error.msg}", "correct the expression") from None
    return lambda char: compiled.fullmatch(char) is not None
