"""Pure economics: facts x rules x question = answer. No I/O, no clock, no third-party imports
but numpy (in ``books``, ``split`` and ``evaluate`` only)."""
