"""The money grid without a terminal: order, filter, marks, and that only what is seen is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from turbofinops_tui.widgets.grid import Grid
from turbofinops_tui.widgets.grid_model import Column, GridModel

Pair = tuple[str, int | None]


def _model() -> GridModel[Pair]:
    return GridModel(lambda row: row[0], lambda row: row[0])


def _columns(_: int = 80) -> Sequence[Column[Pair]]:
    return (
        Column("name", "Name", 10, lambda row, _: ((row[0], ""),), lambda row: row[0], elastic=30),
        Column("amount", "Amount", 8, lambda row, _: ((str(row[1]), ""),), lambda row: row[1], right=True),
    )


def _names(model: GridModel[Pair]) -> list[str]:
    return [row[0] for position in range(len(model)) if (row := model.row(position)) is not None]


def test_rows_without_a_value_come_last_in_both_directions() -> None:
    model = _model()
    model.set_rows([("a", 2), ("b", None), ("c", -5), ("d", 7)])
    for descending, order in ((True, "dacb"), (False, "cadb")):
        model.sort(_columns()[1], descending)
        model.arrange(_columns())
        assert "".join(_names(model)) == order


def test_names_sort_by_letters_not_by_case() -> None:
    model = _model()
    model.set_rows([("b", 1), ("A", 2), ("C", 3)])
    model.sort(_columns()[0], False)
    model.arrange(_columns())
    assert _names(model) == ["A", "b", "C"]


def test_filter_keeps_order_and_marks() -> None:
    model = _model()
    model.set_rows([("acme", 1), ("beta", 2), ("Acorn", 3)])
    model.toggle_mark(0)
    model.needle = "AC"
    model.arrange(_columns())
    assert _names(model) == ["acme", "Acorn"]
    assert model.marks == {"acme"}


@given(st.lists(st.tuples(st.text(max_size=4), st.none() | st.integers(-9, 9)), max_size=30), st.booleans())
def test_sorting_loses_and_doubles_nothing(rows: list[Pair], descending: bool) -> None:
    model = _model()
    model.set_rows(rows)
    model.sort(_columns()[1], descending)
    model.arrange(_columns())
    assert sorted(model.order) == list(range(len(rows)))
    known = [rows[index][1] for index in model.order if rows[index][1] is not None]
    assert known == sorted(known, key=lambda value: value or 0, reverse=descending)


class _Counting(App[None]):
    def __init__(self, rows: int) -> None:
        super().__init__()
        self.drawn: list[str] = []
        self.model = _model()
        self.list = Grid(self.model, self._columns)
        self.count = rows

    def _columns(self, _: int) -> Sequence[Column[Pair]]:
        def draw(row: Pair, _: int) -> Sequence[tuple[str, str]]:
            self.drawn.append(row[0])
            return ((row[0], ""),)

        return (Column("name", "Name", 10, draw, lambda row: row[0]),)

    def compose(self) -> ComposeResult:
        yield self.list

    def on_mount(self) -> None:
        self.list.set_rows([(f"row {index}", index) for index in range(self.count)])


async def test_only_rows_on_screen_are_drawn_and_a_move_draws_two() -> None:
    app = _Counting(100_000)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        assert set(app.drawn) == {f"row {index}" for index in range(11)}
        app.drawn.clear()
        app.list.action_row(1)
        await pilot.pause()
        assert sorted(app.drawn) == ["row 0", "row 1"]


async def test_keys_walk_to_both_ends_and_keep_the_cursor_on_the_page() -> None:
    app = _Counting(100)
    async with app.run_test(size=(40, 12)) as pilot:
        for key, cursor in (
            ("G", 99),
            ("k", 98),
            ("g", 0),
            ("pagedown", 11),
            ("j", 12),
            ("pageup", 1),
            ("end", 99),
        ):
            await pilot.press(key)
            assert app.list.cursor == cursor, key
            assert app.list.top <= cursor < app.list.top + app.list.page_rows, key


async def test_the_cursor_stays_on_its_row_when_rows_change() -> None:
    app = _Counting(50)
    async with app.run_test(size=(40, 12)) as pilot:
        app.list.move_to(20)
        app.list.set_rows([("new", 0), *((f"row {index}", index) for index in range(50))])
        await pilot.pause()
        assert app.list.current == ("row 20", 20)


async def test_a_click_chooses_and_one_on_the_head_sorts() -> None:
    app = _Counting(50)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.click(Grid, offset=(2, 4))
        assert app.list.current == ("row 3", 3)
        await pilot.click(Grid, offset=(2, 0))
        assert app.model.sort_id == "name"
