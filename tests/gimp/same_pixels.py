# SPDX-License-Identifier: LGPL-3.0-or-later
"""The plug-in and the command line compute the same picture: two ways to one engine."""

import os
import shutil
import subprocess

from gimp_session import Session, check, finish, needs, skip

needs("numpy", "PIL")
import numpy as np
from PIL import Image

program = os.environ.get("DPS_PHOTO_STYLE")
if not program:
    skip("the command line was not built")
if not shutil.which("convert"):
    skip("there is no convert (ImageMagick) to make and read 16-bit pictures")

session = Session("same-pixels")
WIDTH, HEIGHT = 150, 100


def photo(name, width, height, top, bottom, bits):
    y, x = np.mgrid[0:height, 0:width]
    light = 0.65 + 0.35 * np.sin(0.08 * x + 0.03 * y) * np.cos(0.06 * y)
    colour = np.where((y < height / 2)[:, :, None], np.array(top), np.array(bottom))
    most = 2**bits - 1
    values = (light[:, :, None] * colour * most).astype(np.uint8 if bits == 8 else ">u2")
    raw = session.path("raw")
    values.tofile(raw)
    subprocess.run(["convert", "-size", "%dx%d" % (width, height), "-depth", str(bits),
                    "rgb:" + raw, "-define", "png:color-type=2",
                    "-define", "png:bit-depth=%d" % bits, "-strip", session.path(name)],
                   check=True)


def labels(name, width, height, share):
    values = np.zeros((height, width, 3), np.uint8)
    values[:int(height * share)] = (0, 0, 255)
    values[int(height * share):] = (0, 255, 0)
    Image.fromarray(values).save(session.path(name))


def read(name, bits):
    raw = subprocess.run(["convert", session.path(name), "-alpha", "off", "-depth", str(bits),
                          "rgb:-"], capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8 if bits == 8 else "<u2").astype(int)


for bits in (8, 16):
    photo("content-%d.png" % bits, WIDTH, HEIGHT, (0.5, 0.7, 0.95), (0.3, 0.5, 0.2), bits)
photo("style.png", 120, 90, (0.95, 0.55, 0.3), (0.2, 0.15, 0.25), 8)
labels("content-labels.png", WIDTH, HEIGHT, 0.5)
labels("style-labels.png", 120, 90, 0.5)

GIMP = """
(let* ((img (gimp-file-load RUN-NONINTERACTIVE "{folder}/content-{bits}.png"))
       (sty (gimp-file-load RUN-NONINTERACTIVE "{folder}/style.png"))
       (a (gimp-file-load RUN-NONINTERACTIVE "{folder}/content-labels.png"))
       (b (gimp-file-load RUN-NONINTERACTIVE "{folder}/style-labels.png"))
       (first (lambda (image) (vector-ref (gimp-image-get-layers image) 0))))
  (plug-in-deep-photo-style #:run-mode RUN-NONINTERACTIVE #:image img
    #:drawables (gimp-image-get-layers img) #:style (first sty)
    #:preset "draft" #:size 96 #:threads 1 #:seed 3 #:detail 0.3 {labels})
  (file-png-export #:run-mode RUN-NONINTERACTIVE #:image img
                   #:file "{folder}/gimp-{bits}{name}.png"))
"""

# 8 bits: the command line dithers, GIMP rounds.  16 bits: babl picks its conversions by measured
# speed, and the last bit of a float may differ.
for bits, name, in_gimp, on_line, most in (
        (8, "", "", [], 1),           # observed: 1
        (16, "", "", [], 4),          # observed: 0
        (16, "-labels", "#:content-labels (first a) #:style-labels (first b)",
         ["--content-labels", session.path("content-labels.png"),
          "--style-labels", session.path("style-labels.png")], 4)):  # observed: 0
    code, output = session.script_fu(GIMP.format(folder=session.folder, bits=bits, name=name,
                                                 labels=in_gimp))
    if not check(code == 0, "the plug-in", output):
        continue
    result = session.path("line-%d%s.png" % (bits, name))
    done = subprocess.run([program, "transfer", session.path("content-%d.png" % bits),
                           session.path("style.png"), "-o", result, "--preset", "draft",
                           "--size", "96", "--threads", "1", "--seed", "3", "--detail", "0.3"] +
                          on_line, capture_output=True, text=True, env=session.env)
    if not check(done.returncode == 0, "the command line", done.stderr):
        continue
    ours, theirs = read("gimp-%d%s.png" % (bits, name), bits), read(os.path.basename(result), bits)
    if check(ours.shape == theirs.shape, "the same size", (ours.shape, theirs.shape)):
        apart = int(np.abs(ours - theirs).max())
        print("observed %d bits%s: %d levels apart at most, %.3g %% of values" %
              (bits, name, apart, 100 * float((ours != theirs).mean())))
        check(apart <= most, "the same pixels", apart)
        content = read("content-%d.png" % bits, bits)
        check(np.abs(ours - content).mean() > 0.02 * 2**bits, "and not those of the content")

finish()
