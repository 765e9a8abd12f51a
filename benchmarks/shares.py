"""Which parts of the gateway have which share of an exchange, as a probe in it sees them."""

from statistics import median

from benchmarks import peers
from benchmarks.figures import Order, Outcome, Share, brief
from benchmarks.output import say
from benchmarks.trial import measured

NAMES = ("gateway-pass-through", "gateway-translated", "gateway-shadow")
COLLECTOR, THREADS = "garbage collection", "store, its thread"
ASKED = (COLLECTOR, "timers, pings", "metrics", "logging", "store, handing over", THREADS)


def measure(
    *, quick: bool, repeats: int, stations: int, names: tuple[str, ...] = NAMES
) -> list[Share]:
    """Each gateway in closed loop, round by round."""
    proxies = [proxy for proxy in peers.PROXIES if proxy.name in names]
    found = {proxy.name: Share(proxy.name, runs=[]) for proxy in proxies}
    warm_up, seconds = (0.1, 0.3) if quick else (1.5, 4.0)
    for count in range(1, repeats + 1):
        for proxy in proxies:
            share = found[proxy.name]
            if share.fault:
                continue
            order = Order(0, 0, 0, stations, warm_up, seconds, probed=True)
            outcome = measured(proxy, order)
            share.fault = outcome.fault
            share.runs.append(outcome)
            said = brief(outcome.fault) or f"{outcome.probe['looks']} looks"
            say(f"shares {count} of {repeats}  {proxy.name:22} {said}")
    return list(found.values())


def parts(run: Outcome) -> dict[str, float]:
    """The share of each part; together they are all CPU time of the window.

    Collections and threads are what clocks say. The looks divide the rest of the main thread.
    """
    told = run.probe
    whole, main, collected = told["all_ns"], told["main_ns"], told["gc_ns"]
    seen = {name: ns for name, ns in told["parts_ns"].items() if name != COLLECTOR}
    scale = (main - collected) / whole / max(sum(seen.values()), 1)
    found = {name: ns * scale for name, ns in seen.items()}
    return {**found, COLLECTOR: collected / whole, THREADS: max(whole - main, 0) / whole}


def lines(shares: list[Share]) -> list[str]:
    """The table, none if nothing was measured."""
    if not shares:
        return []
    if faults := [
        f"- {share.name} FAILED: {brief(share.fault)}" for share in shares if share.fault
    ]:
        return ["Shares:", "", *faults]
    found = [[parts(run) for run in share.runs] for share in shares]
    names = {name for runs in found for run in runs for name in run}
    last = [median(run.get(name, 0.0) for run in found[-1]) for name in names]
    others = [name for _, name in sorted(zip(last, names, strict=True), reverse=True)]
    head = ["part of the CPU time of an exchange", *(share.name for share in shares)]
    rows = [head, ["---"] + ["---:"] * len(shares)]
    for name in [*ASKED, *(name for name in others if name not in ASKED)]:
        each = [median(run.get(name, 0.0) for run in runs) for runs in found]
        rows.append([name, *(f"{100 * value:.1f} %" for value in each)])
    rows.append(["us CPU / exchange, with the probe", *(f"{cost(share):.1f}" for share in shares)])
    rows.append(["longest collection, ms", *(f"{pause(share):.1f}" for share in shares)])
    rows.append(["looks", *(f"{looks(share):,}" for share in shares)])
    return ["Shares, in closed loop:", "", *(f"| {' | '.join(cells)} |" for cells in rows)]


def cost(share: Share) -> float:
    """CPU microseconds an exchange."""
    return median(run.busy.us_per_exchange for run in share.runs if run.busy)


def pause(share: Share) -> float:
    """CPU milliseconds of the longest collection in any run: nobody is served meanwhile."""
    pauses: list[int] = [run.probe["gc_most_ns"] for run in share.runs]
    return max(pauses) / 1e6


def looks(share: Share) -> int:
    """How often it was looked, in all runs."""
    counts: list[int] = [run.probe["looks"] for run in share.runs]
    return sum(counts)
