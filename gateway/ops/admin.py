"""What operators and orchestrators ask over HTTP: /metrics, /livez, /readyz."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import TypeAlias

import h11
import msgspec
import trio
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry

from gateway.ops.metrics import exposition

REQUEST_SECONDS = 5.0  # from connecting until the answer is sent, waiting in line included
CONNECTIONS = 32  # answered at once; more wait in line
HEADER_BYTES = 8192
TEXT = "text/plain; charset=utf-8"
GONE = (trio.BrokenResourceError, trio.ClosedResourceError, h11.ProtocolError)

Reasons: TypeAlias = Callable[[], list[str]]


class Answer(msgspec.Struct, frozen=True):
    """What is sent back."""

    status: HTTPStatus
    body: bytes
    content_type: str = TEXT
    allow: bool = False


class Admin:
    """The answers. `reasons` says why the gateway is not ready; an empty list: it is.

    `refresh` fetches what other processes know, before either is asked for.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        reasons: Reasons,
        refresh: Callable[[], Awaitable[None]] = trio.lowlevel.checkpoint,
    ) -> None:
        self.registry, self.reasons, self.refresh = registry, reasons, refresh
        self.pages: dict[str, Callable[[], Awaitable[Answer]]] = {
            "/metrics": self.metrics,
            "/livez": self.livez,
            "/readyz": self.readyz,
        }

    async def metrics(self) -> Answer:
        """All counts. Made in a thread: thousands of series must not hold up the stations."""
        await self.refresh()
        body = await trio.to_thread.run_sync(exposition, self.registry)
        return Answer(HTTPStatus.OK, body, CONTENT_TYPE_LATEST)

    async def livez(self) -> Answer:
        """The event loop turns, or nobody would answer."""
        return Answer(HTTPStatus.OK, b"ok\n")

    async def readyz(self) -> Answer:
        """Whether new stations should be sent here."""
        await self.refresh()
        reasons = self.reasons()
        if not reasons:
            return Answer(HTTPStatus.OK, b"ok\n")
        return Answer(HTTPStatus.SERVICE_UNAVAILABLE, "".join(f"{r}\n" for r in reasons).encode())

    async def answer(self, request: h11.Request) -> Answer:
        """The page that was asked for."""
        path = request.target.partition(b"?")[0].decode("ascii", "replace")
        if path not in self.pages:
            known = " ".join(self.pages)
            return Answer(HTTPStatus.NOT_FOUND, f"here are {known}\n".encode())
        if request.method not in (b"GET", b"HEAD"):
            return Answer(HTTPStatus.METHOD_NOT_ALLOWED, b"GET or HEAD\n", allow=True)
        return await self.pages[path]()


async def serve(admin: Admin, host: str, port: int, *, task_status: trio.TaskStatus[int]) -> None:
    """Answer until cancelled. Starts with the port that is listened on. Raises OSError."""
    try:
        listeners = await trio.open_tcp_listeners(port, host=host)
    except OSError as error:
        raise OSError(error.errno, f"{host}:{port}: {error.strerror}") from error
    task_status.started(listeners[0].socket.getsockname()[1])
    limiter = trio.CapacityLimiter(CONNECTIONS)
    await trio.serve_listeners(partial(converse, admin, limiter), listeners)


async def converse(admin: Admin, limiter: trio.CapacityLimiter, stream: trio.SocketStream) -> None:
    """One connection: one request, one answer."""
    with trio.move_on_after(REQUEST_SECONDS), suppress(*GONE):
        async with limiter, stream:
            await one_request(admin, stream)


async def one_request(admin: Admin, stream: trio.SocketStream) -> None:
    """Hear a request and answer it, even if it is no HTTP."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEADER_BYTES)
    try:
        event = connection.next_event()
        while event is h11.NEED_DATA:
            connection.receive_data(await stream.receive_some())
            event = connection.next_event()
        if not isinstance(event, h11.Request):
            return
        answer = await admin.answer(event)
        is_head = event.method == b"HEAD"
    except h11.RemoteProtocolError as error:
        answer = Answer(HTTPStatus(error.error_status_hint), b"this is no request\n")
        is_head = False
    await stream.send_all(said(connection, answer, is_head))
    await stream.send_eof()


def said(connection: h11.Connection, answer: Answer, is_head: bool) -> bytes:
    """An answer as bytes."""
    headers = [
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(answer.body))),
        ("Cache-Control", "no-store"),
        ("Connection", "close"),
    ]
    if answer.allow:
        headers.append(("Allow", "GET, HEAD"))
    head = h11.Response(
        status_code=answer.status, headers=headers, reason=answer.status.phrase.encode()
    )
    parts = [connection.send(head)]
    if not is_head:
        parts.append(connection.send(h11.Data(data=answer.body)))
    parts.append(connection.send(h11.EndOfMessage()))
    return b"".join(part for part in parts if part)
