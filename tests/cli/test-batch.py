# SPDX-License-Identifier: LGPL-3.0-or-later
"""photo-style batch: many photos, what becomes of bad ones, stopping and going on."""

import json
import os
import signal
import socket
import subprocess
import tempfile

import numpy as np

import tool

COUNT = 5


class Batch(tool.ToolTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("in"))
        os.mkdir(self.path("out"))
        for i in range(COUNT):
            self.save("in/p%d.png" % i, tool.photo(40 + i, 30, i))
        self.save("dusk.png", tool.photo(36, 36, 20))
        self.save("snow.png", tool.photo(36, 36, 21))

    def batch(self, *arguments, styles=("dusk.png",), out="out/{name}.png", **options):
        return self.run_tool("batch", *arguments, *["--style=" + style for style in styles],
                             "-o", out, *tool.FAST, **options)

    def written(self):
        return sorted(os.listdir(self.path("out")))

    def lines(self, name="lines.json"):
        with open(self.path(name)) as file:
            return [json.loads(line) for line in file]

    def refused_batch(self, pattern, *arguments, **options):
        done = self.batch(*arguments, code=2, **options)
        self.check_sentence(done, pattern, 2)
        self.assertEqual(self.written(), [])

    def test_method(self):
        self.batch("in", "--method", "histogram")
        self.run_tool("transfer", "in/p3.png", "dusk.png", "-o", "one.png", *tool.FAST, "--method",
                      "histogram")
        with open(self.path("one.png"), "rb") as one, open(self.path("out/p3.png"), "rb") as other:
            self.assertEqual(one.read(), other.read())

    def test_kept_style(self):
        """What one photo leaves of a large style gives the others the same results, whatever their sizes."""
        self.save("large.png", tool.photo(400, 300, 22))
        self.save("in/small.png", tool.photo(30, 20, 9))
        self.save("in/grey.png", tool.photo(50, 40, 9)[..., 0])
        self.batch("in", "--jobs", "1", styles=["large.png"])
        for name in self.written():
            self.transfer(content="in/" + name, style="large.png", out="one.png")
            with open(self.path("one.png"), "rb") as one, open(self.path("out/" + name), "rb") as other:
                self.assertEqual(one.read(), other.read(), name)

    def test_kept_style_is_what_is_read(self):
        self.save("large.png", tool.photo(400, 300, 22))
        with tempfile.TemporaryFile() as file:
            command = [tool.PROGRAM, "transfer", "in/p0.png", "large.png", "-o", "out/a.pfm", *tool.FAST,
                       "--kept-style=%d" % file.fileno()]
            for out in ("out/a.pfm", "out/b.pfm"):
                subprocess.run([*command, "-o", out], cwd=self.folder, pass_fds=[file.fileno()], check=True)
                with open(self.path("large.png"), "wb") as style:
                    style.write(b"no picture")
        first, second = (tool.read_pfm(self.path(name)) for name in ("out/a.pfm", "out/b.pfm"))
        self.assertTrue(np.array_equal(first, second))

    def test_folder(self):
        """All pictures of a folder, and nothing else in it; each as photo-style transfer makes it."""
        with open(self.path("in/notes.txt"), "w") as file:
            file.write("no picture")
        self.save("in/.hidden.png", tool.photo(8, 8))
        os.mkdir(self.path("in/more.png"))
        for jobs in ("1", "3"):
            done = self.batch("in", "--jobs", jobs, "--report", "lines.json")
            self.assertEqual(done.out, "%d written, 0 there before, 0 failed.\n" % COUNT)
            self.assertEqual(done.err, "")
            self.assertEqual(self.written(), ["p%d.png" % i for i in range(COUNT)])
            self.transfer(content="in/p3.png", style="dusk.png")
            self.assertTrue(np.array_equal(self.pixels("out.png"), self.pixels("out/p3.png")))
            lines = self.lines()
            self.assertEqual(sorted(line["output"] for line in lines),
                             ["out/p%d.png" % i for i in range(COUNT)])
            self.assertEqual({line["options"]["size"] for line in lines}, {48})

    def test_names(self):
        done = self.batch("in/p1.png", "in/p0.png", styles=("dusk.png", "snow.png"),
                          out="out/{style}-{name}-x{ending}")
        self.assertIn("4 written", done.out)
        self.assertEqual(self.written(), ["dusk-p0-x.png", "dusk-p1-x.png", "snow-p0-x.png",
                                          "snow-p1-x.png"])
        self.assertFalse(np.array_equal(self.pixels("out/dusk-p0-x.png"),
                                        self.pixels("out/snow-p0-x.png")))
        tool.write_pfm(self.path("f.pgm.pfm"), tool.photo(20, 20).astype(np.float32) / 255)
        self.batch("f.pgm.pfm", out="out/{name}{ending}")
        self.assertIn("f.pgm.pfm", self.written())

    def test_list(self):
        with open(self.path("list.txt"), "w") as file:
            file.write("in/p4.png\n\nin/p2.png")
        self.batch("--list", "list.txt", "in/p0.png", "--quiet", "--jobs", "2")
        self.assertEqual(self.written(), ["p0.png", "p2.png", "p4.png"])
        done = subprocess.run([tool.PROGRAM, "batch", "--list", "-", "--style", "dusk.png", "-o",
                               "out/{name}.tif", *tool.FAST], cwd=self.folder, input=b"in/p1.png\n",
                              capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn("p1.tif", self.written())

    def test_bad_files(self):
        """They are left out, said at the end, and the rest is done."""
        with open(self.path("in/p2.png"), "r+b") as file:
            file.truncate(300)
        self.save("in/p3.png", np.zeros((9, 9, 4), np.uint8))
        for jobs in ("1", "3"):
            done = self.batch("in", "in/gone.png", "--jobs", jobs, "--report", "lines.json", code=1)
            self.assertIn("%d written, 0 there before, 3 failed.\n" % (COUNT - 2), done.out)
            errors = sorted(done.err.splitlines())
            self.assertEqual(len(errors), 3, done.err)
            self.assertRegex(errors[0], r"^photo-style: in/gone.png: can't be read")
            self.assertRegex(errors[1], r"^photo-style: in/p2.png: is cut short or damaged")
            self.assertRegex(errors[2], r"^photo-style: in/p3.png: .*transparent everywhere")
            self.assertEqual(self.written(), ["p0.png", "p1.png", "p4.png"])
            failed = [line for line in self.lines() if "error" in line]
            self.assertEqual(sorted(line["content"] for line in failed),
                             ["in/gone.png", "in/p2.png", "in/p3.png"])
            self.assertEqual(len(self.lines()), COUNT + 1)

    def test_whole_lines(self):
        """A line of the report is one write, so that no kill leaves half of it: here each is received as it was sent."""
        far = "/".join(["x" * 200] * 10) + "/gone.png"
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, its:
            subprocess.run([tool.PROGRAM, "batch", far, "in/p0.png", "--style", "dusk.png", "-o", "out/{name}.png",
                            "--report", "-", "--quiet", *tool.FAST], cwd=self.folder, stdout=its,
                           stderr=subprocess.DEVNULL)
            its.close()
            sent = list(iter(lambda: ours.recv(1 << 20), b""))
        self.assertEqual([line[-1:] for line in sent], [b"\n"] * 2)
        lines = [json.loads(line) for line in sent]
        self.assertEqual(sorted(line["content"] for line in lines if "error" in line), [far])
        self.assertGreater(max(map(len, sent)), 4096)

    def test_resume(self):
        self.batch("in", "--report", "lines.json", "--jobs", "2")
        os.unlink(self.path("out/p1.png"))
        with open(self.path("out/p0.png"), "wb") as file:
            file.write(b"mine")
        done = self.batch("in", "--resume", "--report", "lines.json")
        self.assertEqual(done.out, "1 written, %d there before, 0 failed.\n" % (COUNT - 1))
        self.assertEqual(len(self.lines()), COUNT + 1)
        with open(self.path("out/p0.png"), "rb") as file:
            self.assertEqual(file.read(), b"mine")
        done = self.batch("in", "--resume")
        self.assertIn("0 written, %d there" % COUNT, done.out)

    def test_interrupted(self):
        """Everything stops in order, no half picture stays, and it goes on from there."""
        for i in range(COUNT):
            self.save("in/p%d.png" % i, tool.photo(160, 120, i))
        command = [tool.PROGRAM, "batch", "in", "--style", "dusk.png", "-o", "out/{name}.png",
                   "--threads", "1", "--preset", "best", "--jobs", "2"]
        with subprocess.Popen(command, cwd=self.folder, stderr=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            tool.wait_until_it_heeds(process, signal.SIGTERM)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate()
        self.assertEqual(process.returncode, 128 + signal.SIGTERM, err)
        self.assertRegex(err.decode(), r"^photo-style: interrupted; \d of 5 results are there")
        self.assertEqual([name for name in self.written() if name.startswith(".")], [])
        self.batch("in", "--resume", "--quiet")
        self.assertEqual(len(self.written()), COUNT)

    def test_on_a_terminal(self):
        process, text = tool.on_terminal([tool.PROGRAM, "batch", "in", "--style", "dusk.png", "-o",
                                          "out/{name}.png", *tool.FAST], self.folder)
        self.assertEqual(process.returncode, 0, text)
        self.assertIn("of %d photos" % COUNT, text)

    def test_refused(self):
        self.refused_batch("name one photo CONTENT at least")
        self.refused_batch(r"name --style FILE", "in", styles=())
        self.refused_batch("would take the place of another picture of this batch", "in",
                           out="out/x.png")
        self.refused_batch("would take the place", "in", styles=("dusk.png", "snow.png"))
        self.refused_batch("would take the place", "in", out="in/{name}.png")
        self.refused_batch("would take the place", "in/p0.png", out="dusk.png")
        self.refused_batch(r"in braces there may be \{name\}", "in", out="out/{nam}.png")
        self.refused_batch("the ending says which format", "in", out="out/{name}.xyz")
        self.refused_batch("--jobs -1: is out of range", "in", "--jobs=-1")
        self.refused_batch("the report and the picture are the same file", "in", "--report",
                           "out/p1.png")
        self.refused_batch("--amount 7: ", "in", "--amount", "7")
        for pattern, arguments, options in (
                ("gone.png: there is no such file", ["in"], {"styles": ["gone.png"]}),
                ("its folder doesn't exist", ["in"], {"out": "nowhere/{name}.png"}),
                ("out: there is no picture in this folder", ["out"], {}),
                ("in/p1.png: is also an input", ["in", "--report", "in/p1.png"], {}),
                ("nolist.txt: can't be read", ["--list", "nolist.txt"], {})):
            done = self.batch(*arguments, code=1, **options)
            self.check_sentence(done, pattern)
            self.assertEqual(self.written(), [])


if __name__ == "__main__":
    tool.main()
