"""Slice options: every slice survives the command line, every wrong word is named with its neighbour."""

from __future__ import annotations

import shlex
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from tests.unit.slices import slices
from turbofinops_tui.cli.main import join_periods
from turbofinops_tui.cli.options import add_slice_options, command_line, slice_from_args
from turbofinops_tui.cli.parsing import Parser
from turbofinops_tui.economics import types as t
from turbofinops_tui.economics.periods import Range
from turbofinops_tui.errors import UsageError

TODAY = 20781  # 2026-11-24


def parse(words: list[str], base: t.Slice | None = None) -> t.Slice:
    parser = Parser(prog="turbofinops report")
    add_slice_options(parser)
    return slice_from_args(parser.parse_args(join_periods(words)), base or t.Slice(), TODAY)


@given(slices())
def test_every_slice_survives_the_command_line(asked: t.Slice) -> None:
    words = shlex.split(command_line(asked))
    assert words[:2] == ["turbofinops", "report"]
    assert parse(words[2:]) == asked


def test_the_default_slice_needs_no_option() -> None:
    assert command_line(t.Slice()) == "turbofinops report"
    assert parse([]) == t.Slice()


def test_options_mean_what_the_interface_says() -> None:
    words = shlex.split(
        "--by customer,month --by tag:env --measure margin --from 2026-01 --to 2026-03-15 --basis cash "
        "--cost billed --currency eur --tax in --credits out --estimates out --where provider=aws "
        "--where 'tag:a!=b=c' --having 'margin<0' --having 'margin_pct >= -4.5' --sort margin:asc "
        "--sort tag:env --top 10 --compare previous --cumulative --shared even --view saved"
    )
    assert parse(words) == t.Slice(
        by=("customer", "month", "tag:env"),
        measures=("margin",),
        range=Range(start="2026-01", end="2026-03-15"),
        revenue="cash",
        cost="billed",
        currency="EUR",
        tax="in",
        credits="out",
        estimates="out",
        where=(t.Condition("provider", "aws"), t.Condition("tag:a", "b=c", True)),
        having=(t.Having("margin", "<", Decimal(0)), t.Having("margin_pct", ">=", Decimal("-4.5"))),
        sort=(t.Sort("margin", True), t.Sort("tag:env")),
        top=10,
        compare="previous",
        cumulative=True,
        shared="even",
    )


@pytest.mark.parametrize("period", ["-13w", "-30d", "-6m"])
def test_a_period_that_looks_like_an_option_is_a_value(period: str) -> None:
    assert parse(["--period", period]).range == Range(period=period)
    assert parse(["--compare", period]).compare == period


def test_a_named_report_keeps_its_filters_and_loses_what_is_replaced() -> None:
    named = t.Slice(
        by=("feature",),
        measures=("revenue", "margin"),
        where=(t.Condition("feature", "chat"),),
        sort=(t.Sort("margin"),),
    )
    found = parse(["--where", "customer=a*", "--measure", "cost"], named)
    assert found.where == (t.Condition("feature", "chat"), t.Condition("customer", "a*"))
    assert found.by == ("feature",)
    assert found.sort == ()
    assert parse([], named) == replace(named)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "custmer"], "did you mean 'customer'?"),
        (["--by", "tag:"], "did you mean 'tag:KEY'?"),
        (["--measure", "margins"], "did you mean 'margin'?"),
        (["--measure", "zzzzzz"], "known: revenue, cost"),
        (["--measure", ","], "--measure is empty"),
        (["--by", "day,day"], "names 'day' twice"),
        (["--where", "provder=aws"], "did you mean 'provider'?"),
        (["--where", "provider"], "has no '='"),
        (["--having", "margin"], "cannot be read"),
        (["--having", "margn<0"], "did you mean 'margin'?"),
        (["--having", "margin<nan"], "not a finite number"),
        (["--sort", "margin:up"], "unknown sort key 'margin:up'"),
        (["--top", "0"], "--top '0' is not a count"),
        (["--top", "²"], "is not a count"),
        (["--basis", "accrual"], "invalid choice: 'accrual'"),
        (["--currency", "XXQ"], "unknown currency 'XXQ'"),
        (["--period", "2026-13"], "'2026-13' is not a month"),
        (["--from", "2026-02-30"], "'2026-02-30' is not a date"),
        (["--period", "2026-01", "--from", "2026-01"], "exclude each other"),
        (["--to", "2026-01"], "--to needs --from"),
        (["--from", "2026-02", "--to", "2026-01"], "the range is empty"),
        (["--compare", "soon"], "'soon' is not a period"),
    ],
)
def test_wrong_words_are_usage_errors_with_the_next_step(words: list[str], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(words)
    assert said in caught.value.line()
    assert caught.value.exit_code == 2
    assert caught.value.hint
