"""One trial: a proxy on its core, the load on another, and what the load found of it."""

import contextlib
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from benchmarks import certificate, machine, probe, started
from benchmarks.figures import FarEnds, Order, Outcome
from benchmarks.gateways import Place
from benchmarks.peers import Proxy

LOAD = [sys.executable, "-m", "benchmarks.load"]
REPAIRS = re.compile(r'(?m)^ocpp_gateway_quirk_repairs_total\{quirk="([^"]+)"\} (\S+)')


class Stage(msgspec.Struct, frozen=True):
    """A proxy that runs with its CSMSs behind it, and the load that waits for an order."""

    place: Place
    pid: int
    core: int
    load: "subprocess.Popen[bytes]"


def measured(proxy: Proxy, order: Order) -> Outcome:
    """Start a proxy, have the load do what is ordered (its port, pid and core apart), end both."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker is another user
        try:
            with staged(proxy, folder, probed=order.probed) as stage:
                outcome = obeyed(stage, order)
                if proxy.mends and not outcome.fault:
                    outcome = mended(proxy, stage, outcome)
                if order.probed and not outcome.fault:
                    outcome = msgspec.structs.replace(outcome, probe=probe.told(folder))
        except (started.StartError, OSError) as error:
            return Outcome(fault=str(error))
        if outcome.fault:
            last = started.last_words(folder / "proxy.log")
            return msgspec.structs.replace(outcome, fault=f"{outcome.fault}; the proxy: {last}")
        return outcome


@contextlib.contextmanager
def staged(proxy: Proxy, folder: Path, *, probed: bool = False) -> Iterator[Stage]:
    """Start the load, and the proxy in front of its CSMSs."""
    proxy_core, load_core = machine.cores()
    log, load_log = folder / "proxy.log", folder / "load.log"
    ends: FarEnds = proxy.ends
    if ends.tls:
        certificate.make(folder)
        ends = msgspec.structs.replace(ends, certificate=str(folder))
    more = probe.installed(folder) if probed else {}
    with started.process(LOAD, load_core, load_log, talks=True) as load:
        ports = msgspec.json.decode(asked(load, ends, load_log), type=dict[str, int])
        place = Place(folder, started.free_port(), started.free_port(), ports)
        with started.process(proxy.command(place), proxy_core, log, more=more) as running:
            started.wait_for_port(running, place.port, log)
            yield Stage(place, running.pid, proxy_core, load)


def obeyed(stage: Stage, order: Order) -> Outcome:
    """What the load found. Raises StartError."""
    whole = msgspec.structs.replace(
        order, port=stage.place.port, pid=stage.pid, core=stage.core
    )  # fmt: skip
    answer = asked(stage.load, whole, stage.place.folder / "load.log")
    return msgspec.json.decode(answer, type=Outcome)


def asked(load: "subprocess.Popen[bytes]", question: msgspec.Struct, log: Path) -> bytes:
    """Tell the load one line, and hear one. The load bounds its own time."""
    assert load.stdin
    assert load.stdout
    load.stdin.write(msgspec.json.encode(question) + b"\n")
    load.stdin.flush()
    line = load.stdout.readline()
    if not line:
        raise started.StartError(f"the load ended: {started.last_words(log)}")
    return line


def mended(proxy: Proxy, stage: Stage, outcome: Outcome) -> Outcome:
    """With what the gateway says that it mended: less than once an exchange is a fault."""
    assert outcome.verified
    url = f"http://127.0.0.1:{stage.place.admin_port}/metrics"
    with urllib.request.urlopen(url, timeout=20) as page:
        counted = {name: int(float(n)) for name, n in REPAIRS.findall(page.read().decode())}
    found = {name: counted.get(name, 0) for name in proxy.mends}
    more: dict[str, Any] = {"mended": found}
    if min(found.values()) < outcome.verified.sent:
        more["fault"] = f"{outcome.verified.sent} exchanges, but quirks mended {found}"
    return msgspec.structs.replace(outcome, **more)
