"""FOCUS files: real samples, the specification's examples, and every way of writing the same row."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sync.cost_files import (
    FOCUS,
    csv_text,
    focus_file,
    focus_row,
    image,
    parquet_of,
    session_at,
    stored,
    totals,
)
from turbofinops_tui.actions.imports import import_focus, read_again
from turbofinops_tui.actions.links import add_rule
from turbofinops_tui.actions.session import Session
from turbofinops_tui.clock import Clock
from turbofinops_tui.economics.types import Link, Match
from turbofinops_tui.errors import ConflictError, DataError, UsageError


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Iterator[Session]:
    opened = session_at(tmp_path / "root", clock)
    yield opened
    opened.store.close()


def test_real_sample(session: Session, shared_data: Path) -> None:
    sample = shared_data / "cloud" / "focus1.0_sample_1000.csv"
    first = import_focus(session, [sample], "cloud")
    wanted = {
        ("cloud", "main", "2024-09", "USD", "billed"): Decimal("20.28022672899"),
        ("cloud", "main", "2024-10", "USD", "billed"): Decimal("0.24"),
    }
    assert {key: value for key, value in totals(session).items() if key[4] == "billed"} == wanted
    # a rule that names a key changes nothing about the delivery
    add_rule(session, Link("l", "tag", Match((("tag:Application", "*"),)), "{value}"))
    before = image(session)
    again = import_focus(session, [sample], "cloud")
    assert (first.lines, first.unchanged, again.unchanged, again.delivery) == (
        1000,
        False,
        True,
        first.delivery,
    )
    assert image(session) == before


def test_specification_examples(session: Session, shared_data: Path, tmp_path: Path) -> None:
    """Every example with the required columns gives the specification's totals; the others name what is
    missing.
    """
    wanted: dict[str, tuple[Decimal, Decimal]] = {}
    with (shared_data / "cloud" / "focus_spec_1.2_examples_totals.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            billed, effective = wanted.get(row["file"], (Decimal(0), Decimal(0)))
            wanted[row["file"]] = billed + Decimal(row["billed"]), effective + Decimal(row["effective"])
    refused = set()
    with zipfile.ZipFile(shared_data / "cloud" / "focus_spec_1.2_examples.zip") as archive:
        for name in archive.namelist():
            archive.extract(name, tmp_path)
            source = name.removesuffix(".csv")
            if "BillingCurrency" not in (tmp_path / name).read_text("utf-8"):
                with pytest.raises(DataError) as caught:
                    import_focus(session, [tmp_path / name], source)
                assert (caught.value.line_number, caught.value.column) == (1, "BillingCurrency")
                refused.add(name)
                continue
            import_focus(session, [tmp_path / name], source)
            sums = {
                cost: sum(
                    (v for k, v in totals(session).items() if k[0] == source and k[4] == cost), Decimal(0)
                )
                for cost in ("billed", "effective")
            }
            assert (sums["billed"], sums["effective"]) == wanted[name], name
    assert len(refused) == 11
    assert all("commitment_discount" in name or "utilization" in name for name in refused)


def test_forms_of_one_row(session: Session, tmp_path: Path) -> None:
    """CSV, gzip, Parquet, BOM, CRLF, CR, semicolons, spelled headers and blank lines store the very same."""
    rows = [focus_row(Tags='{"Customer": "Acme"}'), focus_row(BilledCost="2.5", EffectiveCost="-0.000000004")]
    text = csv_text(rows)
    spelled = text.replace("BilledCost", "billed cost").replace("ChargePeriodStart", "charge_period_start")
    forms = {
        "plain.csv": text.encode(),
        "packed.csv.gz": gzip.compress(text.encode()),
        "parts.csv.gz": gzip.compress(text.encode()[:100]) + gzip.compress(text.encode()[100:]),
        "bom.csv": b"\xef\xbb\xbf" + text.encode(),
        "crlf.csv": csv_text(rows, "\r\n").encode(),
        "cr.csv": csv_text(rows, "\r").encode(),
        "mixed.csv": csv_text(rows, "\r\n").encode().replace(b"\r\n", b"\n", 1),
        "blank.csv": text.replace("\n", "\n\n").encode(),
        "noend.csv": text.rstrip("\n").encode(),
        "spelled.csv": spelled.encode(),
        "tabs.csv": _delimited(rows, "\t"),
        "semicolons.csv": _delimited(rows, ";"),
    }
    for name, data in forms.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "plain.csv").write_bytes(forms["plain.csv"])
    parquet_of(tmp_path / "plain.csv", tmp_path / "p.parquet")
    for name in [*forms, "p.parquet"]:
        import_focus(session, [tmp_path / name], name)
    with session.store.read() as conn:
        digests = dict(conn.execute("SELECT source, lines || ' ' || first_day FROM ingest_batch"))
        amounts = conn.execute(
            "SELECT b.source, group_concat(c.effective || ' ' || c.billed) FROM ingest_batch b"
            " JOIN cost_daily c ON c.batch = b.id GROUP BY b.source"
        ).fetchall()
    assert len(digests) == len(forms) + 1
    assert len(set(digests.values())) == 1
    assert {text for _, text in amounts} == {amounts[0][1]}


def _delimited(rows: list[dict[str, str]], mark: str) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), delimiter=mark)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def test_days_and_offsets(session: Session, tmp_path: Path) -> None:
    times = {
        "2026-03-02": "2026-03-02",
        "2026-03-02 23:59:59": "2026-03-02",
        "2026-03-03T00:00Z": "2026-03-03",
        "2026-03-04T00:30:00+02:00": "2026-03-03",
        "2026-03-05T23:30:00-02:00": "2026-03-06",
        "2026-03-05T23:30:00-0200": "2026-03-06",
        "2026-03-07T10:00:00.123456Z": "2026-03-07",
        "2026-03-08T23:00:00+00:00": "2026-03-08",
        "3/9/2026": "2026-03-09",
        "03/10/26": "2026-03-10",
        "20260311": "2026-03-11",
    }
    rows = [focus_row(ChargePeriodStart=text, SubAccountId=str(place)) for place, text in enumerate(times)]
    import_focus(session, [focus_file(tmp_path / "f.csv", *rows)], "s")
    assert {int(key[1]): key[0] for key in stored(session)} == dict(enumerate(times.values()))


def test_period_is_named_or_the_month(session: Session, tmp_path: Path) -> None:
    rows = [
        focus_row(BillingPeriodStart="2026-04-01T00:00:00+02:00"),
        focus_row(BillingPeriodStart="NULL", ChargePeriodStart="2026-02-28T23:00:00-02:00"),
        focus_row(BillingPeriodStart="2026-05-01"),
    ]
    result = import_focus(session, [focus_file(tmp_path / "f.csv", *rows)], "s")
    assert [period.period for period in result.periods] == ["2026-03", "2026-04", "2026-05"]


def test_attributes(session: Session, tmp_path: Path) -> None:
    rows = [
        focus_row(
            ProviderName="null", ServiceProviderName="Google Cloud", SubAccountId="", BillingAccountId="B1"
        ),
        focus_row(ProviderName="Amazon Web Services, Inc.", ServiceProviderName="", BillingAccountId="B1"),
        focus_row(
            ProviderName="Acme Cloud",
            ServiceProviderName="NULL",
            BillingAccountId="B1",
            ChargeCategory="refund",
        ),
        focus_row(ProviderName="", ServiceProviderName="", BillingAccountId="B1", ChargeCategory="Discount"),
    ]
    rows[0]["PublisherName"] = rows[1]["PublisherName"] = rows[2]["PublisherName"] = "x"
    rows[3]["PublisherName"] = "Microsoft"
    import_focus(session, [focus_file(tmp_path / "f.csv", *rows)], "s")
    with session.store.read() as conn:
        found = set(conn.execute("SELECT provider, account, charge_category FROM cost_dimension"))
    assert found == {
        ("gcp", "B1", "Usage"),
        ("aws", "111", "Usage"),
        ("acme cloud", "111", "Usage"),
        ("azure", "111", "Credit"),
    }


def test_quantities(session: Session, tmp_path: Path) -> None:
    rows = [
        focus_row(ConsumedQuantity="1.5", ConsumedUnit="Hours"),
        focus_row(ConsumedQuantity="2E-9", ConsumedUnit="Hours"),
        focus_row(ConsumedQuantity="NULL", ConsumedUnit="Hours"),
        focus_row(ConsumedQuantity="many", ConsumedUnit="Tokens"),
        focus_row(ConsumedQuantity="99999999999999", ConsumedUnit="Bytes"),
    ]
    result = import_focus(session, [focus_file(tmp_path / "f.csv", *rows)], "s")
    units = {key[4]: value[2] for key, value in stored(session).items()}
    assert units == {"Hours": 1_500_000_002, "": 0, "Tokens": 0}
    assert [finding.kind for finding in result.findings] == ["unreadable-quantity"]
    assert any("Bytes" in warning for warning in result.warnings)


def test_without_effective_cost(session: Session, tmp_path: Path) -> None:
    row = {key: text for key, text in FOCUS.items() if key != "EffectiveCost"}
    result = import_focus(session, [focus_file(tmp_path / "f.csv", row)], "s")
    assert set(totals(session).values()) == {Decimal("1.00")}
    assert any("EffectiveCost" in warning for warning in result.warnings)


def test_replacement_by_period_and_export(session: Session, tmp_path: Path) -> None:
    march, april = focus_row(BilledCost="10"), focus_row(BilledCost="20", BillingPeriodStart="2026-04-01")
    both = focus_file(tmp_path / "a.csv", march, april)
    import_focus(session, [both], "s")
    import_focus(session, [focus_file(tmp_path / "b.csv", focus_row(BilledCost="11"))], "s")
    import_focus(session, [focus_file(tmp_path / "c.csv", focus_row(BilledCost="-3"))], "s", "corrections")
    billed = {key[1:3]: value for key, value in totals(session).items() if key[4] == "billed"}
    assert billed == {("main", "2026-03"): 11, ("main", "2026-04"): 20, ("corrections", "2026-03"): -3}
    # The older files are not "the same delivery" any more: March would go back to what they say.
    assert not import_focus(session, [both], "s").unchanged
    assert totals(session)["s", "main", "2026-03", "USD", "billed"] == 10


def test_shrinking_is_refused(session: Session, tmp_path: Path, clock: Clock) -> None:
    rows = [focus_row(BilledCost="10", BillingCurrency=code) for code in ("USD", "EUR")]
    import_focus(session, [focus_file(tmp_path / "a.csv", *rows)], "s")
    before = image(session)
    half = focus_file(tmp_path / "b.csv", focus_row(BilledCost="10"), focus_row(EffectiveCost="5"))
    with pytest.raises(ConflictError, match=r"billed cost 10 to 0 EUR") as caught:
        import_focus(session, [half], "s")
    assert "--yes" in caught.value.hint
    assert image(session) == before
    allowed = session_at(tmp_path / "root", clock, yes=True)
    assert not import_focus(allowed, [half], "s").unchanged
    allowed.store.close()
    # exactly half is no more than half
    import_focus(
        session, [focus_file(tmp_path / "c.csv", focus_row(BilledCost="5.5", EffectiveCost="3"))], "s"
    )


def test_period_option(session: Session, tmp_path: Path) -> None:
    rows = [focus_row(), focus_row(BillingPeriodStart="2026-04-01T00:00:00Z")]
    with pytest.raises(DataError, match="is not in 2026-03") as caught:
        import_focus(session, [focus_file(tmp_path / "f.csv", *rows)], "s", period="2026-03")
    assert (caught.value.line_number, caught.value.column) == (3, "BillingPeriodStart")
    assert import_focus(session, [focus_file(tmp_path / "g.csv")], "s", period="2026-03").lines == 1


def test_twice_in_one_command(session: Session, tmp_path: Path) -> None:
    one = focus_file(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_bytes(one.read_bytes())
    for pair in ([one, one], [one, tmp_path / "b.csv"], [one, tmp_path / "." / "a.csv"]):
        with pytest.raises(DataError, match="twice"):
            import_focus(session, pair, "s")
    assert totals(session) == {}


def test_names_are_checked(session: Session, tmp_path: Path) -> None:
    for source, export in (("", "main"), ("s", " x")):
        with pytest.raises(UsageError):
            import_focus(session, [focus_file(tmp_path / "a.csv")], source, export)


def test_same_delivery_has_the_same_digest_in_two_stores(tmp_path: Path, clock: Clock) -> None:
    rows = [focus_row(SubAccountId=str(place), Tags=f'{{"c": "{place % 3}"}}') for place in range(20)]
    file = focus_file(tmp_path / "f.csv", *rows)
    other = focus_file(tmp_path / "other.csv", focus_row(ServiceName="first"), focus_row(SubAccountId="7"))
    facts = []
    for name in ("one", "two"):
        session = session_at(tmp_path / name, clock)
        if name == "two":  # other row ids
            import_focus(session, [other], "z")
        import_focus(session, [file], "s")
        with session.store.read() as conn:
            facts.append(conn.execute("SELECT digest FROM ingest_batch WHERE source = 's'").fetchone())
        session.store.close()
    assert facts[0] == facts[1]


def test_read_again_gives_the_same(session: Session, tmp_path: Path) -> None:
    both = focus_file(tmp_path / "a.csv", focus_row(), focus_row(BillingPeriodStart="2026-04-01"))
    delivery = import_focus(session, [both], "s").delivery
    facts = totals(session)
    with session.store.read() as conn:
        before = conn.execute("SELECT scope, digest FROM fact_digest ORDER BY scope").fetchall()
    read_again(session, delivery)
    read_again(session, delivery, ["2026-03"])
    with session.store.read() as conn:
        assert conn.execute("SELECT scope, digest FROM fact_digest ORDER BY scope").fetchall() == before
        assert conn.execute("SELECT id, lines, state FROM delivery").fetchall() == [(delivery, 2, "active")]
    assert totals(session) == facts
    both.write_text("changed", "utf-8")
    with pytest.raises(DataError, match="other content"):
        read_again(session, delivery)
    assert totals(session) == facts


def test_keep(session: Session, tmp_path: Path) -> None:
    file = focus_file(tmp_path / "a.csv")
    delivery = import_focus(session, [file], "s", keep=True).delivery
    file.unlink()
    read_again(session, delivery)
    assert totals(session)["s", "main", "2026-03", "USD", "billed"] == 1


def test_names_that_an_engine_could_misread(session: Session, tmp_path: Path) -> None:
    """Patterns, quotes and partition folders in a path are only a path."""
    folder = tmp_path / "BILLING_PERIOD=2026-03" / "it's [1] *?"
    folder.mkdir(parents=True)
    file = focus_file(folder / "part[0]*.csv", focus_row(BilledCost="7"))
    import_focus(session, [file, parquet_of(focus_file(tmp_path / "p.csv"), folder / "p?.parquet")], "s")
    assert totals(session)["s", "main", "2026-03", "USD", "billed"] == 8


def test_a_cost_column_given_twice(session: Session, tmp_path: Path) -> None:
    text = csv_text([FOCUS]).replace("ServiceName", "effective_cost")
    (tmp_path / "f.csv").write_text(text.replace("SubAccountId", "ServiceName"), "utf-8")
    with pytest.raises(DataError, match="twice") as caught:
        import_focus(session, [tmp_path / "f.csv"], "s")
    assert caught.value.column == "EffectiveCost"


def test_what_a_killed_run_left_is_removed(session: Session, tmp_path: Path) -> None:
    left = session.paths.store.parent / "rollup-999999999-x"
    left.mkdir()
    import_focus(session, [focus_file(tmp_path / "f.csv")], "s")
    assert not list(session.paths.store.parent.glob("rollup-*"))
