# SPDX-License-Identifier: LGPL-3.0-or-later
"""The dialog as a person uses it: GIMP on a screen of its own, operated through AT-SPI.

The steps are in dialog_steps.py; screenshots go to the session's folder in the build."""

import os
import shutil
import subprocess
import sys

from gimp_session import SOURCE, Session, needs, skip

for program in ("xvfb-run", "dbus-run-session", "openbox", "xdotool", "import"):
    if not shutil.which(program):
        skip("there is no %s on this machine" % program)
needs("pyatspi", "PIL")
from PIL import Image

session = Session("dialog")
samples = os.path.join(SOURCE, "data", "samples")
for name in ("noon", "dusk"):
    for kind in (".jpg", "-labels.png"):
        with Image.open(os.path.join(samples, name + kind)) as image:
            image.resize((600, 400), Image.LANCZOS if kind == ".jpg" else Image.NEAREST).save(
                session.path(name + kind), quality=95)

# Both photos with two painted masks each; the last channel painted stays selected, not the layer.
code, output = session.script_fu("""
(define (prepare name)
  (let* ((img (gimp-file-load RUN-NONINTERACTIVE (string-append "%s/" name ".jpg")))
         (labels (gimp-file-load-layer RUN-NONINTERACTIVE img
                                       (string-append "%s/" name "-labels.png"))))
    (gimp-image-insert-layer img labels 0 0)
    (map (lambda (region)
           (gimp-image-select-color img CHANNEL-OP-REPLACE labels (cadr region))
           (gimp-selection-feather img 3)
           (gimp-item-set-name (gimp-selection-save img) (car region)))
         '(("water" (0 255 255)) ("sky" (0 0 255))))
    (gimp-selection-none img)
    (gimp-image-remove-layer img labels)
    (gimp-file-save RUN-NONINTERACTIVE img (string-append "%s/" name ".xcf") -1)))
(prepare "noon")
(prepare "dusk")
""" % ((session.folder,) * 3))
if code != 0:
    print(output)
    sys.exit("FAIL: the pictures couldn't be prepared")

inner = session.path("inner.sh")
with open(inner, "w") as script:
    script.write("""openbox >/dev/null 2>&1 & manager=$!
%(python)s %(steps)s %(folder)s & steps=$!
gimp -s %(folder)s/dusk.xcf >%(folder)s/gimp.log 2>&1 & gimp=$!
wait $steps; code=$?
kill $gimp $manager
exit $code
""" % {"python": sys.executable, "folder": session.folder,
       "steps": os.path.join(os.path.dirname(os.path.abspath(__file__)), "dialog_steps.py")})
done = subprocess.run(["xvfb-run", "-a", "-s", "-screen 0 1280x960x24", "dbus-run-session", "--",
                       "bash", inner], env=session.env, stdout=subprocess.PIPE,
                      stderr=subprocess.STDOUT, text=True, errors="replace")
print("\n".join(line for line in done.stdout.splitlines() if not line.startswith("dbus-daemon")))
log = open(session.path("gimp.log"), errors="replace").read()
complaints = [line for line in log.splitlines()
              if "deep-photo-style" in line and ("CRITICAL" in line or "WARNING" in line)
              and "Broken pipe" not in line or "mnemonic" in line.lower()]
for line in complaints:
    print("FAIL: " + line)
sys.exit(1 if done.returncode or complaints else 0)
