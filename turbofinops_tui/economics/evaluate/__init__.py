"""Facts x rules x question = answer."""

from __future__ import annotations

from turbofinops_tui.economics.evaluate.answer import evaluate

__all__ = ["evaluate"]
