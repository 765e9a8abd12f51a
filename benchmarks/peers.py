"""The proxies that are measured: what each needs, its configuration, and how it is started."""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

import msgspec

from benchmarks import certificate, gateways
from benchmarks.figures import FarEnds
from benchmarks.gateways import Place

HERE = Path(__file__).parent
APT = "apt-get install haproxy nginx"
NPM = "npm install --no-package-lock --prefix benchmarks"
SETUP = "make setup"
SAME = FarEnds("1.6", {"primary": "1.6"})
SAME_TLS = FarEnds("1.6", {"primary": "1.6"}, tls=True)
FLAWED = FarEnds("1.6", {"primary": "1.6"}, flawed=True)
FLAWED_TRANSLATED = FarEnds("1.6", {"primary": "2.0.1"}, flawed=True)
MENDS = ("shared.sample-value-number", "alfen.context-of-its-own")


class Proxy(msgspec.Struct, frozen=True):
    """One thing to measure. `command` writes what the proxy needs and tells how it is run."""

    name: str
    what: str
    is_here: Callable[[], bool]
    install: str
    version: Callable[[], str]
    command: Callable[[Place], list[str]]
    ends: FarEnds = SAME
    mends: tuple[str, ...] = ()  # quirks that must mend something in every exchange


def said_by(*command: str) -> Callable[[], str]:
    """The version number in what a command prints."""

    def read() -> str:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        found = re.search(r"v?\d+\.\d+[\w.+-]*", done.stdout + done.stderr)
        return found[0] if found else "unknown"

    return read


def has_module(name: str) -> Callable[[], bool]:
    """Whether Python finds a module."""
    return lambda: importlib.util.find_spec(name) is not None


NGINX = """\
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 10000; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port}{tls};
        location / {{
            proxy_pass http://127.0.0.1:{csms};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
            proxy_read_timeout 1h;
        }}
    }}
}}
"""
NGINX_TLS = f"""\
 ssl;
        ssl_certificate {{folder}}/{certificate.CERTIFICATE};
        ssl_certificate_key {{folder}}/{certificate.KEY}"""
HAPROXY = """\
global
    nbthread 1
    maxconn 9000
defaults
    mode http
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    timeout tunnel 1h
frontend stations
    bind 127.0.0.1:{port}{tls}
    default_backend csms
backend csms
    server csms 127.0.0.1:{csms}
"""


def nginx(place: Place, *, tls: bool = False) -> list[str]:
    """A master and one worker; both are counted."""
    at = place.folder
    shown = NGINX_TLS.format(folder=at) if tls else ""
    text = NGINX.format(folder=at, port=place.port, csms=place.csms["primary"], tls=shown)
    return ["nginx", "-e", f"{at}/error.log", "-c", place.written("nginx.conf", text)]


def haproxy(place: Place, *, tls: bool = False) -> list[str]:
    """One thread, in the foreground."""
    shown = f" ssl crt {place.folder}/{certificate.BOTH}" if tls else ""
    text = HAPROXY.format(port=place.port, csms=place.csms["primary"], tls=shown)
    return ["haproxy", "-db", "-f", place.written("haproxy.cfg", text)]


def node(place: Place) -> list[str]:
    """Node's `ws`, without its optional native parts."""
    return ["node", str(HERE / "proxies/ws_proxy.mjs"), str(place.port), str(place.csms["primary"])]


def python(script: str, *more: str) -> Callable[[Place], list[str]]:
    """A proxy that is a script of proxies/."""
    path = str(HERE / "proxies" / script)
    return lambda at: [sys.executable, path, str(at.port), str(at.csms["primary"]), *more]


def ours(name: str, what: str, ends: FarEnds, more: str = "", mends: tuple[str, ...] = ()) -> Proxy:
    """The gateway in one scenario."""
    here, known = gateways.is_here, gateways.version_here
    return Proxy(name, what, here, SETUP, known, gateways.gateway(ends, more), ends, mends)


def program(name: str, what: str, command: Callable[..., list[str]], install: str) -> Proxy:
    """A proxy from a package of the system."""
    ask = said_by(name, "-v")
    return Proxy(name, what, lambda: shutil.which(name) is not None, install, ask, command)


def with_tls(proxy: Proxy, command: Callable[..., list[str]]) -> Proxy:
    """The same with TLS towards the stations."""
    return msgspec.structs.replace(
        proxy,
        name=f"{proxy.name}-tls",
        what=f"{proxy.what}, TLS with the station",
        command=partial(command, tls=True),
        ends=SAME_TLS,
    )


def library(name: str, package: str, what: str, command: Callable[[Place], list[str]]) -> Proxy:
    """A proxy on a Python library."""
    is_here = has_module(package.replace("-", "_"))
    return Proxy(name, what, is_here, SETUP, lambda: version(package), command)


def node_is_here() -> bool:
    """Whether Node and its `ws` are installed."""
    return shutil.which("node") is not None and (HERE / "node_modules/ws").exists()


def node_version() -> str:
    """Node's version, and that of `ws`."""
    package = msgspec.json.decode((HERE / "node_modules/ws/package.json").read_bytes())
    return f"{said_by('node', '--version')()}, ws {package['version']}"


NGINX_ROW = program("nginx", "one worker, bytes passed through", nginx, APT)
HAPROXY_ROW = program("haproxy", "one thread, bytes passed through", haproxy, APT)
PROXIES = (
    NGINX_ROW,
    HAPROXY_ROW,
    Proxy("node-ws", "Node `ws`, texts passed through", node_is_here, NPM, node_version, node),
    library(
        "websockets-uvloop",
        "websockets",
        "`websockets` on uvloop, texts passed through",
        python("websockets_proxy.py", "uvloop"),
    ),
    library(
        "websockets-asyncio",
        "websockets",
        "`websockets` on asyncio, texts passed through",
        python("websockets_proxy.py", "asyncio"),
    ),
    library(
        "trio-websocket",
        "trio-websocket",
        "trio-websocket, texts passed through",
        python("trio_websocket_proxy.py"),
    ),
    ours("gateway-pass-through", "1.6 station, 1.6 CSMS", SAME),
    ours("gateway-translated", "1.6 station, 2.0.1 CSMS", FarEnds("1.6", {"primary": "2.0.1"})),
    ours("gateway-reverse", "2.0.1 station, 1.6 CSMS", FarEnds("2.0.1", {"primary": "1.6"})),
    ours(
        "gateway-shadow",
        "1.6 station, 2.0.1 CSMS, 1.6 CSMS as a shadow",
        FarEnds("1.6", {"primary": "2.0.1", "shadow": "1.6"}),
    ),
    ours("gateway-quirks", "flawed 1.6 station, 1.6 CSMS", FLAWED, mends=MENDS),
    ours(
        "gateway-quirks-translated",
        "flawed 1.6 station, 2.0.1 CSMS",
        FLAWED_TRANSLATED,
        mends=MENDS,
    ),
    with_tls(NGINX_ROW, nginx),
    with_tls(HAPROXY_ROW, haproxy),
    ours("gateway-tls", "1.6 station, 1.6 CSMS, TLS with the station", SAME_TLS),
)
