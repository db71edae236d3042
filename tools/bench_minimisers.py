# SPDX-License-Identifier: LGPL-3.0-or-later
"""How far the authors' minimiser and ours come on the same losses: a table and a plot.

For each pair compare-minimisers goes both ways; see there what it prints.  Losses of different
pairs are made comparable by dividing by the authors' lowest."""

import concurrent.futures
import math
import os
import statistics
import subprocess
import tempfile

SIZE, THEIRS, OURS = 200, 1000, 150
NEAR = 1e-3
INK, FAINT, PAPER = "#2b2b2b", "#dddcd6", "#fdfdfb"
COLOURS = {"theirs": "#b4511f", "ours": "#1b68ad", "closer": "#2a8a57"}


def run(program, network, weighting, photos, out):
    """Both ways for one pair; what an earlier run left in `out` is taken as it is."""
    if os.path.exists(out):
        return
    from PIL import Image
    with tempfile.TemporaryDirectory() as scratch:
        pictures = []
        for i, photo in enumerate(photos):
            pictures.append(os.path.join(scratch, f"{i}.ppm"))
            Image.open(photo).convert("RGB").save(pictures[-1])
        with open(out + ".part", "w") as file:
            subprocess.run([program, network, str(SIZE), weighting, str(THEIRS), str(OURS), *pictures],
                           stdout=file, check=True)
    os.rename(out + ".part", out)


def read(path):
    """{"theirs": [(evaluations, total), ...], "ours": ..., "closer": ..., "normal": evaluations}"""
    ways = {way: [] for way in COLOURS}
    with open(path) as file:
        for line in file:
            way, *numbers = line.split()
            if way == "normal":
                ways[way] = float(numbers[0])
            else:
                ways[way].append((float(numbers[0]), float(numbers[1])))
    return ways


def reach(points, level):
    """The first point whose total is no higher; None where there is none."""
    return next((p for p in points if p[1] <= level), None)


def at(points, evaluations):
    """The total after so many evaluations, between points as a straight line on logarithmic axes."""
    for (a, f), (b, g) in zip(points, points[1:]):
        if a <= evaluations <= b:
            a, b, e = (math.log(max(v, 0.5)) for v in (a, b, evaluations))
            t = (e - a) / (b - a) if b > a else 1
            return math.exp(math.log(f) * (1 - t) + math.log(g) * t)
    return None


# ----------------------------------------------------------------------------- the plot

class Plot:
    """Logarithmic axes of an SVG.  The left edge of the box stands for 0 evaluations."""
    left, top, width, height = 68, 24, 640, 372
    x0, x1, y0, y1 = 0.8, 2400, 0.7, 3000

    def __init__(self, title):
        w, h = self.left + self.width + 22, self.top + self.height + 58
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
            f'font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="13" fill="{INK}">',
            f"<title>{title}</title>", f'<rect width="{w}" height="{h}" fill="{PAPER}"/>']

    def x(self, v):
        return self.left + self.width * math.log(max(v, self.x0) / self.x0) / math.log(self.x1 / self.x0)

    def y(self, v):
        v = min(max(v, self.y0), self.y1)
        return self.top + self.height * (1 - math.log(v / self.y0) / math.log(self.y1 / self.y0))

    def text(self, x, y, text, anchor="middle", more=""):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{text}</text>')

    def line(self, points, colour, width, more=""):
        path = " ".join(f"{self.x(a):.1f},{self.y(b):.1f}" for a, b in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" '
                          f'stroke-linejoin="round" {more}/>')

    def axes(self, across, up):
        bottom = self.top + self.height
        for v in (self.x0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000):
            self.line([(v, self.y0), (v, self.y1)], FAINT, 1)
            self.text(self.x(v), bottom + 19, "0" if v < 1 else f"{v:g}")
        for v in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000):
            self.line([(self.x0, v), (self.x1, v)], INK if v == 1 else FAINT, 1)
            self.text(self.left - 8, self.y(v) + 4.5, f"{v:g}", "end")
        self.text(self.left + self.width / 2, bottom + 44, across)
        middle = self.top + self.height / 2
        self.text(20, middle, up, more=f'transform="rotate(-90 20 {middle:.1f})"')

    def save(self, path):
        with open(path, "w") as file:
            file.write("\n".join(self.parts + ["</svg>\n"]))


