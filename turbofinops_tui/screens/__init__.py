"""Screens by name: each is imported when it is first shown, so that the first paint pays for one."""

from __future__ import annotations

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
    if name == "presets":
        from turbofinops_tui.screens.presets import PresetsScreen

        return PresetsScreen()
    if name == "findings":
        from turbofinops_tui.screens.findings import FindingsScreen

        return FindingsScreen()
    if name == "connections":
        from turbofinops_tui.screens.connections import ConnectionsScreen

        return ConnectionsScreen()
    from turbofinops_tui.screens.overview import OverviewScreen

    return OverviewScreen(state.books, state.looked_at)


def make_deep(name: str, *args: Any) -> Screen[Any]:
    """A deeper screen; imported when first shown."""
    if name == "explain":
        from turbofinops_tui.screens.explain import ExplainScreen

        return ExplainScreen(*args)
    if name == "cohorts":
        from turbofinops_tui.screens.cohorts import CohortsScreen

        return CohortsScreen(*args)
    if name == "customers":
        from turbofinops_tui.screens.customers import CustomersScreen

        return CustomersScreen(only=args)
    if name == "revenue_map":
        from turbofinops_tui.screens.revenue_map import RevenueMap

        return RevenueMap(*args)
    if name == "whatif":
        from turbofinops_tui.screens.whatif import WhatIfPanel

        return WhatIfPanel(*args)
    if name == "rule_editor":
        from turbofinops_tui.screens.rule_editor import RuleEditor

        return RuleEditor(*args)
    if name == "report":
        from turbofinops_tui.screens.report import ReportScreen

        return ReportScreen(*args)
    if name == "bridge":
        from turbofinops_tui.screens.bridge import BridgeScreen

        return BridgeScreen(*args)
    if name == "settings":
        from turbofinops_tui.screens.settings import SettingsScreen

        return SettingsScreen()
    if name == "audit":
        from turbofinops_tui.screens.audit import AuditScreen

        return AuditScreen()
    if name == "start":
        from turbofinops_tui.screens.start import StartScreen

        return StartScreen()
    if name == "connect":
        from turbofinops_tui.screens.connect_form import ConnectForm

        return ConnectForm(*args)
    if name == "line":
        from turbofinops_tui.screens.forms import LineForm

        return LineForm(*args)
    if name == "confirm":
        from turbofinops_tui.screens.forms import Confirm

        return Confirm(*args)
    from turbofinops_tui.screens.customer import CustomerScreen

    return CustomerScreen(*args)
