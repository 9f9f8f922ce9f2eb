"""Which money does a bank's statement (ISO 20022 camt.053) book? Its entries one by one, as rows of a payments file.

The file is read as it comes, no entity and no DTD is ever expanded, and what one entry may hold is limited.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from xml.parsers import expat

from intake.cells import Cell, tidy
from intake.table_lines import NotAPortfolio
from intake.table_reader import LARGEST_FILE, Row

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053."
ENTRY = ["Document", "BkToCstmrStmt", "Stmt", "Ntry"]
CHUNK = 2**20
LARGEST_TOKEN = 8 * 2**20
DEEPEST = 40
MOST_NODES = 500_000
MOST_TEXT = 10_000
"""Characters of one element; the checks of the columns allow less."""
DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,5})?")
NOTHING = frozenset({"", "NOTPROVIDED", "NONREF"})
"""How banks write that there is no reference."""
BOOKED = frozenset({"", "BOOK"})


class Node:
    """One element: its text, and the elements in it."""

    __slots__ = ("attributes", "children", "line", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name, self.attributes, self.line = name, attributes, line
        self.text = ""
        self.children: list[Node] = []

    def all(self, path: str) -> list["Node"]:
        """The elements under a path such as `NtryDtls/TxDtls`."""
        found = [self]
        for name in path.split("/"):
            found = [child for node in found for child in node.children if child.name == name]
        return found

    def words(self, path: str) -> str:
        """The texts under a path, joined."""
        return " ".join(text for node in self.all(path) if (text := node.text.strip()))

    def first(self, *paths: str) -> str:
        """The first text that is there, path by path."""
        return next((text for path in paths for node in self.all(path) if (text := node.text.strip())), "")

    def code(self, *paths: str) -> str:
        """The first reference that is one."""
        return next((text for path in paths if (text := self.first(path)).upper() not in NOTHING), "")


class _Reader:
    """Builds one entry after the other from what the parser meets; all else is passed over."""

    def __init__(self) -> None:
        self.entries: list[Node] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self.parser.EntityDeclHandler = _refuse_doctype
        self.parser.ExternalEntityRefHandler = _refuse_doctype
        self._path: list[str] = []
        self._open: list[Node] = []
        self._nodes = 0

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        space, _, name = qualified.rpartition(" ")
        if not self._path and not (name == "Document" and space.startswith(NAMESPACE)):
            raise NotAPortfolio(f"its root is {qualified[:200]!r}, not the Document of a camt.053")
        self._path.append(name)
        if len(self._path) > DEEPEST:
            raise NotAPortfolio(f"line {self.parser.CurrentLineNumber}: more than {DEEPEST} elements in one another")
        if self._open or self._path == ENTRY:
            self._enter(Node(name, attributes, self.parser.CurrentLineNumber))

    def _enter(self, node: Node) -> None:
        self._nodes = self._nodes + 1 if self._open else 0
        if self._nodes > MOST_NODES:
            raise NotAPortfolio(f"line {node.line}: an entry of more than {MOST_NODES:,} elements")
        if self._open:
            self._open[-1].children.append(node)
        self._open.append(node)

    def _end(self, _: str) -> None:
        self._path.pop()
        if not self._open:
            return
        node = self._open.pop()
        if not self._open:
            self.entries.append(node)

    def _characters(self, text: str) -> None:
        if self._open and len(self._open[-1].text) < MOST_TEXT:
            self._open[-1].text += text[:MOST_TEXT]


def _refuse_doctype(*_: object) -> int:
    raise NotAPortfolio("it has a DOCTYPE or an entity, which no bank writes: nothing of it was read")


def statement_rows(path: Path) -> Iterator[Row]:
    """The booked entries of all statements; `kind` is payment, reversal, or other (no money of a debtor)."""
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise NotAPortfolio(f"the file has {size:,} bytes; {LARGEST_FILE:,} are the most: split it")
    reader, fed = _Reader(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            fed += len(chunk)
            _parse(reader, chunk, final=fed >= size)
            # Read again from its beginning with every chunk, an endless token would take endless time.
            if fed - reader.parser.CurrentByteIndex > LARGEST_TOKEN:
                raise NotAPortfolio(f"line {reader.parser.CurrentLineNumber}: a mark-up without end")
            for entry in reader.entries:
                yield from _rows(entry)
            reader.entries.clear()
    if not fed:
        raise NotAPortfolio("the file is empty")


def _parse(reader: _Reader, chunk: bytes, *, final: bool) -> None:
    try:
        reader.parser.Parse(chunk, final)
    except expat.ExpatError as fault:
        raise NotAPortfolio(f"line {fault.lineno}: {expat.ErrorString(fault.code)}: this is no XML") from None
    except (ValueError, LookupError) as fault:
        raise fault if isinstance(fault, NotAPortfolio) else NotAPortfolio("its encoding is not known") from None


def _rows(entry: Node) -> Iterator[Row]:
    """One row for the entry, or one for each transaction of a batch."""
    parts = entry.all("NtryDtls/TxDtls")
    if len(parts) < 2:
        yield Row(entry.line, _cells(entry, parts[0] if parts else entry, _reference(entry, parts)))
        return
    references = _references(entry, parts)
    rows = [_part(entry, part, reference) for part, reference in zip(parts, references, strict=True)]
    yield from (row._replace(fault=_sum_fault(entry, rows)) for row in rows)


def _part(entry: Node, part: Node, reference: str) -> Row:
    amount = next(iter(part.all("Amt") or part.all("AmtDtls/TxAmt/Amt")), None)
    return Row(part.line, _cells(entry, part, reference) | _money(amount))


def _reference(entry: Node, parts: list[Node]) -> str:
    of_part = parts[0].code("Refs/AcctSvcrRef", "Refs/EndToEndId", "Refs/TxId") if parts else ""
    return entry.code("AcctSvcrRef") or of_part


def _references(entry: Node, parts: list[Node]) -> list[str]:
    """A reference for each part of a batch: its own, or the batch's with what is its own beside it."""
    own = [part.code("Refs/AcctSvcrRef") for part in parts]
    if "" not in own and len(set(own)) == len(own):
        return own
    batch = entry.code("AcctSvcrRef")
    ids = [part.code("Refs/EndToEndId", "Refs/TxId", "Refs/InstrId") for part in parts]
    return [" ".join(filter(None, (batch, one))) if one else "" for one in ids]


