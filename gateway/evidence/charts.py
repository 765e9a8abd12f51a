"""Charts of the report, drawn as SVG: no script, no font and no colour from elsewhere."""

from collections.abc import Iterable
from html import escape

WIDTH = 720
LEFT, ROW, BAR = 190, 24, 14  # pixels: room for names, a row, the bar in it
TOTAL, BOTH = 60, 125  # pixels: room for a count behind the bars, for two latencies
COLOURS = {
    "matched": "#2f7d4f", "ignored": "#8fbf9f", "mismatched": "#c0392b", "shadow_error": "#8e2a5b",
    "unanswered": "#d68910", "not_comparable": "#a6a6a6",
    "S0": "#c0392b", "S1": "#d68910", "S2": "#2d6fa3", "S3": "#a6a6a6",
    "primary": "#2d6fa3", "shadow": "#7a4fa3",
}  # fmt: skip


def stacked(title: str, rows: Iterable[tuple[str, dict[str, int]]], names: tuple[str, ...]) -> str:
    """A bar for each row, its parts by share; the names are explained below."""
    shown = [(name, parts) for name, parts in rows if sum(parts.values())]
    marks = []
    for number, (name, parts) in enumerate(shown):
        y, x, total = number * ROW, float(LEFT), sum(parts.values())
        marks.append(_name(name, y))
        for part in names:
            wide = (WIDTH - LEFT - TOTAL) * parts.get(part, 0) / total
            if wide:
                marks.append(_bar(x, y, wide, part, f"{name}: {part} {parts[part]} of {total}"))
            x += wide
        marks.append(_behind(str(total), y))
    return _svg(title, marks, len(shown), names)


def over_time(
    title: str, days: Iterable[tuple[str, dict[str, int]]], names: tuple[str, ...]
) -> str:
    """A column for each day, its parts on one another."""
    shown = list(days)[-60:]
    tallest = max((sum(parts.get(name, 0) for name in names) for _, parts in shown), default=0)
    high, wide = 120, (WIDTH - 60) / max(len(shown), 1)
    marks = [f'<text x="0" y="12">{tallest}</text><path d="M40 {high}H{WIDTH}" class="axis"/>']
    for number, (day, parts) in enumerate(shown):
        x, y = 44 + number * wide, float(high)
        for name in names:
            tall = (high - 14) * parts.get(name, 0) / tallest if tallest else 0.0
            y -= tall
            if tall:
                hint = escape(f"{day}: {name} {parts[name]}")
                marks.append(
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(wide - 3, 1):.1f}"'
                    f' height="{tall:.1f}" fill="{COLOURS[name]}"><title>{hint}</title></rect>'
                )
        if number in (0, len(shown) - 1):
            anchor = "start" if number == 0 else "end"
            at = x if number == 0 else x + wide
            marks.append(
                f'<text x="{at:.1f}" y="{high + 16}" text-anchor="{anchor}">{escape(day)}</text>'
            )
    return _svg(title, marks, 6, names)


def latencies(title: str, rows: Iterable[tuple[str, float, float]]) -> str:
    """Two bars a row, the primary's and the shadow's, in seconds."""
    shown = [row for row in rows if row[1] or row[2]]
    longest = max((max(row[1:]) for row in shown), default=1.0) or 1.0
    marks = []
    for number, (name, primary, shadow) in enumerate(shown):
        y = number * ROW
        marks.append(_name(name, y))
        for offset, who, seconds in ((2, "primary", primary), (11, "shadow", shadow)):
            wide = (WIDTH - LEFT - BOTH) * seconds / longest
            hint = escape(f"{name}: {who} {seconds * 1000:g} ms")
            marks.append(
                f'<rect x="{LEFT}" y="{y + offset}" width="{wide:.1f}" height="8"'
                f' fill="{COLOURS[who]}"><title>{hint}</title></rect>'
            )
        marks.append(_behind(f"{primary * 1000:g} / {shadow * 1000:g} ms", y))
    return _svg(title, marks, len(shown), ("primary", "shadow"))


def _name(name: str, y: int) -> str:
    return f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>'


def _behind(words: str, y: int) -> str:
    return f'<text x="{WIDTH}" y="{y + 13}" text-anchor="end">{escape(words)}</text>'


def _bar(x: float, y: int, wide: float, part: str, hint: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y + 2}" width="{wide:.1f}" height="{BAR}"'
        f' fill="{COLOURS[part]}"><title>{escape(hint)}</title></rect>'
    )


def _svg(title: str, marks: list[str], rows: int, names: tuple[str, ...]) -> str:
    high = rows * ROW + 34
    legend = []
    for number, name in enumerate(names):
        x, y = number * 118, rows * ROW + 14
        legend.append(f'<rect x="{x}" y="{y}" width="11" height="11" fill="{COLOURS[name]}"/>')
        legend.append(f'<text x="{x + 16}" y="{y + 10}">{escape(name.replace("_", " "))}</text>')
    return (
        f'<div class="wide"><svg viewBox="0 0 {WIDTH} {high}" role="img"'
        f' aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">'
        f"{''.join(marks + legend)}</svg></div>"
    )
