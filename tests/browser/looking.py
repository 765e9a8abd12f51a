"""A page in a browser without a window: what its layout engine says of it."""

import html
import re
import shutil
import subprocess
from pathlib import Path

import msgspec

BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
MISSING = f"no browser on the path, none of {', '.join(BROWSERS)}: on Debian, install the first"
SECONDS = 60
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--disable-background-networking", "--no-first-run", "--hide-scrollbars",
)  # fmt: skip
# Runs in a copy of the page, once that is laid out; what it finds becomes the page's only text.
PROBE = """<script>addEventListener("load", () => {
  const box = (each) => {
    const {x, y, width, height} = each.getBoundingClientRect();
    return {x, y, width, height, words: each.textContent};
  };
  const all = (root, what) => [...root.querySelectorAll(what)].map(box);
  const found = {
    wide: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
    loaded: performance.getEntriesByType("resource").map((each) => each.name),
    pictures: [...document.querySelectorAll("svg")].map((each) => ({
      place: box(each), bars: all(each, "rect"), words: all(each, "text"),
    })),
    cells: [...document.querySelectorAll("th, td")].map((each) => ({
      words: each.textContent, at: getComputedStyle(each).textAlign,
    })),
    headings: all(document, "h1, h2, h3"),
  };
  const said = document.createElement("pre");
  said.id = "found";
  said.textContent = JSON.stringify(found);
  document.body.replaceChildren(said);
});</script>"""


class Box(msgspec.Struct, frozen=True):
    """Where something is, in pixels of the window."""

    x: float
    y: float
    width: float
    height: float
    words: str

    def holds(self, other: "Box", slack: float = 1.0) -> bool:
        """Whether the other is within it, but for a rounded pixel."""
        return (
            self.x - slack <= other.x
            and self.y - slack <= other.y
            and other.x + other.width <= self.x + self.width + slack
            and other.y + other.height <= self.y + self.height + slack
        )

    def touches(self, other: "Box") -> bool:
        """Whether they cover each other."""
        return (
            min(self.x + self.width, other.x + other.width) - max(self.x, other.x) > 1.0
            and min(self.y + self.height, other.y + other.height) - max(self.y, other.y) > 1.0
        )


class Picture(msgspec.Struct, frozen=True):
    """A chart."""

    place: Box
    bars: list[Box]
    words: list[Box]


class Cell(msgspec.Struct, frozen=True):
    """A cell of a table."""

    words: str
    at: str


class Looked(msgspec.Struct, frozen=True):
    """What there is to see."""

    wide: float  # the page, if it had no window
    window: float
    loaded: list[str]  # anything beside the page itself
    pictures: list[Picture]
    cells: list[Cell]
    headings: list[Box]


def looked_at(page: str, folder: Path, width: int) -> Looked:
    """Lay a page out in a window of this width. Raises AssertionError without a browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert browser is not None, MISSING
    file = folder / f"page-{width}.html"
    file.write_text(page.replace("</body>", f"{PROBE}</body>"), "utf-8")
    shown = subprocess.run(
        [browser, *FLAGS, f"--window-size={width},900", f"--user-data-dir={folder / 'profile'}",
         "--dump-dom", file.as_uri()],
        capture_output=True, text=True, timeout=SECONDS, check=True,
    )  # fmt: skip
    found = re.search(r'<pre id="found">(.*)</pre>', shown.stdout, re.DOTALL)
    assert found is not None, f"the page was not laid out: {shown.stderr[-500:]}"
    return msgspec.json.decode(html.unescape(found[1]), type=Looked)
