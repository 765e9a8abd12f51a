"""Awaiting on plain non-blocking sockets, TLS or not, until the lane takes them over."""

import select
import socket
import ssl
from collections.abc import Awaitable, Callable

import trio

# Who knock at once wait here, a few seconds at most: in a longer queue a fleet that comes back
# would wait longer than its stations have patience, and only those would be served who have left.
BACKLOG = 1024
LEFT = getattr(select, "POLLRDHUP", 0)


async def secure(
    sock: socket.socket,
    context: ssl.SSLContext,
    host: str = "",
    turn: Callable[[], Awaitable[None]] = trio.lowlevel.checkpoint,
) -> ssl.SSLSocket:
    """Do the TLS handshake: as client of `host` if that is given, else as server.

    Each step may take a millisecond; before it a `turn` is waited for. Raises OSError
    (ssl.SSLError is one); `sock` is closed then.
    """
    try:
        tls = context.wrap_socket(
            sock,
            server_side=not host,
            server_hostname=host or None,
            do_handshake_on_connect=False,
        )
    except ValueError as error:  # a host name that cannot be one
        sock.close()
        raise OSError(str(error)) from error
    try:
        while True:
            try:
                tls.do_handshake()
                return tls
            except ssl.SSLWantReadError:
                await trio.lowlevel.wait_readable(tls)
                await turn()
            except ssl.SSLWantWriteError:
                await trio.lowlevel.wait_writable(tls)
    except BaseException:
        tls.close()
        raise


async def receive(sock: socket.socket, size: int = 16_384) -> bytes:
    """Some bytes, empty at the end. Raises OSError."""
    while True:
        try:
            return sock.recv(size)
        except (BlockingIOError, ssl.SSLWantReadError):
            await trio.lowlevel.wait_readable(sock)
        except ssl.SSLWantWriteError:
            await trio.lowlevel.wait_writable(sock)


async def send_all(sock: socket.socket, data: bytes) -> None:
    """Send everything; if that fails or is cancelled the socket is of no use. Raises OSError."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[sock.send(rest) :]
        except (BlockingIOError, ssl.SSLWantWriteError):
            await trio.lowlevel.wait_writable(sock)
        except ssl.SSLWantReadError:
            await trio.lowlevel.wait_readable(sock)


async def connect(host: str, port: int) -> socket.socket:
    """A connected non-blocking socket that sends small frames at once. Raises OSError."""
    stream = await trio.open_tcp_stream(host, port)
    sock = socket.socket(fileno=stream.socket.detach())
    prepare(sock)
    return sock


def has_left(sock: socket.socket) -> bool:
    """Whether the peer has closed, though what it said before may still be unread (on Linux)."""
    poll = select.poll()
    poll.register(sock, LEFT)
    return bool(LEFT and poll.poll(0))


def prepare(sock: socket.socket) -> None:
    """Non-blocking, no Nagle: frames are small and somebody waits for each."""
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


async def listen(host: str, port: int, backlog: int = BACKLOG) -> list[socket.socket]:
    """Listening sockets, one for each address that `host` has. Raises OSError."""
    listeners = await trio.open_tcp_listeners(port, host=host, backlog=backlog)
    return [socket.socket(fileno=listener.socket.detach()) for listener in listeners]


def listen_beside(host: str, port: int, backlog: int = BACKLOG) -> list[socket.socket]:
    """The same, where other processes of ours listen, too: Linux spreads connections over all.

    Waits for the resolver, if `host` is a name. Raises OSError.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return [
        socket.create_server(address[:2], family=family, backlog=backlog, reuse_port=True)
        for family, *_, address in found
    ]
