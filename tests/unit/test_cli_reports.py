"""``report``, ``reconcile`` and ``explain`` on a small store: golden output in every form, and exit codes."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.small_store import deliver
from turbofinops_tui.cli import main
from turbofinops_tui.clock import Clock
from turbofinops_tui.store.customers import save_customer
from turbofinops_tui.store.open import Store


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[Store]:
    """Five dollars of cost in October 2026, three of them acme's by a link."""
    monkeypatch.setenv("TURBOFINOPS_ROOT", str(tmp_path / "root"))
    monkeypatch.setenv("TURBOFINOPS_TODAY", "2026-11-24")
    opened = Store.open(tmp_path / "root" / "data" / "store.db", clock)
    with opened.write("customers") as txn:
        save_customer(txn, "acme")
    deliver(opened, "main", [{"team": "a"}, {"team": "A", "env": "x"}, {"team": "b"}])
    deliver(opened, "fixes", [{"team": "a", "env": "y"}, {}])
    assert main.run(shlex.split("links add --kind tag --match tag:team=a --customer acme --name a")) == 0
    yield opened
    opened.close()


def output(capsys: pytest.CaptureFixture[str], words: str, code: int = 0) -> str:
    """stdout of a command that must leave with ``code``."""
    capsys.readouterr()
    assert main.run(shlex.split(words)) == code
    return capsys.readouterr().out


def test_a_report_as_table(capsys: pytest.CaptureFixture[str]) -> None:
    lines = output(capsys, "report --period 2026-10").splitlines()
    assert lines[0].startswith(
        "2026-10-01 to 2026-10-31 UTC · recognised revenue, effective cost · USD"
        " · 60 % direct, 0 % shared, 40 % unattributed · books "
    )
    assert lines[1:8] == [
        "",
        "customer        revenue  cost  margin  margin_pct",
        "--------------  -------  ----  ------  ----------",
        "acme               0.00  3.00   -3.00           —",
        "(unattributed)     0.00  2.00   -2.00           —",
        "--------------  -------  ----  ------  ----------",
        "total              0.00  5.00   -5.00           —",
    ]


def test_a_report_as_json_and_csv(capsys: pytest.CaptureFixture[str]) -> None:
    words = "report --by customer,month --measure cost,coverage --period 2026-10"
    document = json.loads(output(capsys, f"{words} --format json"))
    assert document["rows"] == [
        {"customer": "acme", "month": "2026-10", "cost": "3.00", "coverage": "100.0000"},
        {"customer": None, "month": "2026-10", "cost": "2.00", "coverage": "0.0000"},
    ]
    assert document["totals"] == {"cost": "5.00", "coverage": "60.0000"}
    assert document["unattributed"] == {"cost": "2.00", "coverage": "0.0000"}
    assert document["as_of"] == "2026-11-24T12:00:00Z"
    assert output(capsys, f"{words} --format csv") == (
        "customer,month,cost,coverage\nacme,2026-10,3.00,100.0000\n,2026-10,2.00,0.0000\n"
    )


def test_native_currency_has_one_total_per_currency(capsys: pytest.CaptureFixture[str]) -> None:
    words = "report --currency native --measure cost --period 2026-10 --format json"
    document = json.loads(output(capsys, words))
    assert document["currency"] == "native"
    assert document["rows"][0] == {"customer": "acme", "currency": "USD", "cost": "3.00"}
    assert document["totals"] == [{"currency": "USD", "cost": "5.00"}]
    assert document["unattributed"] == [{"currency": "USD", "cost": "2.00"}]


