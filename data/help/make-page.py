#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""The plug-in's help page, which is the README's part for users as one HTML file with its pictures in it.

    make-page.py README.md index.html

Markdown as the README has it: headings, paragraphs, lists, tables, code, pictures, emphasis, links."""

import base64
import html
import os
import re
import sys

FROM, TO = "## Use it", "## Packaging"  # the part that is shown, the second heading not included
KINDS = {".jpg": "jpeg", ".png": "png", ".webp": "webp"}

HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Photo Style Transfer</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 48em; margin: 2em auto; padding: 0 1em; font: 16px/1.5 sans-serif; }
img { max-width: 100%%; border-radius: 4px; }
table { border-collapse: collapse; }
th, td { padding: .3em .8em .3em 0; text-align: left; vertical-align: top; border-bottom: 1px solid #8886; }
pre { padding: .6em .8em; overflow-x: auto; background: #8882; }
code { font-size: 0.92em; }
</style>
</head>
<body>
<h1>Photo Style Transfer</h1>
<ul>
%s
</ul>
"""


def anchor(heading):
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def picture(match, folder):
    path = os.path.join(folder, match.group(2))
    with open(path, "rb") as file:
        data = base64.b64encode(file.read()).decode()
    return '<img alt="%s" src="data:image/%s;base64,%s">' % (
        match.group(1), KINDS[os.path.splitext(path)[1]], data)


def inline(text, folder):
    """One paragraph's markup; what stands in code is left as it is."""
    parts = re.split(r"`([^`]*)`", html.escape(text))
    for i, part in enumerate(parts):
        if i % 2:
            parts[i] = "<code>%s</code>" % part
            continue
        part = re.sub(r"!\[([^]]*)\]\(([^)]*)\)", lambda m: picture(m, folder), part)
        part = re.sub(r"\[([^]]*)\]\(([^)]*)\)", r'<a href="\2">\1</a>', part)
        part = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", part)
        parts[i] = re.sub(r"\*([^*]+)\*", r"<em>\1</em>", part)
    return "".join(parts)


def table(block, folder):
    rows = [[inline(cell.strip(), folder) for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
            for line in block if not re.fullmatch(r"[|\- :]+", line)]
    tag = ["th"] + ["td"] * (len(rows) - 1)
    return "<table>\n%s</table>" % "".join(
        "<tr>%s</tr>\n" % "".join("<%s>%s</%s>" % (t, cell, t) for cell in row)
        for t, row in zip(tag, rows))


def listing(block, folder):
    """A list whose entries may go on in lines that are set in."""
    items = []
    for line in block:
        if re.match(r"(\*|\d+\.) ", line):
            items.append(line.split(" ", 1)[1])
        else:
            items[-1] += " " + line.strip()
    kind = "ul" if block[0].startswith("*") else "ol"
    return "<%s>\n%s</%s>" % (kind, "".join("<li>%s</li>\n" % inline(item, folder)
                                            for item in items), kind)


def block_html(block, folder):
    if block[0].startswith("#"):
        marks, heading = block[0].split(" ", 1)
        return '<h%d id="%s">%s</h%d>' % (len(marks), anchor(heading), inline(heading, folder),
                                          len(marks))
    if block[0].startswith("```"):
        return "<pre><code>%s</code></pre>" % html.escape("\n".join(block[1:]))
    if block[0].startswith("|"):
        return table(block, folder)
    if re.match(r"(\*|\d+\.) ", block[0]):
        return listing(block, folder)
    return "<p>%s</p>" % inline(" ".join(block), folder)


def blocks(lines):
    """What blank lines part, and code whole."""
    block, code = [], False
    for line in lines:
        if line.startswith("```"):
            code = not code
            if code:
                block = [line]
                continue
        elif line.strip() or code:
            block.append(line)
            continue
        if block:
            yield block
        block = []
    if block:
        yield block


def main(readme, page):
    with open(readme, encoding="utf-8") as file:
        lines = file.read().split("\n")
    lines = lines[lines.index(FROM):lines.index(TO)]
    parts = list(blocks(lines))
    headings = [block[0].split(" ", 1)[1] for block in parts if re.match(r"###? ", block[0])]
    contents = ["<li><a href=\"#%s\">%s</a></li>" % (anchor(h), inline(h, "")) for h in headings]
    folder = os.path.dirname(os.path.abspath(readme))
    with open(page, "w", encoding="utf-8") as file:
        file.write(HEAD % "\n".join(contents))
        for block in parts:
            file.write(block_html(block, folder) + "\n")
        file.write("</body>\n</html>\n")


main(*sys.argv[1:])
