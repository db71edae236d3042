# SPDX-License-Identifier: LGPL-3.0-or-later
"""The examples that restyle a folder of photos, in Script-Fu and in Python: the same results, and a
file that is no photo is named and left out."""

import os

from gimp_session import SOURCE, Session, check, finish, needs

needs("PIL", "numpy")
import numpy as np
from PIL import Image

session = Session("folders")
rng = np.random.default_rng(1)


def photo(name, colour):
    values = np.clip(rng.normal(colour, 30, (60, 80, 3)), 0, 255).astype(np.uint8)
    Image.fromarray(values).save(session.path(name))


for folder in ("photos", "photos/more", "scheme", "python"):
    os.makedirs(session.path(folder))
photo("photos/a b.png", (90, 120, 160))
photo("photos/c.png", (60, 110, 60))
photo("photos/more/d.png", (60, 110, 60))
photo("like.png", (170, 110, 70))
with open(session.path("photos/b.png"), "w") as file:
    file.write("no photo")


def example(name):
    """Its quickest, for the test."""
    with open(os.path.join(SOURCE, "data", "samples", name)) as file:
        text = file.read()
    check('"normal"' in text, "the preset that the test takes another for", name)
    return text.replace('"normal"', '"draft"')


names = {"photos": session.path("photos"), "like": session.path("like.png")}
results = {}
for out, call, say, name in (
        ("scheme", session.script_fu, '(define %s "%s")\n', "folder.scm"),
        ("python", session.python, "%s = '%s'\n", "folder.py")):
    given = "".join(say % pair for pair in {**names, "out": session.path(out)}.items())
    code, output = call(given + example(name))
    check(code == 0, name, output)
    check("b.png: left out" in output, name + " names what is no photo", output)
    made = sorted(os.listdir(session.path(out)))
    if check(made == ["a b.png.png", "c.png.png"], "a result for each photo", made):
        results[out] = [np.asarray(Image.open(session.path(out + "/" + made[i]))) for i in (0, 1)]
for i in range(2):
    if check(len(results) == 2, "both ran"):
        a, b = results["scheme"][i].astype(int), results["python"][i].astype(int)
        check(a.shape == b.shape and np.abs(a - b).max() <= 1, "the same picture")  # 0
        before = np.asarray(Image.open(session.path("photos/" + ("a b.png", "c.png")[i])))
        check(np.abs(a[..., :3] - before).mean() > 10, "a changed one")  # more than 20
finish()
