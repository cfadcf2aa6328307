import pytest

from authsim.errors import MessageError
from authsim.evidence import Finding, Kind, Report, format_report, parse_report
from authsim.evidence.report import MOST_ENTRIES_NAMED, Ledger


def test_findings_name_the_first_requests_only() -> None:
    """A report stays short: of a thousand cookies it counts all and names the first requests that had them."""
    ledger = Ledger()
    ledger.note(Kind.COMMENT, "log.comment")
    for number in range(1_000):
        ledger.begin_entry(number)
        ledger.note(Kind.COOKIE, "request.cookies")
        ledger.note(Kind.COOKIE, "request.cookies", 2)

    cookie, comment = ledger.findings()

    assert cookie == Finding(
        kind=Kind.COOKIE, place="request.cookies", count=3_000, entries=tuple(range(MOST_ENTRIES_NAMED))
    )
    assert comment == Finding(kind=Kind.COMMENT, place="log.comment", count=1, entries=())


def test_counts_are_by_kind() -> None:
    """Two places of one kind count together; kinds that were not found are not told."""
    findings = tuple(Finding(kind=Kind.TOKEN, place=place, count=2, entries=()) for place in "ab")
    report = Report(entries=1, pages=0, bytes_read=2, findings=findings, searched=0)

    assert report.counts == {Kind.TOKEN: 4}
    assert parse_report(format_report(report)) == report


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"entries":-1}',
        b'{"entries":1,"pages":1,"bytes_read":1,"searched":1,"findings":[{"kind":"CANARY"}]}',
        b'{"entries":1,"pages":1,"bytes_read":1,"searched":1,"findings":1}',
    ],
)
def test_what_is_no_report_is_refused(data: bytes) -> None:
    """Only what was written as a report is read as one."""
    with pytest.raises(MessageError, match="no report"):
        parse_report(data)
