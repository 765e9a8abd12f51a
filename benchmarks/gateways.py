"""Our own gateway as it is measured: its configuration, and how it is started."""

import importlib.util
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import msgspec

from benchmarks import certificate
from benchmarks.figures import FarEnds

CONFIG = """\
[listen]
url = "{scheme}://127.0.0.1:{port}/ocpp"
security_profile = 0
{tls}
{csms}
[[segment]]
name = "benchmark"
match = {{ identity = "*" }}
primary = "primary"
shadows = [{shadows}]

[store]
url = "{store}"

[admin]
listen = "127.0.0.1:{admin_port}"
{more}"""
CSMS = """\
[[csms]]
name = "{role}"
url = "ws://127.0.0.1:{port}/ocpp"
version = "{version}"
"""
TLS = f"""\
certificate = "{certificate.CERTIFICATE}"
private_key = "{certificate.KEY}"
"""


class Place(msgspec.Struct, frozen=True):
    """Where one proxy is to run: its folder, its ports, and the ports of the CSMSs by role."""

    folder: Path
    port: int
    admin_port: int
    csms: dict[str, int]

    def written(self, name: str, text: str) -> str:
        """Write a file into the proxy's folder, and tell its path."""
        path = self.folder / name
        path.write_text(text)
        return str(path)


def command_path() -> Path:
    """The console script beside this Python."""
    return Path(sys.executable).parent / "ocpp-gateway"


def is_here() -> bool:
    """Whether the console script and its worker are installed."""
    return command_path().exists() and importlib.util.find_spec("gateway.worker") is not None


def version_here() -> str:
    """The version of the gateway that is installed."""
    return version("ocpp-gateway")


def gateway(ends: FarEnds, more: str = "") -> Callable[[Place], list[str]]:
    """One worker with the CSMSs of `ends` behind it; `more` ends its configuration."""

    def command(place: Place) -> list[str]:
        csms = "\n".join(
            CSMS.format(role=role, port=place.csms[role], version=spoken)
            for role, spoken in ends.csms.items()
        )
        text = CONFIG.format(
            scheme="wss" if ends.tls else "ws",
            tls=TLS if ends.tls else "",
            port=place.port,
            csms=csms,
            shadows=", ".join(f'"{role}"' for role in ends.csms if role != "primary"),
            store=f"sqlite://{place.folder}/state.db",
            admin_port=place.admin_port,
            more=more,
        )
        return [str(command_path()), "run", "--config", place.written("gateway.toml", text)]

    return command