def draw(rows, path):
    plot = Plot("Total loss against evaluations: the authors' minimiser and ours")
    plot.axes("evaluations, in units of one at full size", "total loss / the authors' lowest")
    grid = [plot.x0 * 1.025 ** k for k in range(400)]
    for way, colour in COLOURS.items():
        for _, ways, lowest in rows:
            plot.line([(e, f / lowest) for e, f in ways[way]], colour, 1, 'stroke-opacity="0.28"')
        values = [[at(ways[way], e) for _, ways, _ in rows] for e in grid]
        plot.line([(e, statistics.median(v / lowest for v, (_, _, lowest) in zip(some, rows)))
                   for e, some in zip(grid, values) if None not in some], colour, 3)
        for _, ways, lowest in rows:
            there = reach(ways[way], (1 + NEAR) * lowest)
            if there and way != "theirs":
                plot.parts.append(f'<circle cx="{plot.x(there[0]):.1f}" cy="{plot.y(1):.1f}" r="3.2" '
                                  f'fill="{colour}" stroke="{PAPER}"/>')
    for way, x, y, text in (("theirs", 150, 700, "the authors'"), ("ours", 150, 2.2, "ours"),
                            ("closer", 150, 1.45, "ours, closer preconditioner")):
        plot.text(plot.x(x), plot.y(y), text, more=f'font-weight="bold" fill="{COLOURS[way]}"')
    plot.save(path)


# ----------------------------------------------------------------------------- the table

def table(rows):
    """Evaluations to the authors' lowest total and to a thousandth above it, where two ways that end in the
    same minimum differ only by how far they were taken."""
    print("| pair | theirs: lowest | theirs: to within 0.1 % | ours: to within 0.1 % | closer | ours: to the lowest "
          "| closer |\n|---|---|---|---|---|---|---|")
    columns = (("theirs", 1 + NEAR), ("ours", 1 + NEAR), ("closer", 1 + NEAR), ("ours", 1), ("closer", 1))
    counts = [[] for _ in columns]
    for pair, ways, lowest in rows:
        cells = []
        for (way, factor), count in zip(columns, counts):
            there = reach(ways[way], factor * lowest)
            count.append(there[0] if there else math.inf)
            cells.append(f"{there[0]:.0f}" if there else f"more than {ways[way][-1][0]:.0f}")
        print(f"| {pair} | {lowest:.3f} | {' | '.join(cells)} |")
    middle = [statistics.median_high(count) for count in counts]
    print(f"| median | | {' | '.join('not reached' if m == math.inf else f'{m:.0f}' for m in middle)} |")


def minimisers(pairs, files, network, program, folder, plot, weighting="relative"):
    """pairs: names; files: name to content, style and label maps, in this order.  As many pairs at a
    time as there are processors."""
    def one(pair):
        out = os.path.join(folder, f"minimisers-{weighting}-{pair}.txt")
        run(program, network, weighting, files(pair), out)
        ways = read(out)
        lowest = min(total for _, total in ways["theirs"])
        print(f"  {pair}: theirs {lowest:.4g}, ours at last {ways['ours'][-1][1]:.4g}", flush=True)
        return pair, ways, lowest

    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        rows = list(pool.map(one, pairs))
    print(f"\nTotal loss, {weighting} weighting, {SIZE} px, {os.path.basename(network)}: "
          f"{THEIRS} + {THEIRS} evaluations of theirs, and ours\n")
    table(rows)
    if plot:
        draw(rows, plot)
        print(f"\nThe plot is {plot}")
