"""What is taken from a bank's statement, what is left out, and can a hostile one do harm?"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from intake.payments_file import NotPayments, PaymentsFile, read_payments

TODAY = date(2026, 11, 21)
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
Reads = Callable[..., PaymentsFile]


def entry(sign: str = "CRDT", amount: str = "10.50", more: str = "", reference: str = "R-1") -> str:
    ref = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    money = f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
    return f"<Ntry>{money}<ValDt><Dt>2026-11-20</Dt></ValDt>{ref}{more}</Ntry>"


def part(reference: str, amount: str, tag: str = "EndToEndId") -> str:
    return f'<TxDtls><Refs><{tag}>{reference}</{tag}></Refs><Amt Ccy="EUR">{amount}</Amt></TxDtls>'


def details(*parts: str) -> str:
    return f"<NtryDtls>{''.join(parts)}</NtryDtls>"


def statement(*entries: str, start: str = "", namespace: str = NAMESPACE) -> str:
    inner = f"<BkToCstmrStmt><Stmt>{''.join(entries)}</Stmt></BkToCstmrStmt>"
    return f'{start}<Document xmlns="{namespace}">{inner}</Document>'


@pytest.fixture
def read(tmp_path: Path) -> Reads:
    """Read a statement with these entries, or a whole text."""

    def reads(*entries: str) -> PaymentsFile:
        path = tmp_path / "statement.xml"
        path.write_text(entries[0] if "Document" in entries[0] else statement(*entries))
        return read_payments(path, TODAY)

    return reads


def test_a_credit_is_a_payment(read: Reads) -> None:
    (row,) = read(entry()).rows
    assert (row.kind, row.reference, row.amount, row.value_date) == ("payment", "R-1", 1050, date(2026, 11, 20))


@pytest.mark.parametrize(("amount", "minor"), [("10.50000", 1050), ("10", 1000), ("1000", 100_000), ("1.5", 150)])
def test_the_point_of_an_amount_is_always_a_decimal_point(read: Reads, amount: str, minor: int) -> None:
    assert read(entry(amount=amount)).rows[0].amount == minor


@pytest.mark.parametrize("amount", ["-1", "0", "1.234", "much", "", "1e3"])
def test_a_wrong_amount_is_refused(read: Reads, amount: str) -> None:
    assert [reject.column for reject in read(entry(amount=amount)).rejects] == ["amount"]


@pytest.mark.parametrize("flag", ["<RvslInd>true</RvslInd>", details("<TxDtls><RtrInf/></TxDtls>")])
def test_a_debit_that_takes_back_is_a_reversal(read: Reads, flag: str) -> None:
    assert read(entry("DBIT", more=flag)).rows[0].kind == "reversal"


@pytest.mark.parametrize(
    "other", [entry("DBIT"), entry(more="<Sts>PDNG</Sts>"), entry(more="<Sts><Cd>INFO</Cd></Sts>")]
)
def test_what_is_no_money_of_a_debtor_is_left_out_and_counted(read: Reads, other: str) -> None:
    found = read(other)
    assert (found.rows, found.rejects, found.left_out) == ([], [], 1)


def test_a_debit_of_ours_that_came_back_is_for_a_person(read: Reads) -> None:
    assert read(entry(more="<RvslInd>true</RvslInd>")).rows[0].doubt == "a debit of ours that came back"


def test_a_batch_is_one_payment_for_each_transaction(read: Reads) -> None:
    found = read(entry(amount="30", more=details(part("E-1", "10"), part("E-2", "20"))))
    assert [(row.reference, row.end_to_end, row.amount) for row in found.rows] == [
        ("R-1 E-1", "E-1", 1000),
        ("R-1 E-2", "E-2", 2000),
    ]


def test_a_batch_whose_parts_do_not_sum_to_it_is_refused(read: Reads) -> None:
    found = read(entry(amount="31", more=details(part("E-1", "10"), part("E-2", "20"))))
    assert found.rows == []
    assert {reject.reason for reject in found.rejects} == {"is part of a batch whose parts do not sum to its 31"}


def test_transactions_with_a_bank_reference_of_their_own_keep_it(read: Reads) -> None:
    found = read(entry(amount="30", more=details(part("B-1", "10", "AcctSvcrRef"), part("B-2", "20", "AcctSvcrRef"))))
    assert [row.reference for row in found.rows] == ["B-1", "B-2"]


def test_without_the_banks_reference_the_payers_counts_unless_it_is_none(read: Reads) -> None:
    assert read(entry(reference="", more=details(part("E-9", "1")))).rows[0].reference == "E-9"
    missing = read(entry(reference="", more=details(part("NOTPROVIDED", "1"))))
    assert [(reject.column, reject.reason) for reject in missing.rejects] == [("reference", "is missing")]


def test_the_text_is_what_the_payer_wrote_in_any_form(read: Reads) -> None:
    told = (
        "<RmtInf><Ustrd>rata</Ustrd><Ustrd>tre</Ustrd><Strd><CdtrRefInf><Ref>RF18A1</Ref></CdtrRefInf></Strd></RmtInf>"
    )
    name = "<RltdPties><Dbtr><Nm>Zoë &amp; C.</Nm></Dbtr></RltdPties>"
    (row,) = read(entry(more=details(f"<TxDtls>{told}{name}</TxDtls>"))).rows
    assert (row.text, row.payer) == ("RF18A1 rata tre", "Zoë & C.")


def test_rows_are_counted_by_their_line(read: Reads) -> None:
    assert [row.row for row in read(entry() + "\n\n" + entry(reference="R-2")).rows] == [1, 3]


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FETCH = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("start", [BOMB, FETCH, '<!DOCTYPE d SYSTEM "other.dtd">', "<!DOCTYPE d>"])
def test_a_file_with_a_doctype_is_refused_whole(read: Reads, start: str) -> None:
    with pytest.raises(NotPayments, match=r"statement.xml: it has a DOCTYPE or an entity"):
        read(statement(entry(), start=start))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (statement(entry(more="<X>&x;</X>")), "undefined entity: this is no XML"),
        (statement(entry())[:-5], "line 1: .*: this is no XML"),
        (
            statement(entry(), namespace="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"),
            "not the Document of a camt.053",
        ),
        ("<html>Document</html>", "not the Document of a camt.053"),
        (statement(entry(more="<a>" * 99 + "</a>" * 99)), "more than 40 elements in one another"),
        (statement(entry(), start="<?xml version='1.0' encoding='x-none'?>"), "(unknown encoding|its encoding)"),
    ],
)
def test_what_is_no_statement_is_one_error(read: Reads, text: str, message: str) -> None:
    with pytest.raises(NotPayments, match=message):
        read(text)


def test_a_text_of_10_mb_is_refused_with_its_row(read: Reads) -> None:
    found = read(entry(more=details(f"<TxDtls><RmtInf><Ustrd>{'x' * 10 * 2**20}</Ustrd></RmtInf></TxDtls>")))
    assert [(r.row, r.column, r.reason, len(r.value) < 300) for r in found.rejects] == [
        (1, "text", "has more than 2000 characters", True)
    ]


@pytest.mark.timeout(60)
def test_a_mark_up_without_end_does_not_take_endless_time(read: Reads) -> None:
    with pytest.raises(NotPayments, match="a mark-up without end"):
        read(statement(entry(more=f'<X a="{"x" * 40 * 2**20}"/>')))


def test_a_large_statement_is_read_in_one_go(read: Reads) -> None:
    found = read(*(entry(reference=f"R-{n}") for n in range(20_000)))
    assert (len(found.rows), found.rejects) == (20_000, [])
