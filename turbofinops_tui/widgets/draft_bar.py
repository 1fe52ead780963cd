"""The draft bar: one line on every money screen while a draft waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turbofinops_tui.economics.consequences import Coverage, Difference
from turbofinops_tui.economics.shown import money_text, percent_text
from turbofinops_tui.widgets.paint import Lines, Span, spread

if TYPE_CHECKING:
    from turbofinops_tui.actions.draft_view import DraftInfo

WIDE = 110


class DraftBar(Lines):
    """Edits, dollars moved, customers that change sign, coverage; hidden without a draft."""

    def __init__(self) -> None:
        super().__init__(id="draft")
        self.display = False
        self._shown: tuple[DraftInfo, str] | None = None

    def show(self, info: DraftInfo | None, view: str) -> None:
        """Show what the draft does, and which numbers the screen has; None hides the bar."""
        self._shown = None if info is None else (info, view)
        if self.display is not (info is not None):
            self.display = info is not None
        self._draw()

    def on_resize(self) -> None:
        """Lay out for the new width."""
        self._draw()

    def _draw(self) -> None:
        if self._shown is None:
            return
        info, view = self._shown
        wide = self.size.width >= WIDE
        left: list[Span] = [(" DRAFT ", "tab"), (f" {counted(info.edits, 'edit')}", "strong")]
        if info.difference is None:
            left.append((f"  {info.problem}", "error"))
        else:
            left += difference_spans(info.difference, wide)
        right: list[Span] = [("v", "key"), (f" {view} ", "strong")]
        if wide:
            right += [(" W", "key"), (" keep ", ""), (" D", "key"), (" discard ", "")]
        self.set_lines([(spread(left, right, self.size.width), "strip")])


def counted(count: int, word: str) -> str:
    """``1 edit``, ``2 edits``."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def difference_spans(found: Difference, wide: bool) -> list[Span]:
    """``$2,095 moved  ▼ 3 to loss  ▲ 1 to profit  coverage 71 % → 84 %``; signs alone when narrow."""
    spans: list[Span] = [("  ", ""), (money_text(found.amount, 0), "strong"), (" moved", "muted")]
    losers, winners = len(found.to_loss), len(found.to_profit)
    spans += [
        (f"  ▼{losers}", "loss" if losers else "muted"),
        (" turn to loss" if wide else " loss", "muted"),
    ]
    spans += [(f" ▲{winners}", "gain" if winners else "muted"), (" to profit" if wide else "", "muted")]
    word = "  coverage " if wide else "  cov "
    spans += [(word, "muted"), (covered(found.before), "text"), (" → ", "muted"),
              (covered(found.after), "strong")]  # fmt: skip
    if found.cohorts:
        worse = sum(flip.now.units < 0 for flip in found.cohorts)
        text = f"▼{worse} ▲{len(found.cohorts) - worse}"
        spans += [("  cohorts " if wide else " coh ", "muted"), (text, "loss" if worse else "gain")]
    return spans


def covered(coverage: Coverage) -> str:
    """Coverage as a percent with one decimal."""
    return percent_text(coverage.ratio)
