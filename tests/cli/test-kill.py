# SPDX-License-Identifier: LGPL-3.0-or-later
"""Commands that are killed at random moments: no half file has a result's name, inputs stay as they were, and
nothing is left over but, where nobody could clean up, hidden files in the making.

KILLS says how many (one of each kind), KILL_SEED which (1)."""

import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import time

import tool

# The first can't be caught; what leaves nothing behind are the others.
SIGNALS = signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP
OLDER = b"older"
UNFINISHED = ".photo-style-"
FORMATS = "png", "jpg", "tif", "webp", "jxl", "avif", "ppm", "pfm"


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def has_unfinished(folder):
    return any(name.startswith(UNFINISHED) for name in os.listdir(folder))


class Kind:
    """A command, and the files that it writes: those that come out the same each time, and reports."""

    def __init__(self, command, results, report=None):
        self.command, self.results, self.report = command, results, report
        self.whole, self.seconds = {}, 0


class Kills(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.random = random.Random(int(os.environ.get("KILL_SEED", "1")))
        for name in ("photos", "out", "temporary"):
            os.mkdir(self.path(name))
        for i in range(3):
            self.save("photos/p%d.png" % i, tool.photo(120 + i, 90, i))
        self.save("content.png", tool.photo(600, 450, 5))
        self.save("style.png", tool.photo(90, 90, 6))
        self.transfer(out="graded.png")
        self.run_tool("look", "content.png", "graded.png", "-o", "look.cube")
        self.inputs = {path: digest(path) for path in self.files(self.folder)}
        self.environment = dict(os.environ, TMPDIR=self.path("temporary"))

    def files(self, folder):
        return sorted(os.path.join(root, name) for root, _, names in os.walk(folder) for name in names)

    def kinds(self):
        pair, threads = ["content.png", "style.png"], ["--threads", "1"]
        kinds = [Kind(["transfer", *pair, "-o", "out/a.png", "--report", "out/a.json", *tool.FAST], ["out/a.png"],
                      "out/a.json"),
                 Kind(["batch", "photos", "--style", "style.png", "-o", "out/{name}.png", "--jobs", "2",
                       *tool.FAST], ["out/p%d.png" % i for i in range(3)]),
                 Kind(["look", "content.png", "graded.png", "-o", "out/a.cube"], ["out/a.cube"]),
                 Kind(["look", "content.png", "graded.png", "-o", "out/hald.png"], ["out/hald.png"]),
                 Kind(["regions", *pair, "--content-labels", "out/c.png", "--style-labels", "out/s.png", *threads],
                      ["out/c.png", "out/s.png"]),
                 Kind(["train", "style.png", "--photos", "photos", "-o", "out/a.dps", "--steps", "2", *threads],
                      ["out/a.dps"])]
        for ending in FORMATS:
            kinds.append(Kind(["apply", "look.cube", "content.png", "-o", "out/a." + ending], ["out/a." + ending]))
        return [kind for kind in kinds if self.runs(kind)]

    def runs(self, kind):
        """Once as a whole, for what its results are and how long it takes; false: this build has no such format."""
        begun = time.monotonic()
        done = subprocess.run([tool.PROGRAM, *kind.command], cwd=self.folder, env=self.environment,
                              capture_output=True)
        kind.seconds = time.monotonic() - begun
        if done.returncode != 0:
            self.assertIn(b"is not known", done.stderr, kind.command)
            return False
        kind.whole = {name: digest(self.path(name)) for name in kind.results}
        self.clear()
        return True

    def clear(self):
        for path in self.files(self.path("out")):
            os.remove(path)

    def kill(self, kind, number):
        """Ends a run at a random moment of all its time, or of that in which a file is in the making; as often
        the process alone as all that it has started."""
        while_written, together = self.random.random() < 0.5, self.random.random() < 0.5
        moment = self.random.random() * (0.02 if while_written else 1.2 * kind.seconds)
        with subprocess.Popen([tool.PROGRAM, *kind.command], cwd=self.folder, env=self.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              start_new_session=True,
                              preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)) as process:
            while while_written and process.poll() is None and not has_unfinished(self.path("out")):
                time.sleep(0.0005)
            time.sleep(moment)
            try:
                (os.killpg if together else os.kill)(process.pid, number)
            except ProcessLookupError:
                pass
            printed = process.stderr.read().decode()
        with contextlib.suppress(ProcessLookupError):  # those of a batch's photos end with it
            while True:
                os.killpg(process.pid, 0)
                time.sleep(0.01)
        self.assertIn(process.returncode, (0, -number, 128 + number), printed)
        return process.returncode

    def check(self, kind, number, older):
        for path, known in self.inputs.items():
            self.assertEqual(digest(path), known, path)
        for name in kind.results:
            if os.path.exists(self.path(name)):
                wanted = (kind.whole[name], older) if older else (kind.whole[name],)
                self.assertIn(digest(self.path(name)), wanted, name)
            else:
                self.assertIsNone(older, name + " is gone")
        if kind.report and os.path.exists(self.path(kind.report)):
            with open(self.path(kind.report)) as file:
                self.assertIn("seconds", json.load(file))
        left = set(os.listdir(self.path("out"))) - {os.path.basename(name) for name in (*kind.results,
                                                                                          kind.report or "")}
        if number == signal.SIGKILL:
            left = {name for name in left if not name.startswith(UNFINISHED)}
        self.assertEqual((left, os.listdir(self.path("temporary"))), (set(), []))

    def test_kills(self):
        kinds = self.kinds()
        kills, outcomes = int(os.environ.get("KILLS", len(kinds))), {}
        for i in range(kills):
            kind, number = kinds[i % len(kinds)], self.random.choice(SIGNALS)
            with self.subTest(kill=i, command=kind.command, signal=number):
                older = None
                if self.random.random() < 0.5:
                    for name in kind.results:
                        with open(self.path(name), "wb") as file:
                            file.write(OLDER)
                    older = hashlib.sha256(OLDER).hexdigest()
                code = self.kill(kind, number)
                outcome = "done before" if code == 0 else signal.Signals(number).name
                outcomes[outcome] = outcomes.get(outcome, 0) + 1
                self.check(kind, number, older)
            self.clear()
        print("kills: %d of %d kinds of command: %s" % (kills, len(kinds), outcomes))


if __name__ == "__main__":
    tool.main()
