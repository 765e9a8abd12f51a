"""GetBaseReport and GetReport for a 1.6 station, and the NotifyReports they bring (13.3)."""

from collections.abc import Generator, Iterable, Iterator
from typing import Any

from adapters import v201
from adapters.payload import encode
from adapters.translation import inventory, settings
from adapters.translation.conversation import Conversation, Refusal, Step
from adapters.translation.facts import BYTES_PER_MESSAGE
from adapters.translation.memory import Memory
from adapters.translation.refusals import info
from adapters.translation.scalars import rfc3339

ENVELOPE = 1000  # bytes of a NotifyReport that are none of its rows
ATTEMPTS = 2
LOCAL = frozenset({"Active", "Problem"})  # criteria that nothing of the station's keys can meet


def v201_base_report(call: v201.GetBaseReportRequest, memory: Memory) -> Conversation:
    """For a 1.6 station: its keys, and what it is beyond them."""
    if call.request_id in memory.reports:
        return v201.GetBaseReportResponse("Rejected", status_info=info("DuplicateRequestId"))
    if call.report_base == "SummaryInventory":
        rows = inventory.summary(memory)
    else:
        try:
            listing = yield from settings.everything(memory)
        except Refusal:
            return v201.GetBaseReportResponse("Rejected")
        if call.report_base == "FullInventory":
            rows = inventory.full(listing, memory)
        else:
            rows = inventory.settable(listing, memory)
    is_empty = not _begin(call.request_id, rows, memory)
    return v201.GetBaseReportResponse("EmptyResultSet" if is_empty else "Accepted")


def v201_report(call: v201.GetReportRequest, memory: Memory) -> Conversation:
    """For a 1.6 station: of the same rows, those that meet what is asked for."""
    if call.request_id in memory.reports:
        return v201.GetReportResponse("Rejected", status_info=info("DuplicateRequestId"))
    criteria = set(call.component_criteria or [])
    listing: settings.Listing = {}
    if not criteria or criteria - LOCAL:
        try:
            listing = yield from settings.everything(memory)
        except Refusal:
            return v201.GetReportResponse("Rejected")
    rows = inventory.meeting(criteria, listing, memory)
    if call.component_variable:
        wanted = call.component_variable
        rows = [row for row in rows if any(inventory.fits(row, one) for one in wanted)]
    is_empty = not _begin(call.request_id, rows, memory)
    return v201.GetReportResponse("EmptyResultSet" if is_empty else "Accepted")


def _begin(request_id: int, rows: Iterable[v201.ReportData], memory: Memory) -> bool:
    """Send a report once its request is answered; False if there is nothing to send."""
    parts = list(_parts(rows, memory.options.report_chunk))
    if parts:
        memory.reports += (request_id,)
        memory.follow_ups.append(_notify(request_id, parts, memory))
    return bool(parts)


def _parts(rows: Iterable[v201.ReportData], most: int) -> Iterator[list[v201.ReportData]]:
    """The rows in portions, by their number and by the bytes of a message."""
    part: list[v201.ReportData] = []
    size = ENVELOPE
    for row in rows:
        length = len(encode(row)) + 1
        if part and (len(part) >= most or size + length > BYTES_PER_MESSAGE):
            yield part
            part, size = [], ENVELOPE
        part.append(row)
        size += length
    if part:
        yield part


def _notify(
    request_id: int, parts: list[list[v201.ReportData]], memory: Memory
) -> Generator[Step, Any, None]:
    """One part after the other; one that is refused twice ends the report."""
    try:
        for number, part in enumerate(parts):
            request = v201.NotifyReportRequest(
                request_id=request_id,
                generated_at=rfc3339(memory.now),
                seq_no=number,
                report_data=part,
                tbc=number < len(parts) - 1,
            )
            if not (yield from _is_taken(request)):
                return
    finally:
        memory.reports = tuple(one for one in memory.reports if one != request_id)


def _is_taken(request: v201.NotifyReportRequest) -> Generator[Step, Any, bool]:
    for _ in range(ATTEMPTS):
        try:
            yield request
        except Refusal as refusal:
            if refusal.code == "closed":
                break
        else:
            return True
    return False
