"""The colour themes: six palettes, each with the roles that our widgets paint with.

A role is a Rich style in words (``bold #e88388 on #2b3b55``). Meaning never hangs
on a role's colour alone: a loss also has its minus sign, a cursor its bar.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.theme import Theme

from turbofinops_tui.widgets.heat_roles import HEAT, plain, shaded, sixteen

ROLES = (
    "text",
    "muted",
    "strong",
    "loss",
    "gain",
    "warn",
    "accent",
    "head",
    "chosen",
    "cursor",
    "bar",
    "good_bar",
    "rule",
    "key",
    "strip",
    "tab",
    "crumb",
    "total",
    "line",
    "line2",
    "error",
    *HEAT,
)
"""every role; ``line`` and ``line2`` are the two lines of a chart, ``heat-4`` to ``heat4`` heat cells"""


_ANSI_VARIABLES = {
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "border-blurred": "ansi_default",
    "block-cursor-foreground": "ansi_default",
    "block-cursor-background": "ansi_default",
    "input-cursor-background": "ansi_default",
    "input-cursor-foreground": "ansi_default",
    "input-cursor-text-style": "reverse",
    "input-selection-background": "ansi_default",
    "input-selection-foreground": "ansi_default",
    "screen-selection-background": "ansi_default",
    "screen-selection-foreground": "ansi_default",
}
"""Textual's own style sheets name these; black by default, which is unreadable on a black terminal"""


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme: what Textual needs, and a style per role."""

    name: str
    title: str
    dark: bool
    background: str
    foreground: str
    surface: str
    primary: str
    error: str
    success: str
    warning: str
    roles: dict[str, str]
    ansi: bool = False
    cursor_wins: bool = False
    """the cursor's own foreground replaces that of the cell (where both would not read)"""

    def theme(self) -> Theme:
        """The Textual theme of this palette."""
        return Theme(
            name=f"tfo-{self.name}",
            primary=self.primary,
            secondary=self.primary,
            accent=self.warning,
            warning=self.warning,
            error=self.error,
            success=self.success,
            foreground=self.foreground,
            background=self.background,
            surface=self.surface,
            panel=self.surface,
            dark=self.dark,
            ansi=self.ansi,
            variables=_ANSI_VARIABLES if self.ansi else {},
        )


def _roles(**styles: str) -> dict[str, str]:
    return {role: styles.get(role, "") for role in ROLES}


