# SPDX-License-Identifier: LGPL-3.0-or-later
"""A GIMP with windows, on a screen that nobody sees, operated by steps in a file of their own."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile

from gimp_session import SOURCE, needs, skip


def needs_screen():
    for program in ("xvfb-run", "dbus-run-session", "openbox", "xdotool", "import"):
        if not shutil.which(program):
            skip("there is no %s on this machine" % program)
    needs("pyatspi", "PIL")


def sample_photos(session, size, ending=".png"):
    """The project's two samples in the session's folder, of this size: noon and dusk."""
    from PIL import Image

    for name in ("noon", "dusk"):
        with Image.open(os.path.join(SOURCE, "data", "samples", name + ".jpg")) as image:
            image.resize(size, Image.LANCZOS).save(session.path(name + ending), quality=95)


def photos_with_regions(session):
    """Makes a photo and a style with four channels each, and says their names."""
    from PIL import Image

    for name in ("photo", "style"):
        Image.linear_gradient("L").resize((600, 400)).save(session.path(name + ".png"))
    code, output = session.script_fu("""
(map (lambda (name)
       (let ((img (gimp-file-load RUN-NONINTERACTIVE (string-append "%(folder)s/" name ".png"))))
         (gimp-image-convert-rgb img)
         (map (lambda (region)
                (gimp-image-select-rectangle img CHANNEL-OP-REPLACE (cadr region) (caddr region)
                                             300 200)
                (gimp-item-set-name (gimp-selection-save img) (car region)))
              '(("a" 0 0) ("b" 300 0) ("c" 0 200) ("d" 300 200)))
         (gimp-selection-none img)
         (gimp-file-save RUN-NONINTERACTIVE img (string-append "%(folder)s/" name ".xcf") -1)))
     '("photo" "style"))
""" % {"folder": session.folder})
    if code != 0:
        print(output)
        sys.exit("FAIL: the pictures couldn't be prepared")
    return ["photo.xcf", "style.xcf"]


def on_screen(session, steps, pictures, size, **env):
    """Runs GIMP with these pictures of the session's folder on a screen of this size, and the steps beside
    it; their arguments are the folder and the size.  How many of the two had something to complain of."""
    inner, here = session.path("inner.sh"), os.path.dirname(os.path.abspath(__file__))
    if os.path.exists(session.path("port")):
        os.remove(session.path("port"))
    with open(inner, "w") as script:
        script.write("""openbox >/dev/null 2>&1 & manager=$!
%(python)s %(steps)s %(folder)s %(size)s & steps=$!
gimp -s --batch-interpreter=python-fu-eval -b %(answers)s %(pictures)s >%(log)s 2>&1 & gimp=$!
wait $steps; code=$?
kill $gimp $manager
for _ in {1..300}; do  # GIMP may hang while it ends
    kill -0 $gimp 2>/dev/null || exit $code
    sleep 0.1
done
kill -9 $gimp
exit $code
""" % {"python": shlex.quote(sys.executable), "folder": shlex.quote(session.folder), "size": size,
       "pictures": shlex.join(session.path(name) for name in pictures),
       "steps": shlex.quote(os.path.join(here, steps)), "log": shlex.quote(session.path("gimp.log")),
       "answers": shlex.quote("port_file = %r; exec(open(%r).read())" %
                              (session.path("port"), os.path.join(here, "answers.py")))})
    with tempfile.TemporaryDirectory() as runtime:  # the session's own folders may be too long for sockets
        done = subprocess.run(["xvfb-run", "-a", "-s", "-screen 0 %sx24" % size, "dbus-run-session",
                               "--", "bash", inner], env={**session.env, "XDG_RUNTIME_DIR": runtime, **env},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace")
    print("\n".join(line for line in done.stdout.splitlines()
                    if not line.startswith("dbus-daemon")))
    log = open(session.path("gimp.log"), errors="replace").read()
    complaints = [line for line in log.splitlines()
                  if "deep-photo-style" in line and ("CRITICAL" in line or "WARNING" in line)
                  and "Broken pipe" not in line
                  # Those of GIMP's own buttons in other languages differ between its versions.
                  or "mnemonic" in line.lower() and "LANGUAGE" not in env]
    for line in complaints:
        print("FAIL: " + line)
    return (done.returncode != 0) + (len(complaints) > 0)