@pytest.mark.parametrize("name", ["customers", "providers", "trend", "coverage", "unattributed"])
def test_named_reports_run_in_every_form(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("table", "json", "csv"):
        assert output(capsys, f"report {name} --period 2026-10 --format {form}")


def test_options_before_and_after_the_name(capsys: pytest.CaptureFixture[str]) -> None:
    one = output(capsys, "report --period 2026-10 providers --format csv")
    assert one == output(capsys, "report providers --period 2026-10 --format csv")
    assert one.startswith("provider,cost,")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("report provider", "there is no report 'provider': did you mean 'providers'?"),
        ("report --view draft", "needs a draft"),
        ("report --format xml", "invalid choice: 'xml'"),
    ],
)
def test_words_that_mean_no_report(words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(shlex.split(words)) == 2
    assert said in capsys.readouterr().err


def test_a_report_reads_only(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    before = store.path.read_bytes()
    output(capsys, "--read-only report --period 2026-10")
    assert store.path.read_bytes() == before


def test_reconcile_ties_out(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(output(capsys, "reconcile --format json"))
    assert document["ok"] is True
    assert document["rows"][2] == {
        "source": "aws", "export": "main", "period": "2026-10", "currency": "USD", "cost": "effective",
        "source_total": "3.00", "residual": "0.00", "direct": "2.00", "shared": "0.00",
        "unattributed": "1.00", "opex": "0.00", "tax": "0.00", "difference": "0.00",
    }  # fmt: skip
    table = output(capsys, "reconcile --source aws").splitlines()
    assert table[0].split() == list(document["rows"][0])
    assert len(table) == 6
    assert "there is no cost of source 'x'" in _error(capsys, "reconcile --source x", 1)


def test_a_difference_is_exit_3(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with store.write("break it") as txn:
        txn.conn.execute("UPDATE batch_total SET exact = '3.000000001' WHERE cost = 'billed' AND exact = '3'")
    document = json.loads(output(capsys, "reconcile --format json", code=3))
    assert document["ok"] is False
    assert [row["difference"] for row in document["rows"]] == ["0.00", "0.00", "0.00", "0.000000001"]


def _error(capsys: pytest.CaptureFixture[str], words: str, code: int) -> str:
    capsys.readouterr()
    assert main.run(shlex.split(words)) == code
    return capsys.readouterr().err


def test_links_show_their_dollars_of_the_last_whole_month(capsys: pytest.CaptureFixture[str]) -> None:
    lines = output(capsys, "links list").splitlines()
    assert lines[0].split() == shlex.split(
        "# id kind match customer feature percent cost 2026-10 from to enabled"
    )
    assert lines[2].split() == ["1", "a", "tag", "tag:team=a", "acme", "100", "3.00", "yes"]
    (link,) = json.loads(output(capsys, "links list --format json"))["links"]
    assert (link["month"], link["cost"], link["currency"]) == ("2026-10", "3.00", "USD")


BILL = """\
BilledCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ServiceName,Tags
1.25,USD,Usage,2026-10-03T00:00:00Z,EC2,"{""team"": ""a""}"
4.00,USD,Usage,2026-10-03T00:00:00Z,EC2,"{""team"": ""b""}"
0.75,USD,Usage,2026-10-04T00:00:00Z,EC2,"{""team"": ""A""}"
"""


def test_explain_leads_to_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bill = tmp_path / "bill.csv"
    bill.write_text(BILL, "utf-8")
    output(capsys, f"import focus {bill} --source gcp")
    words = "explain --customer ACME --period 2026-10 --where source=gcp --measure cost"
    found = json.loads(output(capsys, f"{words} --format json"))
    assert found["value"] == "2.00"
    assert [(part["amount"], part["bucket"], part["link"]) for part in found["parts"]] == [
        ("2.00", "direct", "a")
    ]
    assert found["parts"][0]["rows"] == [
        {"source": "gcp", "file": str(bill), "line": 2},
        {"source": "gcp", "file": str(bill), "line": 4},
    ]
    assert "missing" not in found
    text = output(capsys, words)
    assert "tag link `a` won" in text
    assert f"  gcp:{bill}:4\n" in text
    bill.write_text(BILL.replace("1.25", "1.26"), "utf-8")
    assert str(bill) in _error(capsys, words, 0)
    assert json.loads(output(capsys, f"{words} --format json"))["missing"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("explain", 2, "--customer"),
        ("explain --customer acme --measure cost,margin", 2, "explain opens one measure"),
        ("explain --customer acme --measure customers", 2, "cannot be explained"),
        ("explain --customer nobody", 1, "there is no customer 'nobody'"),
    ],
)
def test_what_cannot_be_explained(
    words: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in _error(capsys, words, code)