PALETTES: dict[str, Palette] = {
    "dark": Palette(
        "dark",
        "Dark",
        True,
        "#10141a",
        "#d5dae1",
        "#1b212b",
        "#8fb4e3",
        "#ec8a83",
        "#93cc9c",
        "#e8bf6f",
        _roles(
            muted="#8792a2",
            strong="bold #f2f5f9",
            loss="#ec8a83",
            gain="#93cc9c",
            warn="#e8bf6f",
            accent="#8fb4e3",
            head="#9aa6b7 on #1b212b",
            chosen="bold #f2f5f9 on #2c3646",
            cursor="bold on #2a4365",
            bar="#e0726b",
            good_bar="#6fae7d",
            rule="#465264",
            key="bold #e8bf6f",
            strip="on #1b212b",
            tab="bold #10141a on #8fb4e3",
            crumb="#8792a2",
            total="bold #d5dae1 on #1b212b",
            line="#93cc9c",
            line2="#8fb4e3",
            error="bold #ec8a83",
            **shaded("#10141a", "#f2f5f9", "#e0726b", "#6fae7d"),
        ),
    ),
    "light": Palette(
        "light",
        "Light",
        False,
        "#fbfaf7",
        "#2a2f36",
        "#ece9e2",
        "#1f5fa8",
        "#a92b22",
        "#1f6f3b",
        "#855400",
        _roles(
            muted="#69707a",
            strong="bold #14171b",
            loss="#a92b22",
            gain="#1f6f3b",
            warn="#855400",
            accent="#1f5fa8",
            head="#555c66 on #ece9e2",
            chosen="bold #14171b on #d3cec2",
            cursor="bold on #cfe0f4",
            bar="#bf4a41",
            good_bar="#3e8b59",
            rule="#b3aea3",
            key="bold #855400",
            strip="on #ece9e2",
            tab="bold #fbfaf7 on #1f5fa8",
            crumb="#69707a",
            total="bold #2a2f36 on #ece9e2",
            line="#1f6f3b",
            line2="#1f5fa8",
            error="bold #a92b22",
            **shaded("#fbfaf7", "#14171b", "#bf4a41", "#3e8b59"),
        ),
    ),
    "contrast": Palette(
        "contrast",
        "High contrast",
        True,
        "#000000",
        "#ffffff",
        "#000000",
        "#7fd4ff",
        "#ff8f87",
        "#7dff9b",
        "#ffe14d",
        _roles(
            muted="#d0d0d0",
            strong="bold #ffffff",
            loss="bold #ff8f87",
            gain="#7dff9b",
            warn="#ffe14d",
            accent="#7fd4ff",
            head="underline #ffffff",
            chosen="bold underline #000000 on #ffe14d",
            cursor="bold #000000 on #ffffff",
            bar="#ff8f87",
            good_bar="#7dff9b",
            rule="#ffffff",
            key="bold #ffe14d",
            tab="bold #000000 on #ffe14d",
            crumb="#d0d0d0",
            total="bold underline #ffffff",
            line="#7dff9b",
            line2="#7fd4ff",
            error="bold #ff8f87",
            **shaded("#000000", "#ffffff", "#ff8f87", "#7dff9b"),
        ),
        cursor_wins=True,
    ),
    # Okabe and Ito: vermilion against bluish green stays apart for every common kind of colour blindness.
    "colourblind": Palette(
        "colourblind",
        "Colour-blind safe",
        True,
        "#101216",
        "#dcdcdc",
        "#1c2026",
        "#56b4e9",
        "#e69f00",
        "#56b4e9",
        "#f0e442",
        _roles(
            muted="#929aa5",
            strong="bold #f5f5f5",
            loss="#e69f00",
            gain="#56b4e9",
            warn="#f0e442",
            accent="#56b4e9",
            head="#a3acb8 on #1c2026",
            chosen="bold #f5f5f5 on #343b46",
            cursor="bold on #23415a",
            bar="#d55e00",
            good_bar="#0072b2",
            rule="#4b5562",
            key="bold #f0e442",
            strip="on #1c2026",
            tab="bold #101216 on #56b4e9",
            crumb="#929aa5",
            total="bold #dcdcdc on #1c2026",
            line="#56b4e9",
            line2="#cc79a7",
            error="bold #e69f00",
            **shaded("#101216", "#f5f5f5", "#d55e00", "#0072b2"),
        ),
    ),
    "ansi": Palette(
        "ansi",
        "16 colours of the terminal",
        True,
        "ansi_default",
        "ansi_default",
        "ansi_default",
        "ansi_blue",
        "ansi_red",
        "ansi_green",
        "ansi_yellow",
        _roles(
            muted="bright_black",
            strong="bold",
            loss="red",
            gain="green",
            warn="yellow",
            accent="blue",
            head="underline",
            chosen="bold reverse",
            cursor="reverse",
            bar="red",
            good_bar="green",
            rule="bright_black",
            key="bold yellow",
            tab="bold reverse",
            crumb="bright_black",
            total="bold underline",
            line="green",
            line2="blue",
            error="bold red",
            **sixteen("red", "green"),
        ),
        ansi=True,
        cursor_wins=True,
    ),
    # Forced under NO_COLOR: only attributes, so that it reads on any terminal background.
    "mono": Palette(
        "mono",
        "Monochrome",
        True,
        "ansi_default",
        "ansi_default",
        "ansi_default",
        "ansi_default",
        "ansi_default",
        "ansi_default",
        "ansi_default",
        _roles(
            strong="bold",
            loss="bold",
            warn="bold",
            accent="bold",
            head="underline",
            chosen="bold reverse",
            cursor="reverse",
            key="bold",
            tab="bold reverse",
            total="bold underline",
            error="bold",
            **plain(),
        ),
        ansi=True,
        cursor_wins=True,
    ),
}
