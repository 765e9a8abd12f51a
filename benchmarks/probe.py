"""A probe inside a gateway, put there from outside: where the CPU time of a window went.

A copy of this file, as `sitecustomize` on PYTHONPATH, is read by Python before the program is.
SIGUSR2 begins a window, and a second one ends it and writes what was found. 250 times in a second
of CPU time it looks at the main thread's stack, and weighs what it sees with the CPU time that
this thread took since the look before. Collections of the garbage collector are timed. Standard
library only, and nothing of the program is changed.
"""

import gc
import json
import linecache
import os
import shutil
import signal
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

VARIABLE = "BENCHMARK_PROBE"  # where to write; without it this file does nothing
INTERVAL = 0.004  # seconds of CPU time; the kernel's own tick is no finer
PATIENCE = 5.0  # seconds for the answer
# The innermost frame that is of one of these names the part; the first that fits does.
PARTS = (
    ("/gateway/wire/timers.py", "timers, pings"),
    ("/gateway/wire/keepalive.py", "timers, pings"),
    ("/gateway/core/tally.py", "metrics"),
    ("/gateway/ops/logs.py", "logging"),
    ("/structlog/", "logging"),
    ("/gateway/ops/", "metrics"),
    ("/gateway/store/", "store, handing over"),
    ("/gateway/wire/journal.py", "store, handing over"),
    ("/gateway/evidence/", "shadows, evidence"),
    ("/gateway/core/shadows/", "shadows, evidence"),
    ("/gateway/core/comparison/", "shadows, evidence"),
    ("/vendor_quirks/", "quirks"),
    ("/gateway/core/mend", "quirks"),
    ("/adapters/translation/", "translation"),
    ("/adapters/", "frames, payloads"),
    ("/gateway/core/", "core"),
    ("/gateway/wire/", "sockets, framing"),
    ("/gateway/", "the rest"),
    ("/trio/", "trio"),
)
ALARMS = {"_keep_time", "_tick", "tick"}  # whatever is done below these is a deadline's work
Line = tuple[str, int, str]


def installed(folder: Path) -> dict[str, str]:
    """Put a copy into a proxy's folder: what its environment needs to have it."""
    place = folder / "probe"
    place.mkdir()
    shutil.copyfile(__file__, place / "sitecustomize.py")
    path = [str(place), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"PYTHONPATH": os.pathsep.join(path), VARIABLE: str(folder / "probe.told")}


def told(folder: Path) -> dict[str, Any]:
    """What the probe wrote at its window's end. Raises OSError if it wrote nothing."""
    deadline = time.monotonic() + PATIENCE
    while not (folder / "probe.told").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    found: dict[str, Any] = json.loads((folder / "probe.told").read_text())
    return found


class Probe:
    """One window's looks at the main thread."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.open, self.wakes = False, -1
        self.known: dict[str, str] = {}
        self.reset()

    def reset(self) -> None:
        """Forget what was before the window."""
        self.weights: Counter[Line] = Counter()
        self.collected, self.gc_ns, self.gc_most_ns, self.gc_began = 0, 0, 0, 0
        self.looks, self.other_ns = 0, 0
        self.main_ns, self.all_ns = time.thread_time_ns(), time.process_time_ns()
        self.first = self.main_ns, self.all_ns

    def toggle(self, _: int, __: FrameType | None) -> None:
        """Begin a window, or end it and tell."""
        self.open = not self.open
        if self.open:
            self.reset()
            self.wakes = signal.set_wakeup_fd(-1)  # no look is a reason for the loop to turn
            signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
        else:
            signal.setitimer(signal.ITIMER_PROF, 0.0)
            signal.set_wakeup_fd(self.wakes, warn_on_full_buffer=False)
            self.tell()

    def look(self, _: int, frame: FrameType | None) -> None:
        """What the main thread is at; heavier, the more of the time since was its own."""
        now = time.thread_time_ns()
        weight, self.main_ns = now - self.main_ns, now
        self.looks += 1
        self.weights[self.line(frame)] += weight

    def line(self, frame: FrameType | None) -> Line:
        """The innermost line of a known part, and that part."""
        found: Line | None = None
        while frame is not None:
            file = frame.f_code.co_filename
            part = self.known.get(file)
            if part is None:
                part = self.known[file] = part_of(file)
            if frame.f_code.co_name in ALARMS and "/gateway/" in file:
                return file, frame.f_lineno or 0, "timers, pings"
            if part and found is None:
                found = file, frame.f_lineno or 0, part
            frame = frame.f_back
        return found or ("", 0, "the rest")

    def collecting(self, phase: str, _: dict[str, int]) -> None:
        """Time a collection."""
        now = time.thread_time_ns()
        if phase == "start":
            self.gc_began = now
        elif self.gc_began:
            self.gc_ns += now - self.gc_began
            self.gc_most_ns = max(self.gc_most_ns, now - self.gc_began)
            self.collected += 1

    def tell(self) -> None:
        """Write the window down, whole or not at all."""
        main, all_ = time.thread_time_ns(), time.process_time_ns()
        parts: Counter[str] = Counter()
        for (file, number, part), weight in self.weights.items():
            parts[named(file, number, part)] += weight
        said = {
            "main_ns": main - self.first[0],
            "all_ns": all_ - self.first[1],
            "gc_ns": self.gc_ns,
            "gc_most_ns": self.gc_most_ns,
            "collections": self.collected,
            "looks": self.looks,
            "parts_ns": dict(parts),
        }
        Path(f"{self.path}.new").write_text(json.dumps(said))
        Path(f"{self.path}.new").rename(self.path)


def part_of(file: str) -> str:
    """The part that a file belongs to, none for a library's."""
    if file == __file__:
        return "garbage collection"  # looks that had to wait for a collection come in its callback
    return next((part for piece, part in PARTS if piece in file), "")


def named(file: str, number: int, part: str) -> str:
    """A line that counts is metrics, wherever it stands."""
    text = linecache.getline(file, number)
    counts = "tally" in text or ".observe(" in text
    return "metrics" if counts and "/gateway/" in file and part != "timers, pings" else part


def begin() -> None:
    """Be there, and wait for the first signal."""
    found = Probe(os.environ.pop(VARIABLE))
    gc.callbacks.append(found.collecting)
    signal.signal(signal.SIGPROF, found.look)
    signal.signal(signal.SIGUSR2, found.toggle)


if __name__ == "sitecustomize" and VARIABLE in os.environ:
    begin()
