"""Keys of the screens that chart margins: cohorts, features, margins."""

from __future__ import annotations

from turbofinops_tui.key_command import Command

VIEW_COMMANDS: tuple[Command, ...] = (
    Command(
        "cohorts.metric",
        "m",
        "metric(1)",
        "Metric",
        "The next metric: margin %, margin, revenue, cost, retained revenue %, customers",
        "Table",
        "cohorts",
        screens=("cohorts",),
        footer=2,
    ),
    Command(
        "cohorts.metric_back",
        "M",
        "metric(-1)",
        "Metric back",
        "The metric before",
        "Table",
        "cohorts",
        screens=("cohorts",),
    ),
    Command(
        "cohorts.group",
        "b",
        "group",
        "Group by",
        "Group by first-revenue month, plan or the next attribute",
        "Table",
        "cohorts",
        screens=("cohorts",),
        footer=2,
    ),
    Command(
        "cohorts.calendar",
        "c",
        "calendar",
        "Age/calendar",
        "Columns are months of age, or of the calendar",
        "Table",
        "cohorts",
        screens=("cohorts",),
        footer=3,
    ),
    Command(
        "cohorts.cumulative",
        "C",
        "cumulative",
        "Cumulative",
        "Each month alone, or everything since the first",
        "Table",
        "cohorts",
        screens=("cohorts",),
        footer=4,
    ),
)
