# SPDX-License-Identifier: LGPL-3.0-or-later
"""A GIMP of the test's own: an empty profile that finds the plug-in just built.

    session = Session("scripting")
    code, output = session.script_fu('(gimp-message "hello")')
    code, output = session.python("print(Gimp.version())")

Nothing of the user's GIMP is read or written.  skip() ends a test that can't run here, and says
why; check() counts, and finish() sets the exit code.
"""

import os
import shutil
import subprocess
import sys
import traceback

OUTPUT = os.environ.get("DPS_OUTPUT", "/tmp/deep-photo-style-tests")
SOURCE = os.environ.get("DPS_SOURCE", os.getcwd())
NAME = "deep-photo-style"

failures = 0
checks = 0


def skip(reason):
    print("SKIP: " + reason)
    sys.exit(77)


def check(good, what, detail=""):
    """Counts one expectation; says what failed and goes on."""
    global failures, checks
    checks += 1
    if not good:
        failures += 1
        caller = traceback.extract_stack(limit=2)[0]
        print("FAIL line %d: %s %s" % (caller.lineno, what, detail))
    return good


def finish():
    print("%d checks, %d failures" % (checks, failures))
    if checks == 0:
        print("FAIL: nothing was checked")
    sys.exit(1 if failures or not checks else 0)


def run_all(names):
    """Runs all functions test_..., in a file that Session.run_tests runs."""
    for name, test in sorted(names.items()):
        if name.startswith("test_"):
            before = failures
            test()
            if failures == before:
                print("ok " + name)
    if failures:
        raise Exception("%d of %d checks failed" % (failures, checks))


def plug_in_folder():
    """Where the system's GIMP keeps its own plug-ins."""
    query = ["pkg-config", "--variable=gimplibdir", "gimp-3.0"]
    if shutil.which("pkg-config"):
        found = subprocess.run(query, capture_output=True, text=True).stdout.strip()
        if found:
            return os.path.join(found, "plug-ins")
    skip("pkg-config doesn't know gimp-3.0, so GIMP's own plug-ins can't be found")


class Session:
    def __init__(self, name, with_operation=True):
        self.with_operation = with_operation
        for program in ("gimp-console", "gimp"):
            if not shutil.which(program):
                skip("there is no %s on this machine" % program)
        binary = os.environ.get("DPS_PLUG_IN", "")
        if not os.access(binary, os.X_OK):
            sys.exit("DPS_PLUG_IN doesn't name the plug-in: %r" % binary)
        self.folder = os.path.join(OUTPUT, name)
        shutil.rmtree(self.folder, ignore_errors=True)
        plug_ins = os.path.join(self.folder, "plug-ins")
        profile = os.path.join(self.folder, "profile")
        home = os.path.join(self.folder, "home")
        temporary = os.path.join(self.folder, "temporary")
        for path in (os.path.join(plug_ins, NAME), profile, home, temporary):
            os.makedirs(path)
        system = plug_in_folder()
        for other in ("script-fu", "python-eval", "file-png", "file-jpeg", "file-tiff"):
            os.symlink(os.path.join(system, other), os.path.join(plug_ins, other))
        os.symlink(binary, os.path.join(plug_ins, NAME, NAME))
        operation = os.environ.get("DPS_GEGL_OP", "")
        if operation and self.with_operation:
            gegl = os.path.join(home, ".local", "share", "gegl-0.4", "plug-ins")
            os.makedirs(gegl)
            os.symlink(operation, os.path.join(gegl, NAME + ".so"))
        page = os.environ.get("DPS_HELP", "")
        if os.path.isdir(page):
            os.symlink(page, os.path.join(plug_ins, NAME, "help"))
        locale = os.environ.get("DPS_LOCALE", "")
        if os.path.isdir(locale):
            os.symlink(locale, os.path.join(plug_ins, NAME, "locale"))
        with open(os.path.join(profile, "gimprc"), "w") as rc:
            rc.write('(config-version "%s")\n(plug-in-path "%s")\n' % (self.version(), plug_ins))
            for line in ("show-welcome-dialog no", "check-updates no",
                         "color-profile-policy keep", "save-session-info no"):
                rc.write("(%s)\n" % line)
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith(("XDG_", "DBUS_")) and k not in ("DISPLAY",
                                                                         "WAYLAND_DISPLAY")}
        self.env.pop("GEGL_PATH", None)
        self.env.update(GIMP3_DIRECTORY=profile, HOME=home, TMPDIR=temporary, LC_ALL="C.UTF-8",
                        PYTHONDONTWRITEBYTECODE="1")

    @staticmethod
    def version():
        text = subprocess.run(["gimp-console", "--version"], capture_output=True,
                              text=True).stdout
        return text.split()[-1]

    def path(self, name):
        return os.path.join(self.folder, name)

    def _batch(self, interpreter, text):
        command = ["gimp-console", "-i", "--batch-interpreter=" + interpreter, "-b", text,
                   "--quit"]
        done = subprocess.run(command, env=self.env, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace")
        return done.returncode, done.stdout

    def script_fu(self, text):
        return self._batch("plug-in-script-fu-eval", "(script-fu-use-v3)\n" + text)

    def python(self, text):
        return self._batch("python-fu-eval", text)

    def python_file(self, name):
        """Runs a file beside this one in GIMP's Python; its folder is importable, and the
        variable `folder` is the session's."""
        here = os.path.dirname(os.path.abspath(__file__))
        text = ("import sys\nsys.path.insert(0, %r)\nfolder = %r\n"
                "exec(compile(open(%r).read(), %r, 'exec'))"
                % (here, self.folder, os.path.join(here, name), name))
        return self.python(text)

    def run_tests(self, name):
        """Runs a file of tests in GIMP's Python, which must print "ok ..." and end well."""
        code, output = self.python_file(name)
        lines = [line for line in output.splitlines()
                 if line.startswith(("FAIL", "ok ", "observed"))]
        print("\n".join(lines))
        if code != 0 or not any(line.startswith("ok ") for line in lines):
            print(output)
            sys.exit("FAIL: GIMP ended with code %d" % code)


def needs(*modules):
    """Skips unless these Python modules are there."""
    for module in modules:
        try:
            __import__(module)
        except ImportError:
            skip("Python has no module '%s' here" % module)
