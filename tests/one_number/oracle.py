"""A second, naive evaluation: plain Python over single lines, from the words of numbers.md alone.

It shares no code with the package. It is slow and obvious on purpose: what it
says about a small set of bills, the product must say too, to the last unit.
"""

from __future__ import annotations

import csv
import fnmatch
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

NANO = 10**9
PROVIDERS = {"AWS": "aws", "Google Cloud": "gcp", "Microsoft": "azure"}
Parts = dict[tuple[str | None, str | None, str | None, str], int]
"""(customer, feature, link, bucket) -> nano-units"""


@dataclass(frozen=True)
class Line:
    """One FOCUS line: the attributes that make a dimension, its day and its exact cost."""

    source: str
    export: str
    period: str
    day: str
    provider: str
    account: str
    service: str
    category: str
    charge_category: str
    commitment: str
    currency: str
    unit: str
    tags: tuple[tuple[str, str], ...]
    effective: Decimal
    billed: Decimal

    def dimension(self) -> tuple[Any, ...]:
        return (
            self.source, self.provider, self.account, self.service, self.category,
            self.charge_category, self.commitment, self.currency, self.unit, self.tags,
        )  # fmt: skip

    def value(self, name: str) -> str | None:
        if name.startswith("tag:"):
            return dict(self.tags).get(name[4:].casefold())
        found = getattr(self, name)
        return str(found) if found else None


def parse_tags(text: str) -> tuple[tuple[str, str], ...]:
    """Tolerant: object, object without braces, or nothing; first key after folding wins."""
    text = text.strip()
    if text in ("", "NULL", "null"):
        return ()
    for candidate in (text, "{" + text + "}"):
        try:
            pairs = json.loads(candidate, object_pairs_hook=list)
            break
        except ValueError:
            continue
    else:
        return ()
    if not isinstance(pairs, list):
        return ()
    out: dict[str, str] = {}
    seen: set[str] = set()
    for raw, value in pairs:
        key = raw.strip().casefold()
        for prefix in ("user:", "user_"):
            key = key.removeprefix(prefix)
        if key in seen:
            continue
        seen.add(key)
        if value is None or isinstance(value, bool) or value == "":
            continue
        out[key] = value if isinstance(value, str) else json.dumps(value)
    return tuple(sorted(out.items()))


