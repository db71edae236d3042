# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where the system gives little: memory, threads, stack; and interruption while a result is written."""

import glob
import os
import re
import resource
import signal
import subprocess
import time

import numpy as np

import tool


class Limits(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.photos()

    def limited(self, kind, most, *arguments, content="content.png"):
        """A transfer whose process may have no more than `most` of something."""
        done = subprocess.run([tool.PROGRAM, "transfer", content, "style.png", "-o", "out.png", *tool.FAST,
                               *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
                              preexec_fn=lambda: resource.setrlimit(kind, (most, most)))
        return done.returncode, done.stderr.decode().splitlines()

    def test_little_memory(self):
        """Whatever the limit is, a sentence says so, or it works."""
        side = 1500
        with open(self.path("big.ppm"), "wb") as file:
            file.write(b"P6\n%d %d\n255\n" % (side, side) + bytes(3 * side * side))
        sentences = set()
        for megabytes in range(200, 460, 20):
            code, lines = self.limited(resource.RLIMIT_AS, megabytes << 20, content="big.ppm")
            with self.subTest(megabytes=megabytes):
                self.assertIn(code, (0, 1, 127), lines)
                if code == 1:
                    self.assertRegex(lines[-1], r"^photo-style: .*(memory|can't be decoded).*\.$")
                    sentences.add(lines[-1])
                elif code == 127:  # the program itself doesn't fit
                    self.assertRegex(lines[-1], "error while loading shared libraries")
                self.assertEqual(glob.glob(self.path(".photo-style-*")), [])
        self.assertTrue(any("memory" in sentence for sentence in sentences), sentences)

    def test_small_stack(self):
        code, lines = self.limited(resource.RLIMIT_STACK, 128 << 10)
        self.assertEqual((code, lines), (1, ["photo-style: there is too little room for the stack; raise the "
                                             "limit (ulimit -s)."]))

    def test_few_threads(self):
        if os.geteuid() == 0:
            self.skipTest("for root the number of processes has no limit")
        code, lines = self.limited(resource.RLIMIT_NPROC, 1)
        self.assertEqual((code, lines), (1, ["photo-style: the system gives no more threads, or no "
                                             "memory for them; use fewer --threads, or raise the limits "
                                             "(ulimit)."]))


class Writing(tool.ToolTest):
    def test_interruption(self):
        """The program is stopped when it begins to write, and gets a signal there."""
        self.save("style.png", tool.photo(36, 36, 2))
        rng = np.random.default_rng(1)
        with open(self.path("big.ppm"), "wb") as file:
            file.write(b"P6\n4000 3000\n255\n" + rng.bytes(4000 * 3000 * 3))
        for out in ("out.png", "out.jpg", "out.tif", "out.webp", "out.ppm"):
            with self.subTest(out=out):
                before = sorted(os.listdir(self.folder))
                with subprocess.Popen([tool.PROGRAM, "transfer", "big.ppm", "style.png", "-o", out,
                                       *tool.FAST], cwd=self.folder, stderr=subprocess.PIPE) as process:
                    while process.poll() is None and not glob.glob(self.path(".photo-style-*")):
                        time.sleep(0.0005)
                    process.send_signal(signal.SIGSTOP)
                    spent = self.work(process.pid)
                    process.send_signal(signal.SIGINT)
                    process.send_signal(signal.SIGCONT)
                    said = process.stderr.read().decode()
                    usage = os.wait4(process.pid, 0)[2]
                    process.returncode = 130  # waited for here
                self.assertEqual(said, "photo-style: interrupted; nothing was written.\n")
                self.assertEqual(sorted(os.listdir(self.folder)), before)
                # work, not time: other processes make it wait, but not do more
                self.assertLess(usage.ru_utime + usage.ru_stime - spent, 1)  # 0.05

    def work(self, pid):
        """Seconds that the processor has spent on a process so far."""
        with open(f"/proc/{pid}/stat") as file:
            fields = re.sub(r".*\)", "", file.read()).split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    tool.main()