def _sum_fault(entry: Node, rows: list[Row]) -> str | None:
    whole = _money(next(iter(entry.all("Amt")), None))
    amounts = [cell for row in rows if isinstance(cell := row.cells["amount"], Decimal)]
    if len(amounts) < len(rows) or sum(amounts) != whole["amount"]:
        return f"is part of a batch whose parts do not sum to its {tidy(whole['amount']) or 'amount'}"
    if any(row.cells["currency"] != whole["currency"] for row in rows):
        return "is part of a batch in several currencies"
    return None


def _cells(entry: Node, part: Node, reference: str) -> dict[str, Cell]:
    taken_back = entry.first("RvslInd") in ("true", "1")
    kind = _kind(entry, taken_back=taken_back or bool(part.all("RtrInf")))
    structured = part.words("RmtInf/Strd/CdtrRefInf/Ref")
    more = part.words("RmtInf/Ustrd") or part.words("AddtlTxInf")
    return _money(next(iter(entry.all("Amt")), None)) | {
        "kind": kind,
        "doubt": "a debit of ours that came back" if taken_back and kind == "payment" else "",
        "reference": reference,
        "end_to_end": part.code("Refs/EndToEndId", "Refs/TxId"),
        "value_date": entry.first("ValDt/Dt", "ValDt/DtTm", "BookgDt/Dt", "BookgDt/DtTm")[:10],
        "payer": part.first("RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm"),
        "text": " ".join(filter(None, (structured, more))),
        "reason": part.first("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
    }


def _kind(entry: Node, *, taken_back: bool) -> str:
    if entry.first("Sts/Cd", "Sts").upper() not in BOOKED:
        return "other"
    match entry.first("CdtDbtInd"):
        case "CRDT":
            return "payment"
        case "DBIT":
            # Banks that book a returned collection name the return, and not always the reversal.
            return "reversal" if taken_back else "other"
    return "unknown"


def _money(amount: Node | None) -> dict[str, Cell]:
    if amount is None:
        return {"amount": "", "currency": ""}
    text = amount.text.strip()
    # In XML the point is the decimal point: 1.500 has one reading only.
    value: Cell = Decimal(text).normalize() if DECIMAL.fullmatch(text) else text
    return {"amount": value, "currency": amount.attributes.get("Ccy", "")}
