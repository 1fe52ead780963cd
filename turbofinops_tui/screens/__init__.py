"""Screens by name: each is imported when it is first shown, so that the first paint pays for one."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen

    from turbofinops_tui.actions.app_state import AppState
    from turbofinops_tui.widgets.frame import Frame


def make(name: str, state: AppState) -> Frame:
    """A top-level screen; imported when first shown."""
    if name == "customers":
        from turbofinops_tui.screens.customers import CustomersScreen

        return CustomersScreen(losing=state.losing, top=state.top)
    if name == "cohorts":
        from turbofinops_tui.screens.cohorts import CohortsScreen

        return CohortsScreen()
    if name == "features":
        from turbofinops_tui.screens.features import FeaturesScreen

        return FeaturesScreen()
    if name == "margins":
        from turbofinops_tui.screens.margins import MarginsScreen

        return MarginsScreen()
    if name == "links":
        from turbofinops_tui.screens.links import LinksScreen

        return LinksScreen()
    if name == "findings":
        from turbofinops_tui.screens.findings import FindingsScreen

        return FindingsScreen()
    if name == "presets":
        from turbofinops_tui.screens.presets import PresetsScreen

        return PresetsScreen()
    if name == "connections":
        from turbofinops_tui.screens.connections import ConnectionsScreen

        return ConnectionsScreen()
    from turbofinops_tui.screens.overview import OverviewScreen

    return OverviewScreen(state.books, state.looked_at)


DEEP: dict[str, tuple[str, str]] = {
    "audit": ("audit", "AuditScreen"),
    "bridge": ("bridge", "BridgeScreen"),
    "cohorts": ("cohorts", "CohortsScreen"),
    "confirm": ("forms", "Confirm"),
    "connect": ("connect_form", "ConnectForm"),
    "customer": ("customer", "CustomerScreen"),
    "explain": ("explain", "ExplainScreen"),
    "explain_row": ("explain_row", "ExplainRowScreen"),
    "finding": ("finding", "FindingPanel"),
    "finding_proposals": ("finding_forms", "ProposalForm"),
    "finding_step": ("finding_forms", "StepForm"),
    "line": ("forms", "LineForm"),
    "report": ("report", "ReportScreen"),
    "revenue": ("revenue_form", "RevenueForm"),
    "revenue_map": ("revenue_map", "RevenueMap"),
    "rule_editor": ("rule_editor", "RuleEditor"),
    "settings": ("settings", "SettingsScreen"),
    "start": ("start", "StartScreen"),
    "text": ("text_panel", "TextPanel"),
    "unmatched": ("unmatched", "UnmatchedScreen"),
    "whatif": ("whatif", "WhatIfPanel"),
}
"""name -> (module here, class) of the deeper screens"""


def make_deep(name: str, *args: Any) -> Screen[Any]:
    """A deeper screen; imported when first shown."""
    if name == "customers":
        from turbofinops_tui.screens.customers import CustomersScreen

        return CustomersScreen(only=args)
    module, made = DEEP[name]
    found: Screen[Any] = getattr(import_module(f"{__name__}.{module}"), made)(*args)
    return found
