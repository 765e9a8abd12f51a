"""What a worker and its supervisor say to each other."""

from typing import Any, TypeAlias

import msgspec

from gateway.store import Records, Row


class Message(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """One of the messages below; its class's name goes with it."""


class Serving(Message, frozen=True):
    """Worker: stations can connect now."""


class Write(Message, frozen=True):
    """Worker: make these rows durable, batch by batch. Answered with `Written`."""

    batches: list[list[Row]]


class Written(Message, frozen=True):
    """Why they are not, if they are not; and which batches were refused, by their places."""

    problem: str = ""
    refused: list[int] = []


class Load(Message, frozen=True):
    """Worker: the records of a station that it owns. Answered with `Loaded`."""

    identity: str


class Loaded(Message, frozen=True):
    """The records, or why there are none to be had."""

    records: Records = {}
    problem: str = ""


class Claim(Message, frozen=True):
    """A newcomer is authenticated. Worker: it is mine. Supervisor: do you have it? Then let go.

    Both are answered with `Place`.
    """

    identity: str
    source: str
    certificate: bytes
    is_probed: bool  # whether the connection that is there may stay, if it lives elsewhere


class Place(Message, frozen=True):
    """The station's place is free for the newcomer, or where it lives instead."""

    rival: str = ""


class Release(Message, frozen=True):
    """Worker: I do not serve this station any more."""

    identity: str


class Look(Message, frozen=True):
    """Supervisor: how are you? Answered with `Report`."""


class Report(Message, frozen=True):
    """Why no stations should be sent there, and everything that was counted."""

    reasons: list[str]
    counts: dict[str, Any]


Body: TypeAlias = (
    Serving | Write | Written | Load | Loaded | Claim | Place | Release | Look | Report
)


class Envelope(msgspec.Struct, frozen=True, array_like=True):
    """A message, and the number by which its answer is known; 0: none is wanted."""

    number: int
    is_answer: bool
    body: Body
