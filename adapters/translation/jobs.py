"""Logs and firmware that were asked for: which notification belongs to which request (2.5)."""

from collections.abc import Generator
from typing import Any

from adapters.payload import Payload
from adapters.translation.conversation import Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.records import Job

KEPT = 8  # jobs of a kind; a job that was cancelled is still reported after its successor began
COLLISION_OFFSET = 1_000_000


def begin(
    jobs: dict[int, Job],
    request_id: int,
    extended: bool,
    memory: Memory,
    asked_as: int | None = None,
) -> int:
    """Remember a job before it is asked for: its first status may come before the answer."""
    jobs.pop(request_id, None)
    jobs[request_id] = Job(extended, request_id if asked_as is None else asked_as)
    while len(jobs) > KEPT:
        del jobs[next(iter(jobs))]
    memory.touch(memory.station)
    return request_id


def begin_unnumbered(jobs: dict[int, Job], memory: Memory) -> int:
    """A job that 1.6 asks for without an id; the gateway's own is unlike any of the CSMS."""
    request_id = memory.count("next_request_id")
    while request_id in jobs:
        request_id = memory.count("next_request_id")
    return begin(jobs, request_id, False, memory)


def begin_numbered(jobs: dict[int, Job], asked_as: int, memory: Memory) -> int:
    """A job under the id of a 1.6 CSMS, moved only if the gateway gave that id out itself."""
    known = jobs.get(asked_as)
    taken = known is not None and not known.extended
    request_id = asked_as + COLLISION_OFFSET if taken else asked_as
    return begin(jobs, request_id, True, memory, asked_as)


def ask(
    jobs: dict[int, Job], request_id: int, request: Payload, memory: Memory
) -> Generator[Step, Any, Any]:
    """The answer of a 1.6 station to a job without extension; one that it refuses never was."""
    begin(jobs, request_id, False, memory)
    try:
        answer = yield request
    except Refusal as refusal:
        if refusal.code not in ("timeout", "closed"):  # then it may have begun
            forget(jobs, request_id, memory)
        raise
    return answer


def forget(jobs: dict[int, Job], request_id: int, memory: Memory) -> None:
    """It never began: the job before it is the latest again."""
    jobs.pop(request_id, None)
    memory.touch(memory.station)


def latest(jobs: dict[int, Job]) -> int | None:
    """The id of the job that began last."""
    return next(reversed(jobs), None)
