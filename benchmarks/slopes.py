"""What an exchange costs the gateway as stations, pace, quirks and shadows become more."""

from statistics import median

import msgspec

from benchmarks import peers
from benchmarks.figures import FarEnds, Order, Outcome, Slope, Version, brief
from benchmarks.output import say
from benchmarks.trial import measured

STATIONS = (50, 200, 800)
USUAL = 200  # stations
RATE = 2000.0  # exchanges a second, where something else grows
RATES = (RATE, 500.0, 6000.0)  # where they grow
NO_QUIRKS = '[quirks]\noff = ["*"]\n'
SHADOWS: dict[str, Version] = {"shadow": "1.6", "second": "2.0.1"}
WAYS: dict[str, Version] = {"pass-through": "1.6", "translated": "2.0.1"}


class Point(msgspec.Struct, frozen=True):
    """One gateway, so many stations, one pace or several."""

    name: str
    proxy: peers.Proxy
    stations: int = USUAL
    rates: tuple[float, ...] = (RATE,)


def points() -> list[Point]:
    """Whatever is measured: each thing grows alone."""
    found = []
    for way, csms in WAYS.items():
        plain = FarEnds("1.6", {"primary": csms})
        for count in STATIONS:
            rates = RATES if count == USUAL else (RATE,)
            name = f"{way}, {count} stations"
            found.append(Point(name, peers.ours(name, "", plain), count, rates))
        found.append(point(f"{way}, no quirks", plain, NO_QUIRKS))
        flawed = msgspec.structs.replace(plain, flawed=True)
        found.append(point(f"{way}, quirks firing", flawed, mends=peers.MENDS))
    for count in range(1, len(SHADOWS) + 1):
        roles = dict(list(SHADOWS.items())[:count])
        ends = FarEnds("1.6", {"primary": "2.0.1", **roles})
        found.append(point(f"translated, {count} shadow(s)", ends))
    return found


def point(name: str, ends: FarEnds, more: str = "", mends: tuple[str, ...] = ()) -> Point:
    """A gateway with the usual stations at the usual pace."""
    return Point(name, peers.ours(name, "", ends, more, mends))


def measure(wanted: list[Point], *, quick: bool, repeats: int) -> list[Slope]:
    """Those points, round by round."""
    found = {point.name: Slope(point.name, runs=[]) for point in wanted}
    for count in range(1, repeats + 1):
        for each in wanted:
            slope = found[each.name]
            if slope.fault:
                continue
            outcome = measured(each.proxy, order(each, quick=quick))
            slope.fault = outcome.fault
            slope.runs.append(outcome)
            paces = [paced.through for paced in outcome.paced]
            costs = " ".join(f"{pace.us_per_exchange:.1f}" for pace in paces) or brief(
                outcome.fault
            )
            say(f"slopes {count} of {repeats}  {each.name:28} {costs} us CPU an exchange")
    return list(found.values())


def order(each: Point, *, quick: bool) -> Order:
    """What the load is to do at one point."""
    if quick:
        few = max(each.stations // 20, 4)
        rates = tuple(rate / 20 for rate in each.rates)
        return Order(0, 0, 0, few, 0.05, 0.1, rates=rates)
    return Order(0, 0, 0, each.stations, 0.5, 1.5, rates=each.rates)


def lines(slopes: list[Slope]) -> list[str]:
    """The table, none if nothing was measured."""
    if not slopes:
        return []
    if faults := [
        f"- {slope.name} FAILED: {brief(slope.fault)}" for slope in slopes if slope.fault
    ]:
        return ["Slopes:", "", *faults]
    by_name = {slope.name: slope for slope in slopes}
    head = ["what grows", "way", "at", "us CPU / exchange", "KiB / station", "slope"]
    found = [head, ["---"] * 3 + ["---:"] * 2 + ["---"]]
    for way in WAYS:
        found += [of_stations(by_name, way), of_rates(by_name, way), of_quirks(by_name, way)]
    found.append(of_shadows(by_name))
    return ["What grows with what, at a pace that is held (open loop):", "",
            *(f"| {' | '.join(cells)} |" for cells in found)]  # fmt: skip


def of_stations(by_name: dict[str, Slope], way: str) -> list[str]:
    """Stations, all of them together at the same pace."""
    many = [by_name[f"{way}, {count} stations"] for count in STATIONS]
    costs = [cost(slope) for slope in many]
    _, each = line([float(count) for count in STATIONS], costs)
    return [
        f"stations, {RATE:,.0f}/s of all", way, listed(STATIONS, "d"), listed(costs),
        listed([kib(slope) for slope in many]), f"{100 * each:+.1f} us for 100 more",
    ]  # fmt: skip


def of_rates(by_name: dict[str, Slope], way: str) -> list[str]:
    """The pace: what a second costs grows by a constant part and one for each exchange."""
    slope = by_name[f"{way}, {USUAL} stations"]
    costs = {rate: cost(slope, place) for place, rate in enumerate(RATES)}
    base, each = line(list(costs), [rate * spent for rate, spent in costs.items()])
    rates = sorted(costs)
    return ["exchanges/s", way, listed(rates, ",.0f"), listed([costs[rate] for rate in rates]),
            listed([kib(slope)]),
            f"{base / 1e4:+.1f} % of a core, and {each:.1f} us for each"]  # fmt: skip


def of_quirks(by_name: dict[str, Slope], way: str) -> list[str]:
    """Quirks: none loaded, all and none needed, all and two needed by each message."""
    names = ("no quirks", f"{USUAL} stations", "quirks firing")
    three = [by_name[f"{way}, {name}"] for name in names]
    none, plain, firing = costs = [cost(slope) for slope in three]
    return ["quirks", way, "none / all / all, two firing", listed(costs),
            listed([kib(slope) for slope in three]),
            f"{plain - none:+.1f} us loaded, {firing - plain:+.1f} us firing"]  # fmt: skip


def of_shadows(by_name: dict[str, Slope]) -> list[str]:
    """Shadows: of the station's version first, then one of the CSMS's."""
    names = [f"{USUAL} stations", "1 shadow(s)", "2 shadow(s)"]
    three = [by_name[f"translated, {name}"] for name in names]
    costs = [cost(slope) for slope in three]
    _, each = line([0.0, 1.0, 2.0], costs)
    return ["shadows", "translated", "0 / 1 / 2", listed(costs),
            listed([kib(slope) for slope in three]), f"{each:+.1f} us for each"]  # fmt: skip


def listed(figures: tuple[float, ...] | list[float], form: str = ".1f") -> str:
    """Figures side by side."""
    return " / ".join(format(figure, form) for figure in figures)


def cost(slope: Slope, place: int = 0) -> float:
    """CPU microseconds an exchange at one of its paces, the median of the repeats."""
    return median(run.paced[place].through.us_per_exchange for run in slope.runs)


def kib(slope: Slope) -> float:
    """KiB a station, the median of the repeats."""
    return median(kib_of(run) for run in slope.runs)


def kib_of(run: Outcome) -> float:
    """KiB a station in one run."""
    return run.idle.kib_per_station if run.idle else 0.0


def line(at: list[float], found: list[float]) -> tuple[float, float]:
    """The straight line with the least squares: where it begins, how it climbs."""
    x, y = sum(at) / len(at), sum(found) / len(found)
    climb = sum((a - x) * (b - y) for a, b in zip(at, found, strict=True))
    climb /= sum((a - x) ** 2 for a in at)
    return y - climb * x, climb
