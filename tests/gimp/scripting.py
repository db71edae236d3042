# SPDX-License-Identifier: LGPL-3.0-or-later
"""The plug-in from Script-Fu, as a script calls it: results, and exit codes after failures."""

import json
import os

from gimp_session import Session, check, finish, needs

needs("PIL", "numpy")
import numpy as np
from PIL import Image

session = Session("scripting")


def photo(name, width, height, colour):
    y, x = np.mgrid[0:height, 0:width]
    light = 0.6 + 0.4 * np.sin(0.09 * x) * np.cos(0.05 * y)
    values = np.clip(light[:, :, None] * np.array(colour) * 255, 0, 255).astype(np.uint8)
    Image.fromarray(values).save(session.path(name))


photo("content.png", 120, 90, (0.5, 0.7, 0.9))
photo("style.png", 100, 80, (0.9, 0.5, 0.3))
Image.open(session.path("content.png")).quantize(16).save(session.path("palette.png"))

OPEN = """
(let* ((img (gimp-file-load RUN-NONINTERACTIVE "{folder}/{content}"))
       (sty (gimp-file-load RUN-NONINTERACTIVE "{folder}/style.png"))
       (layers (gimp-image-get-layers img))
       (style (vector-ref (gimp-image-get-layers sty) 0)))
  {body})
"""
CALL = ("(plug-in-deep-photo-style #:run-mode RUN-NONINTERACTIVE #:image img "
        "#:preset \"draft\" #:size 64 %s)")


def run(body, content="content.png"):
    return session.script_fu(OPEN.format(folder=session.folder, content=content, body=body))


# A transfer with masks, saved.
code, output = run("""
  (gimp-image-select-rectangle img CHANNEL-OP-REPLACE 0 0 120 45)
  (gimp-image-select-rectangle sty CHANNEL-OP-REPLACE 0 0 100 30)
  (let* ((a (gimp-selection-save img)) (b (gimp-selection-save sty)))
    (gimp-selection-none img)
    (let ((layer """ + CALL % '#:drawables layers #:style style #:content-masks (vector a) '
    '#:style-masks (vector b) #:amount 0.9 #:threads 1' + """))
      (gimp-message (string-append "made: " (gimp-item-get-name layer)))
      (file-png-export #:run-mode RUN-NONINTERACTIVE #:image img
                       #:file \"""" + session.path("out.png") + """\")))""")
check(code == 0, "a transfer ends with 0", output)
check("made: content.png (styled)" in output or "made: Background (styled)" in output,
      "the layer is returned", output)
if check(os.path.exists(session.path("out.png")), "the result is saved"):
    with Image.open(session.path("out.png")) as image:
        check(image.size == (120, 90), "with the content's size", image.size)

# Regions that are found; their names are in the report.
def landscape(name, width, height, border, sky, land, seed):
    rng = np.random.default_rng(seed)
    values = np.empty((height, width, 3))
    values[:border], values[border:] = sky, land
    values[border:] += rng.normal(0, 18, (height - border, width, 1))
    Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).save(session.path(name))


landscape("noon.png", 120, 90, 36, (150, 190, 240), (70, 90, 40), 1)
landscape("night.png", 100, 80, 48, (20, 20, 45), (150, 110, 60), 2)
code, output = session.script_fu(
    OPEN.replace("style.png", "night.png").format(
        folder=session.folder, content="noon.png", body=CALL % (
            "#:drawables layers #:style style #:auto-regions #t #:report \"%s\""
            % session.path("found.json"))))
check(code == 0, "a transfer with regions that are found", output)
if check(os.path.exists(session.path("found.json")), "has a report"):
    with open(session.path("found.json")) as file:
        regions = json.load(file)["regions"]
    check([r["name"] for r in regions] == ["lower", "sky"], "with the regions", regions)
    share = [round(r[side], 2) for r in regions
             for side in ("content_coverage", "style_coverage")]
    check(share == [0.6, 0.4, 0.4, 0.6], "where they are", share)

# Failures: GIMP's exit code is 70, and the reason is on stderr.
for arguments, content, words in (
        ("#:drawables layers", "content.png", "There is no style"),
        ("#:drawables (vector) #:style style", "content.png", "got 0"),
        ("#:drawables layers #:style style", "palette.png", "palette"),
        ("#:drawables layers #:style style #:content-masks (vector style)", "content.png",
         "none for the style"),
        ("#:drawables layers #:style style #:auto-regions #t #:content-masks (vector style) "
         "#:style-masks (vector style)", "content.png", "let the regions be found"),
        ("#:drawables layers #:style style #:network \"/no/such.safetensors\"", "content.png",
         "/no/such.safetensors"),
        ("#:drawables layers #:style style #:auto-regions #t #:merge-regions \"moon+sun\"", "content.png",
         "There is no region \"moon\""),
        ("#:drawables layers #:style style #:amount 2.0", "content.png", "range")):
    code, output = run(CALL % arguments, content)
    check(code == 70, "exit code 70 for " + arguments, (code, output))
    check(words in output, words, output)

# Repeating needs a run to repeat.
code, output = run("(plug-in-deep-photo-style #:run-mode RUN-WITH-LAST-VALS #:image img "
                   "#:drawables layers)")
check(code == 70 and "no run to repeat" in output, "nothing to repeat", (code, output))

finish()
