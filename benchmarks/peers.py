"""The proxies that are measured: what each needs, its configuration, and how it is started."""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import msgspec

from benchmarks.figures import FarEnds

HERE = Path(__file__).parent
APT = "apt-get install haproxy nginx"
NPM = "npm install --no-package-lock --prefix benchmarks"
SETUP = "make setup"


class Place(msgspec.Struct, frozen=True):
    """Where one proxy is to run: its folder, its ports, and the ports of the CSMSs by role."""

    folder: Path
    port: int
    admin_port: int
    csms: dict[str, int]


class Proxy(msgspec.Struct, frozen=True):
    """One thing to measure. `command` writes what the proxy needs and tells how it is run."""

    name: str
    what: str
    is_here: Callable[[], bool]
    install: str
    version: Callable[[], str]
    command: Callable[[Place], list[str]]
    ends: FarEnds = FarEnds("1.6", {"primary": "1.6"})


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
        listen 127.0.0.1:{port};
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
    bind 127.0.0.1:{port}
    default_backend csms
backend csms
    server csms 127.0.0.1:{csms}
"""
GATEWAY = """\
[listen]
url = "ws://127.0.0.1:{port}/ocpp"
security_profile = 0

{csms}
[[segment]]
name = "benchmark"
match = {{ identity = "*" }}
primary = "primary"
shadows = [{shadows}]

[store]
url = "sqlite://{folder}/state.db"

[admin]
listen = "127.0.0.1:{admin_port}"
"""
GATEWAY_CSMS = """\
[[csms]]
name = "{role}"
url = "ws://127.0.0.1:{port}/ocpp"
version = "{version}"
"""


def written(place: Place, name: str, text: str) -> str:
    """Write a file into the proxy's folder, and tell its path."""
    path = place.folder / name
    path.write_text(text)
    return str(path)


def nginx(place: Place) -> list[str]:
    """A master and one worker; both are counted."""
    text = NGINX.format(folder=place.folder, port=place.port, csms=place.csms["primary"])
    return ["nginx", "-e", f"{place.folder}/error.log", "-c", written(place, "nginx.conf", text)]


def haproxy(place: Place) -> list[str]:
    """One thread, in the foreground."""
    text = HAPROXY.format(port=place.port, csms=place.csms["primary"])
    return ["haproxy", "-db", "-f", written(place, "haproxy.cfg", text)]


def node(place: Place) -> list[str]:
    """Node's `ws`, without its optional native parts."""
    return ["node", str(HERE / "proxies/ws_proxy.mjs"), str(place.port), str(place.csms["primary"])]


def python(script: str, *more: str) -> Callable[[Place], list[str]]:
    """A proxy that is a script of proxies/."""
    path = str(HERE / "proxies" / script)
    return lambda at: [sys.executable, path, str(at.port), str(at.csms["primary"]), *more]


def gateway_command() -> Path:
    """The console script beside this Python."""
    return Path(sys.executable).parent / "ocpp-gateway"


def gateway(ends: FarEnds) -> Callable[[Place], list[str]]:
    """Our own gateway, with the CSMSs of `ends` behind it."""

    def command(place: Place) -> list[str]:
        csms = "\n".join(
            GATEWAY_CSMS.format(role=role, port=place.csms[role], version=spoken)
            for role, spoken in ends.csms.items()
        )
        shadows = ", ".join(f'"{role}"' for role in ends.csms if role != "primary")
        text = GATEWAY.format(
            port=place.port,
            csms=csms,
            shadows=shadows,
            folder=place.folder,
            admin_port=place.admin_port,
        )
        return [str(gateway_command()), "run", "--config", written(place, "gateway.toml", text)]

    return command


def gateway_is_here() -> bool:
    """Whether the console script and its worker are installed."""
    return gateway_command().exists() and has_module("gateway.worker")()


def gateway_version() -> str:
    """The version of the gateway that is installed."""
    return version("ocpp-gateway")


def ours(name: str, what: str, ends: FarEnds) -> Proxy:
    """The gateway in one scenario."""
    command = gateway(ends)
    return Proxy(name, what, gateway_is_here, SETUP, gateway_version, command, ends)


def program(name: str, what: str, command: Callable[[Place], list[str]], install: str) -> Proxy:
    """A proxy from a package of the system."""
    ask = said_by(name, "-v")
    return Proxy(name, what, lambda: shutil.which(name) is not None, install, ask, command)


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


PROXIES = (
    program("nginx", "one worker, bytes passed through", nginx, APT),
    program("haproxy", "one thread, bytes passed through", haproxy, APT),
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
    ours("gateway-pass-through", "1.6 station, 1.6 CSMS", FarEnds("1.6", {"primary": "1.6"})),
    ours("gateway-translated", "1.6 station, 2.0.1 CSMS", FarEnds("1.6", {"primary": "2.0.1"})),
    ours("gateway-reverse", "2.0.1 station, 1.6 CSMS", FarEnds("2.0.1", {"primary": "1.6"})),
    ours(
        "gateway-shadow",
        "1.6 station, 2.0.1 CSMS, 1.6 CSMS as a shadow",
        FarEnds("1.6", {"primary": "2.0.1", "shadow": "1.6"}),
    ),
)
