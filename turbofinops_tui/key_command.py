"""One command of the key table (key_commands.py)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a key does."""

    id: str
    keys: str
    """comma separated, Textual's names (``slash``, ``G``, ``ctrl+p``)"""
    action: str
    label: str
    """one or two words: footer"""
    help: str
    """one sentence: help and palette"""
    group: str
    """Move, Table, View, Change or App"""
    scope: str = "app"
    """where the binding lives: ``app``, ``grid``, or a screen's id"""
    screens: tuple[str, ...] = ()
    """shown in footer and help of these screens only; empty: all"""
    footer: int = 0
    """place in the footer, 0: not there"""
    palette: bool = True
