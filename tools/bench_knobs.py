# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the knobs for structure, photorealism and style weight do, each from a tenth of its usual value to
ten times that: a table, and a plot of edge, energy and colour."""

import statistics

from bench_minimisers import FAINT, INK, PAPER, Plot

KNOBS = {"content-weight": ("structure", "#1b68ad"), "photorealism": ("photorealism", "#2a8a57"),
         "style-weight": ("style weight", "#b4511f")}
FACTORS = (0.1, 0.3, 1, 3, 10)
FORMS = {"edge": "%.3f", "energy": "%.1e", "colour": "%.1f"}
SCALES = {"edge": 1, "energy": 1e4, "colour": 1}
UNITS = {"edge": "edge", "energy": "energy, in 1e-4", "colour": "colour"}


class Panel(Plot):
    """A part of a plot: one figure, on a linear axis between round numbers."""
    top, width, height = 40, 230, 250
    x0, x1 = 0.085, 12

    def __init__(self, parts, number, values):
        self.parts, self.left = parts, 60 + number * (self.width + 58)
        least, most = min(values), max(values)
        self.step = next(s for s in (0.05, 0.1, 0.5, 1, 2, 5, 10, 20) if (most - least) / s < 7)
        self.y0, self.y1 = ((least // self.step) * self.step, (most // self.step + 1) * self.step)

    def y(self, v):
        return self.top + self.height * (1 - (v - self.y0) / (self.y1 - self.y0))

    def axes(self, across, up):
        for v in FACTORS:
            self.line([(v, self.y0), (v, self.y1)], INK if v == 1 else FAINT, 1)
            self.text(self.x(v), self.top + self.height + 19, f"{v:g}")
        for k in range(round((self.y1 - self.y0) / self.step) + 1):
            v = self.y0 + k * self.step
            self.line([(self.x0, v), (self.x1, v)], FAINT, 1)
            self.text(self.left - 8, self.y(v) + 4.5, f"{round(v, 3):g}", "end")
        self.text(self.left + self.width / 2, self.top + self.height + 42, across)
        self.text(self.left + self.width / 2, self.top - 14, up, more='font-weight="bold"')


def draw(rows, path):
    """rows: knob to factor to figures."""
    w, h = 60 + 3 * 288 - 36, 372
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
             f'font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="13" fill="{INK}">',
             "<title>Edge, energy and colour against structure, photorealism and style weight</title>",
             f'<rect width="{w}" height="{h}" fill="{PAPER}"/>']
    for number, (name, scale) in enumerate(SCALES.items()):
        curves = {knob: [(f, scale * figures[name]) for f, figures in row.items()] for knob, row in rows.items()}
        panel = Panel(parts, number, [v for curve in curves.values() for _, v in curve])
        panel.axes("times the usual value", UNITS[name])
        for knob, curve in curves.items():
            panel.line(curve, KNOBS[knob][1], 3)
    for number, (text, colour) in enumerate(KNOBS.values()):
        panel.text(180 + 260 * number, h - 8, text, more=f'font-weight="bold" fill="{colour}"')
    panel.save(path)


def knobs(pairs, usual, transfer, plot):
    """usual: knob to its usual value; transfer: of a pair's name and options, gives the measures."""
    at_rest = [transfer(pair, []) for pair in pairs]
    rows = {}
    print(f"| knob | figure | {' | '.join('%g' % f for f in FACTORS)} |\n{'|---' * (len(FACTORS) + 2)}|")
    for knob, (label, _) in KNOBS.items():
        rows[knob] = {}
        for factor in FACTORS:
            found = at_rest if factor == 1 else [
                transfer(pair, [f"--{knob}", "%g" % (factor * usual[knob])]) for pair in pairs]
            rows[knob][factor] = {name: statistics.mean(one[name] for one in found) for name in FORMS}
        for name, form in FORMS.items():
            print(f"| {label} | {name} | {' | '.join(form % rows[knob][f][name] for f in FACTORS)} |", flush=True)
    if plot:
        draw(rows, plot)
        print(f"\nThe plot is {plot}")
