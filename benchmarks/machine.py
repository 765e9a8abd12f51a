"""What Linux tells about processes and the machine: CPU time, memory, cores, names."""

import os
import platform
import re
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

PROC = Path("/proc")


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for parent in found:
        for task in (PROC / str(parent) / "task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def cpu_ns(pids: list[int]) -> int:
    """CPU nanoseconds, user and system, of processes with all their threads, ended ones too.

    The id of another process' CPU clock is what clock_getcpuclockid(3) makes of its pid on Linux;
    /proc/<pid>/stat has the same sum, but rounded to 10 ms.
    """
    return sum(time.clock_gettime_ns((~pid << 3) | 2) for pid in pids)


def core_ns(core: int) -> int:
    """Nanoseconds that a core was not idle since the machine started, in ticks of 10 ms.

    Time that the host took from a virtual machine counts as not idle.
    """
    found = re.search(rf"(?m)^cpu{core} (.+)", (PROC / "stat").read_text())
    assert found
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, found[1].split()[:8])
    ticks = user + nice + system + irq + softirq + steal
    return ticks * 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def rss_kib(pids: list[int]) -> int:
    """Resident memory, counted page by page (statm is rounded per core)."""
    texts = [(PROC / str(pid) / "smaps_rollup").read_text() for pid in pids]
    return sum(int(re.findall(r"(?m)^Rss:\s+(\d+)", text)[0]) for text in texts)


def cores() -> tuple[int, int]:
    """The proxy's core and the load's; the same one where there is no second."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[-1]


def facts() -> dict[str, Any]:
    """What the figures depend on."""
    cpu = re.search(r"model name\s*:\s*(.+)", (PROC / "cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", (PROC / "meminfo").read_text())
    proxy, load = cores()
    return {
        "system": platform.platform(),
        "kernel": platform.release(),
        "cpu": cpu[1] if cpu else platform.processor(),
        "cores": os.cpu_count(),
        "proxy_core": proxy,
        "load_core": load,
        "memory_kib": int(memory[1]) if memory else 0,
        "python": platform.python_version(),
        "load_average_before": os.getloadavg(),
        "uvloop": version("uvloop"),
        "websockets": version("websockets"),
    }
