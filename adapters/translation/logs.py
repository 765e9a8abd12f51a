"""Logs and diagnostics, both ways (specification 3.8, 6.7, 8.5 and 16)."""

from adapters import v16, v201
from adapters.translation import capabilities, jobs
from adapters.translation.conversation import Conversation
from adapters.translation.memory import Memory
from adapters.translation.refusals import info
from adapters.translation.scalars import is_uri, utc_or_none

LONGEST_LOCATION = 512  # of 2.0.1; 1.6 knows no limit

DIAGNOSTICS_TO_201: dict[v16.DiagnosticsStatus, v201.UploadLogStatus] = {
    "Idle": "Idle",
    "Uploaded": "Uploaded",
    "UploadFailed": "UploadFailure",
    "Uploading": "Uploading",
}
DIAGNOSTICS_TO_16: dict[v201.UploadLogStatus, v16.DiagnosticsStatus] = {
    "BadMessage": "UploadFailed",
    "Idle": "Idle",
    "NotSupportedOperation": "UploadFailed",
    "PermissionDenied": "UploadFailed",
    "Uploaded": "Uploaded",
    "UploadFailure": "UploadFailed",
    "Uploading": "Uploading",
    "AcceptedCanceled": "UploadFailed",
}
LOG_TO_16: dict[v201.UploadLogStatus, v16.UploadLogStatus] = {
    "BadMessage": "BadMessage",
    "Idle": "Idle",
    "NotSupportedOperation": "NotSupportedOperation",
    "PermissionDenied": "PermissionDenied",
    "Uploaded": "Uploaded",
    "UploadFailure": "UploadFailure",
    "Uploading": "Uploading",
    "AcceptedCanceled": "UploadFailure",
}


def v201_get(call: v201.GetLogRequest, memory: Memory) -> Conversation:
    """For a 1.6 station: its GetLog, or GetDiagnostics where it has no security extension."""
    request = v16.GetLogRequest(
        log=v16.LogParameters(
            call.log.remote_location,
            oldest_timestamp=utc_or_none(call.log.oldest_timestamp),
            latest_timestamp=utc_or_none(call.log.latest_timestamp),
        ),
        log_type=call.log_type,
        request_id=call.request_id,
        retries=call.retries,
        retry_interval=call.retry_interval,
    )
    answer = yield from capabilities.attempt("security_ext", request, memory)
    if answer is None:
        return (yield from _diagnostics(call, memory))
    if answer.status != "Rejected":
        jobs.begin(memory.station.log_jobs, call.request_id, True, memory)
    return v201.GetLogResponse(answer.status, filename=answer.filename)


def _diagnostics(call: v201.GetLogRequest, memory: Memory) -> Conversation:
    if call.log_type == "SecurityLog":
        return v201.GetLogResponse("Rejected", status_info=info("UnsupportedParam"))
    if not is_uri(call.log.remote_location):
        return v201.GetLogResponse("Rejected", status_info=info("InvalidURL"))
    request = v16.GetDiagnosticsRequest(
        location=call.log.remote_location,
        start_time=utc_or_none(call.log.oldest_timestamp),
        stop_time=utc_or_none(call.log.latest_timestamp),
        retries=call.retries,
        retry_interval=call.retry_interval,
    )
    known = memory.station.log_jobs
    answer = yield from jobs.ask(known, call.request_id, request, memory)
    if answer.file_name:
        return v201.GetLogResponse("Accepted", filename=answer.file_name)
    jobs.forget(known, call.request_id, memory)  # no name: no diagnostics to be had
    return v201.GetLogResponse("Rejected")


def v16_get_diagnostics(call: v16.GetDiagnosticsRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station, under an id of the gateway; without file name there is nothing."""
    if len(call.location) > LONGEST_LOCATION:
        return v16.GetDiagnosticsResponse()
    request_id = jobs.begin_unnumbered(memory.station.log_jobs, memory)
    answer = yield v201.GetLogRequest(
        log=v201.LogParameters(
            call.location,
            oldest_timestamp=utc_or_none(call.start_time),
            latest_timestamp=utc_or_none(call.stop_time),
        ),
        log_type="DiagnosticsLog",
        request_id=request_id,
        retries=call.retries,
        retry_interval=call.retry_interval,
    )
    if answer.status == "Rejected":
        return v16.GetDiagnosticsResponse()
    return v16.GetDiagnosticsResponse(answer.filename or f"diagnostics-{request_id}")


def v16_get(call: v16.GetLogRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station."""
    answer = yield v201.GetLogRequest(
        log=v201.LogParameters(
            call.log.remote_location,
            oldest_timestamp=utc_or_none(call.log.oldest_timestamp),
            latest_timestamp=utc_or_none(call.log.latest_timestamp),
        ),
        log_type=call.log_type,
        request_id=jobs.begin_numbered(memory.station.log_jobs, call.request_id, memory),
        retries=call.retries,
        retry_interval=call.retry_interval,
    )
    return v16.GetLogResponse(answer.status, filename=answer.filename)


def v16_diagnostics_status(
    call: v16.DiagnosticsStatusNotificationRequest, memory: Memory
) -> Conversation:
    """From a 1.6 station, which does not say which upload it means: the one that began last."""
    request_id = None if call.status == "Idle" else jobs.latest(memory.station.log_jobs)
    yield v201.LogStatusNotificationRequest(DIAGNOSTICS_TO_201[call.status], request_id)
    return v16.DiagnosticsStatusNotificationResponse()


def v16_log_status(call: v16.LogStatusNotificationRequest, memory: Memory) -> Conversation:
    """From a 1.6 station with the security extension."""
    yield v201.LogStatusNotificationRequest(call.status, call.request_id)
    return v16.LogStatusNotificationResponse()


def v201_log_status(call: v201.LogStatusNotificationRequest, memory: Memory) -> Conversation:
    """From a 2.0.1 station: told in the words in which the CSMS asked for the log."""
    station, job = memory.station, None
    extended = call.request_id is None and station.log_trigger_extended
    if call.request_id is not None:
        job = station.log_jobs.get(call.request_id)
        extended = job is not None and job.extended
    if extended:
        yield v16.LogStatusNotificationRequest(
            LOG_TO_16[call.status], job.asked_as if job else None
        )
    else:
        yield v16.DiagnosticsStatusNotificationRequest(DIAGNOSTICS_TO_16[call.status])
    return v201.LogStatusNotificationResponse()
