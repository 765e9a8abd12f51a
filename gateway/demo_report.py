"""What the demo prints: a line for each thing that happens, and the table at the end."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import h11
import trio

SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? ([0-9.e+-]+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Check(NamedTuple):
    """Something that must be true at the end."""

    what: str
    holds: bool


def title(text: str) -> None:
    """A part of the story begins."""
    print(f"\n== {text}", flush=True)


def say(who: str, what: str) -> None:
    """Somebody does something."""
    print(f"  {who:<30} {what}", flush=True)


class Report:
    """The gateway's own counts, over all of its lives."""

    def __init__(self, address: str) -> None:
        self.host, _, port = address.rpartition(":")
        self.port = int(port)
        self.counts: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()

    async def get(self, path: str) -> tuple[int, str]:
        """One HTTP GET of the admin address."""
        connection = h11.Connection(h11.CLIENT)
        request = h11.Request(
            method="GET", target=path, headers=[("Host", self.host), ("Connection", "close")]
        )
        status, body = 0, b""
        async with await trio.open_tcp_stream(self.host, self.port) as stream:
            await stream.send_all(connection.send(request) + connection.send(h11.EndOfMessage()))
            while not isinstance(event := connection.next_event(), h11.EndOfMessage):
                if event is h11.NEED_DATA:
                    connection.receive_data(await stream.receive_some(65536))
                elif isinstance(event, h11.Response):
                    status = event.status_code
                elif isinstance(event, h11.Data):
                    body += bytes(event.data)
        return status, body.decode()

    async def is_ready(self) -> bool:
        """Whether stations may come."""
        try:
            return (await self.get("/readyz"))[0] == 200
        except (OSError, h11.RemoteProtocolError):
            return False

    async def collect(self) -> None:
        """Add what this life of the gateway counted to what earlier ones did."""
        for line in (await self.get("/metrics"))[1].splitlines():
            found = SAMPLE.match(line)
            if found and found[1].endswith("_total"):
                labels = tuple(sorted(LABEL.findall(found[2] or "")))
                self.counts[found[1], labels] += int(float(found[3]))

    def total(self, name: str, **labels: str) -> int:
        """The sum of a counter over the label values that are not named."""
        return sum(
            count
            for (found, have), count in self.counts.items()
            if found == f"ocpp_gateway_{name}_total" and set(labels.items()) <= set(have)
        )

    def by(self, name: str, label: str) -> str:
        """A counter by one label, for people."""
        found: Counter[str] = Counter()
        for (metric, have), count in self.counts.items():
            if metric == f"ocpp_gateway_{name}_total" and count:
                found[dict(have)[label]] += count
        return ", ".join(f"{what} {count}" for what, count in sorted(found.items())) or "none"

    def print_table(self) -> None:
        """What the metrics say."""
        heard = self.total("frames", direction="in")
        said = self.total("frames", direction="out")
        sessions = self.total("frames", leg="station", direction="out", type="result",
                              action="StartTransaction")  # fmt: skip
        sessions += self.total("translations", pairing="201_to_16", action="TransactionEvent") > 0
        title("What the metrics say, over both lives of the gateway")
        rows = [
            ("charging sessions", str(sessions)),
            ("messages", f"{heard} heard, {said} said"),
            ("translated", self.by("translations", "outcome")),
            ("repairs", self.by("quirk_repairs", "quirk")),
            ("declared losses", self.by("translation_loss", "rule")),
            ("shadow decisions", self.by("shadow_comparisons", "verdict")),
            ("  that touch money or access", self._serious()),
            ("commands of shadows, kept away", str(self.total("shadow_commands"))),
            ("frames refused", self.by("frames_refused", "reason")),
        ]
        for name, value in rows:
            print(f"  {name:<31} {value}")

    def _serious(self) -> str:
        serious = self.total("shadow_comparisons", verdict="mismatched", severity="S0")
        return f"{serious} differ"

    def verdict(self, checks: Iterable[Check]) -> bool:
        """Print what had to hold; whether all of it did."""
        title("What had to hold")
        went_well = True
        for check in checks:
            print(f"  {'yes' if check.holds else 'NO '}  {check.what}")
            went_well = went_well and check.holds
        return went_well
