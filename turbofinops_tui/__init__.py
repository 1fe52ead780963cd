"""Gross margin per customer, feature and cohort: exact, explained, in the terminal."""

__version__ = "0.1.0"
