# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the tests of the command line share: the program, a scratch folder, pictures."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

import numpy as np
from PIL import Image

PROGRAM = os.environ["PHOTO_STYLE"]
PLAIN = os.environ["PHOTO_STYLE_PLAIN"]
PROJECT = os.environ["PROJECT"]

# Messages are compared as they stand in the source.
os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop("LANGUAGE", None)

# Enough to see every part of a run, and done in a moment.
FAST = ["--preset", "draft", "--size", "48", "--threads", "1"]


def photo(width, height, seed=1, channels=3):
    """A smooth picture with some noise, as uint8."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 90 * np.sin(x / (5 + 3 * c + seed) + seed) * np.cos(y / (7 + c))
              + rng.normal(0, 4, x.shape) for c in range(channels)]
    return np.clip(np.dstack(planes), 0, 255).astype(np.uint8)


def write_pfm(path, pixels):
    height, width = pixels.shape[:2]
    with open(path, "wb") as file:
        file.write(b"PF\n%d %d\n-1.0\n" % (width, height))
        file.write(np.ascontiguousarray(pixels[::-1], "<f4").tobytes())


def read_pfm(path):
    with open(path, "rb") as file:
        assert file.readline() == b"PF\n"
        width, height = map(int, file.readline().split())
        assert float(file.readline()) < 0
        return np.frombuffer(file.read(), "<f4").reshape(height, width, 3)[::-1]


def write_tiff(path, pixels, tags=()):
    """An uncompressed RGB TIFF of uint16 or float32, which Pillow can't write."""
    height, width, samples = pixels.shape
    data = np.ascontiguousarray(pixels).tobytes()
    bits, kind = pixels.dtype.itemsize * 8, 3 if pixels.dtype.kind == "f" else 1
    extra = struct.pack("<%dH" % (2 * samples), *([bits] * samples + [kind] * samples))
    start = 8 + len(data)
    entries = sorted([
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, samples, start), (259, 3, 1, 1),
        (262, 3, 1, 2), (273, 4, 1, 8), (277, 3, 1, samples), (278, 4, 1, height),
        (279, 4, 1, len(data)), (284, 3, 1, 1), (339, 3, samples, start + 2 * samples), *tags])
    with open(path, "wb") as file:
        file.write(struct.pack("<2sHI", b"II", 42, start + len(extra)) + data + extra)
        file.write(struct.pack("<H", len(entries)))
        for entry in entries:
            file.write(struct.pack("<HHII", *entry))
        file.write(struct.pack("<I", 0))


def read_tiff(path):
    """The pixels of an uncompressed RGB TIFF, by its tags; and the tags."""
    with open(path, "rb") as file:
        raw = file.read()
    assert raw[:4] == b"II*\0", raw[:4]
    sizes = {1: ("B", 1), 2: ("c", 1), 3: ("H", 2), 4: ("I", 4), 7: ("B", 1)}
    at, = struct.unpack_from("<I", raw, 4)
    count, = struct.unpack_from("<H", raw, at)
    tags = {}
    for i in range(count):
        tag, kind, number, _ = struct.unpack_from("<HHII", raw, at + 2 + 12 * i)
        if kind not in sizes:
            continue
        letter, size = sizes[kind]
        where = at + 10 + 12 * i
        if number * size > 4:
            where, = struct.unpack_from("<I", raw, where)
        tags[tag] = struct.unpack_from("<%d%s" % (number, letter), raw, where)
    dtype = {(8, 1): "u1", (16, 1): "<u2", (32, 3): "<f4"}[tags[258][0], tags.get(339, (1,))[0]]
    data = b"".join(raw[o:o + n] for o, n in zip(tags[273], tags[279]))
    shape = tags[257][0], tags[256][0], tags[277][0]
    return np.frombuffer(data, dtype).reshape(shape), tags


def on_terminal(command, folder, watch=None):
    """Runs a command with stderr on a terminal of 80 columns; `watch(process, text)` is called whenever
    something appears there.  The process that ended, with what it printed as `out`, and the text."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    # Tests that were started with nohup ignore SIGHUP, and so would what they start.
    with subprocess.Popen(command, cwd=folder, stderr=theirs, stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL,
                          preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)) as process:
        os.close(theirs)
        text = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            text += piece
            if watch:
                watch(process, text.decode(errors="replace"))
        process.out = process.stdout.read()
    os.close(ours)
    return process, text.decode()


def wait_until_it_heeds(process, number):
    """Until the process has a handler for the signal: before, it would just end."""
    caught = 0
    while process.poll() is None and not caught >> number - 1 & 1:
        with open(f"/proc/{process.pid}/status") as file:
            caught = int(re.search(r"SigCgt:\s*(\w+)", file.read()).group(1), 16)
        time.sleep(0.01)


class ToolTest(unittest.TestCase):
    """Each test works in an empty folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="photo-style-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def save(self, name, pixels, **options):
        Image.fromarray(pixels).save(self.path(name), **options)
        return name

    def photos(self, width=40, height=30):
        """Writes content.png and style.png."""
        self.save("content.png", photo(width, height, 1))
        self.save("style.png", photo(36, 36, 2))

    def run_tool(self, *arguments, program=PROGRAM, code=0):
        """Runs the program in the scratch folder and checks its exit code."""
        done = subprocess.run([program, *arguments], cwd=self.folder, capture_output=True,
                              stdin=subprocess.DEVNULL)
        done.out, done.err = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, code, "%s\n%s%s" % (arguments, done.out, done.err))
        return done

    def transfer(self, *arguments, content="content.png", style="style.png", out="out.png",
                 **options):
        return self.run_tool("transfer", content, style, "-o", out, *FAST, *arguments, **options)

    def refused(self, pattern, *arguments, code=1, **options):
        """A transfer that must fail with one sentence and leave no file behind."""
        before = sorted(os.listdir(self.folder))
        done = self.transfer(*arguments, code=code, **options)
        self.check_sentence(done, pattern, code)
        self.assertEqual(sorted(os.listdir(self.folder)), before)
        return done

    def check_sentence(self, done, pattern, code=1):
        lines = done.err.splitlines()
        self.assertEqual(len(lines), 1 if code == 1 else 2, done.err)
        self.assertRegex(lines[0], r"^photo-style: .*" + pattern)
        self.assertRegex(lines[0], r"[.?]$")
        self.assertEqual(done.out, "")

    def open(self, name):
        with Image.open(self.path(name)) as image:
            image.load()
            return image

    def pixels(self, name):
        return np.asarray(self.open(name))

    def report(self, name="report.json"):
        with open(self.path(name)) as file:
            return json.load(file)


def main():
    """Runs the module's tests; skips are printed with their reasons."""
    unittest.main(verbosity=2, argv=sys.argv[:1])