def read_focus(path: Path, source: str, export: str = "main") -> Iterator[Line]:
    """Every line of a FOCUS 1.x CSV or CSV.gz."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            clean = {key: ("" if value in (None, "NULL", "null") else value) for key, value in row.items()}
            yield Line(
                source,
                export,
                clean["BillingPeriodStart"][:7],
                _utc_day(clean["ChargePeriodStart"]),
                PROVIDERS.get(clean["ProviderName"], clean["ProviderName"].lower()),
                clean["SubAccountId"] or clean["BillingAccountId"],
                clean["ServiceName"],
                clean["ServiceCategory"],
                clean["ChargeCategory"],
                clean["CommitmentDiscountStatus"],
                clean["BillingCurrency"],
                clean["ConsumedUnit"],
                parse_tags(row.get("Tags") or ""),
                Decimal(clean["EffectiveCost"]),
                Decimal(clean["BilledCost"]),
            )


def _utc_day(text: str) -> str:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return moment.date().isoformat()


def pattern_matches(pattern: str, value: str | None) -> bool:
    """exact / glob / alternatives / re:, any case; nothing matches an absent value."""
    if value is None:
        return False
    if pattern.startswith("re:"):
        return re.fullmatch(pattern[3:], value, re.IGNORECASE) is not None
    folded = value.casefold()
    return any(
        fnmatch.fnmatchcase(folded, alternative.casefold().replace("[", "[[]"))
        for alternative in pattern.split("|")
    )


def matches(match: Mapping[str, str], line: Line) -> bool:
    return all(pattern_matches(pattern, line.value(name)) for name, pattern in match.items())


def largest_remainder(amount: int, weights: list[Fraction]) -> list[int]:
    """Parts in proportion to ``weights`` that add up; the largest remainders get the last units."""
    total = sum(weights)
    size = abs(amount)
    exact = [size * weight / total for weight in weights]
    parts = [int(value) for value in exact]
    rest = size - sum(parts)
    order = sorted(range(len(weights)), key=lambda index: (parts[index] - exact[index], index))
    for index in order[:rest]:
        parts[index] += 1
    return parts if amount >= 0 else [-part for part in parts]


def sort_key(part: tuple[str | None, str | None, str | None]) -> tuple[Any, ...]:
    """Customer reference by UTF-8 bytes, null last, then feature, then link id."""
    return tuple((value is None, (value or "").encode()) for value in part)


@dataclass
class Rules:
    """Rules as plain dictionaries in the form of the rules file of interface.md."""

    classes: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    shared: list[dict[str, Any]] = field(default_factory=list)
    identities: dict[str, str] = field(default_factory=dict)
    """folded ``tag:KEY=VALUE`` -> customer reference"""
    customers: dict[str, str] = field(default_factory=dict)
    """folded reference -> reference"""

    def customer(self, name: str, value: str) -> str:
        key = f"{name.casefold()}={value.strip().casefold()}"
        if key in self.identities:
            return self.identities[key]
        folded = value.strip().casefold()
        if folded in self.customers:
            return self.customers[folded]
        for identity, customer in self.identities.items():
            if identity.partition("=")[2] == folded:
                return customer
        return value.strip()


def in_dates(rule: dict[str, Any], day: str) -> bool:
    return (not rule.get("from") or rule["from"] <= day) and (not rule.get("to") or day < rule["to"])


def cost_class(rules: Rules, line: Line) -> str:
    for rule in rules.classes:
        if rule.get("enabled", True) and in_dates(rule, line.day) and matches(rule["match"], line):
            return str(rule["class"])
    return "cogs"


@dataclass
class Segment:
    """A share of a row and what the two walks have found for it so far."""

    share: Fraction
    customer: str | None = None
    feature: str | None = None
    link: str | None = None


def walk(rules: Rules, line: Line) -> list[Segment]:
    """Both walks over tag links then feature links; each takes min(its percent, what is left)."""
    segments = [Segment(Fraction(1))]
    for kind in ("tag", "feature"):
        for link in rules.links:
            if link["kind"] != kind or not link.get("enabled", True):
                continue
            if in_dates(link, line.day) and matches(link["match"], line):
                segments = _apply(rules, link, line, segments)
    return segments


def _target(rules: Rules, link: dict[str, Any], line: Line, field_name: str) -> str | None:
    text = link.get(field_name)
    if not text:
        return None
    if text != "{value}":
        return str(text)
    name = next(key for key in link["match"] if key.startswith("tag:"))
    value = line.value(name)
    assert value is not None
    return rules.customer(name, value) if field_name == "customer" else value


def _apply(rules: Rules, link: dict[str, Any], line: Line, segments: list[Segment]) -> list[Segment]:
    customer, feature = (_target(rules, link, line, name) for name in ("customer", "feature"))
    left = Fraction(Decimal(str(link.get("percent", 100)))) / 100
    out = []
    for segment in segments:
        gives = (customer and segment.customer is None) or (feature and segment.feature is None)
        taken = min(left, segment.share) if gives else Fraction(0)
        if taken:
            left -= taken
            hit = Segment(taken, segment.customer, segment.feature, segment.link)
            if customer and hit.customer is None:
                hit.customer, hit.link = customer, link["id"]
            if feature and hit.feature is None:
                hit.feature = feature
            out.append(hit)
        if segment.share > taken:
            out.append(Segment(segment.share - taken, segment.customer, segment.feature, segment.link))
    return out


@dataclass
class Book:
    """Stored rows of many lines and the answers read from them."""

    lines: list[Line]
    rules: Rules
    cost: str = "effective"
    tax: str = "out"
    revenue: dict[tuple[str, str], int] = field(default_factory=dict)
    """(customer, month) -> recognised revenue, for weights"""

    def atoms(self) -> dict[tuple[Any, ...], tuple[Line, int]]:
        """(dimension, day) -> an example line and the sum of its stored rows, each rounded once."""
        stored: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
        example: dict[tuple[Any, ...], Line] = {}
        for line in self.lines:
            key = (line.source, line.export, line.period, line.day, line.dimension())
            stored[key] += getattr(line, self.cost)
            example[line.day, line.dimension()] = line
        sums: dict[tuple[Any, ...], int] = defaultdict(int)
        for (_, _, _, day, dimension), amount in stored.items():
            sums[day, dimension] += round(Fraction(amount) * NANO)
        return {key: (example[key], amount) for key, amount in sums.items()}

    def parts(self) -> Iterator[tuple[Line, Parts]]:
        """Each atom with its parts; they add up to the atom."""
        first = list(self._before_sharing())
        direct: dict[tuple[str, str], int] = defaultdict(int)
        for line, parts in first:
            for (customer, _, _, bucket), amount in parts.items():
                if bucket == "direct" and customer is not None:
                    direct[customer, line.day[:7]] += amount
        for line, parts in first:
            yield line, self._share(line, parts, direct)

    def _before_sharing(self) -> Iterator[tuple[Line, Parts]]:
        for line, amount in self.atoms().values():
            if line.charge_category == "Tax" and self.tax == "out":
                yield line, {(None, None, None, "tax"): amount}
            elif cost_class(self.rules, line) == "opex":
                yield line, {(None, None, None, "opex"): amount}
            else:
                yield line, _split(walk(self.rules, line), amount)

    def _share(self, line: Line, parts: Parts, direct: Mapping[tuple[str, str], int]) -> Parts:
        out: Parts = defaultdict(int)
        rule = next(
            (
                rule
                for rule in self.rules.shared
                if rule.get("enabled", True) and in_dates(rule, line.day) and matches(rule["match"], line)
            ),
            None,
        )
        for (customer, feature, link, bucket), amount in parts.items():
            weights = self._weights(rule, line.day[:7], direct) if bucket == "unattributed" and rule else {}
            if not weights or sum(weights.values()) == 0:
                out[customer, feature, link, bucket] += amount
                continue
            names = sorted(weights, key=lambda name: name.encode())
            shares = largest_remainder(amount, [weights[name] for name in names])
            for name, share in zip(names, shares, strict=True):
                out[name, feature, rule["id"] if rule else None, "shared"] += share
        return out

    def _weights(
        self, rule: dict[str, Any], month: str, direct: Mapping[tuple[str, str], int]
    ) -> dict[str, Fraction]:
        method = rule["method"]
        if method == "fixed":
            return {name: Fraction(Decimal(str(share))) for name, share in rule["split"].items()}
        costs = {name: amount for (name, when), amount in direct.items() if when == month}
        sales = {name: amount for (name, when), amount in self.revenue.items() if when == month}
        if method == "direct":
            return {name: Fraction(max(0, amount)) for name, amount in costs.items()}
        if method == "revenue":
            return {name: Fraction(max(0, amount)) for name, amount in sales.items()}
        if method == "even":
            active = {name for name, amount in (*costs.items(), *sales.items()) if amount}
            return {name: Fraction(1) for name in active}
        return {}


def _split(segments: list[Segment], amount: int) -> Parts:
    merged: dict[tuple[str | None, str | None, str | None], Fraction] = defaultdict(Fraction)
    for segment in segments:
        merged[segment.customer, segment.feature, segment.link] += segment.share
    names = sorted(merged, key=sort_key)
    parts: Parts = {}
    for name, part in zip(names, largest_remainder(amount, [merged[n] for n in names]), strict=True):
        parts[*name, "direct" if name[0] is not None else "unattributed"] = part
    return parts


def group(parts: Iterable[tuple[Line, Parts]], by: tuple[str, ...]) -> dict[tuple[Any, ...], dict[str, int]]:
    """Sums per key of ``customer feature link month`` or a line's own attributes: bucket -> nano-units."""
    out: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line, atom in parts:
        for (customer, feature, link, bucket), amount in atom.items():
            own = {"customer": customer, "feature": feature, "link": link, "month": line.day[:7]}
            key = tuple(own[name] if name in own else line.value(name) for name in by)
            out[key][bucket] += amount
    return out
