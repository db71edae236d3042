# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where results go: names that mean one file, links, permissions; a standard output that fails."""

import os
import resource
import shutil
import subprocess

from PIL import Image

import tool


class Outputs(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.photos()

    def put(self, name, data=b"older"):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return name

    def get(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def mode(self, name):
        return os.stat(self.path(name)).st_mode & 0o777

    def regions(self, *outputs, code=0):
        return self.run_tool("regions", "content.png", "style.png", "--content-labels", outputs[0],
                             "--style-labels", outputs[1], "--threads", "1", code=code)

    def test_two_results_in_one_file(self):
        os.mkdir(self.path("sub"))
        os.symlink("sub", self.path("same-folder"))
        os.symlink("new.png", self.path("dangling.png"))
        os.symlink("dangling.png", self.path("twice.png"))
        os.link(self.path(self.put("older.png")), self.path("hard.png"))
        os.symlink(self.path("older.png"), self.path("link.png"))
        before = sorted(os.listdir(self.folder))
        for a, b in (("new.png", "new.png"), ("new.png", "./new.png"), ("new.png", "sub/../new.png"),
                     ("new.png", self.path("new.png")), ("new.png", "dangling.png"),
                     ("twice.png", "new.png"), ("sub/a.png", "same-folder/a.png"),
                     ("older.png", "hard.png"), ("link.png", "hard.png"), ("link.png", "older.png")):
            with self.subTest(a=a, b=b):
                self.refused("the report and the picture are the same file; choose another name for "
                             r"one of them\.$", "--report", b, out=a, code=2)
                self.check_sentence(self.regions(a, b, code=2), "both label maps are the same file; "
                                    r"choose another name for one of them\.$", 2)
        self.assertEqual(sorted(os.listdir(self.folder)), before)
        self.assertEqual(self.get("older.png"), b"older")

    def test_result_in_an_input(self):
        os.link(self.path("style.png"), self.path("hard.png"))
        os.symlink("content.png", self.path("link.png"))
        os.symlink("link.png", self.path("twice.png"))
        before = self.get("content.png"), self.get("style.png")
        for name in ("content.png", "./content.png", self.path("style.png"), "hard.png", "link.png",
                     "twice.png"):
            with self.subTest(name=name):
                sentence = name + r": is also an input and would be lost; choose another name\.$"
                self.refused(sentence, out=name)
                self.refused(sentence, "--report", name)
                self.check_sentence(self.regions(name, "s.png", code=1), sentence)
                self.check_sentence(self.regions("c.png", name, code=1), sentence)
        self.assertEqual(before, (self.get("content.png"), self.get("style.png")))

    def test_dangling_links_are_followed(self):
        os.mkdir(self.path("sub"))
        os.symlink("sub/real.png", self.path("link.png"))
        os.symlink(self.path("link.png"), self.path("sub/twice.png"))
        os.symlink("sub/real.json", self.path("link.json"))
        self.transfer("--report", "link.json", out="sub/twice.png")
        for link in ("link.png", "sub/twice.png", "link.json"):
            self.assertTrue(os.path.islink(self.path(link)), link)
        self.assertEqual(self.open("sub/real.png").size, (40, 30))
        self.assertEqual(self.report("sub/real.json")["device"], "cpu")

    def test_links_that_lead_nowhere(self):
        os.symlink("loop.png", self.path("loop.png"))
        os.symlink("missing/new.png", self.path("lost.png"))
        self.refused(r"loop.png: is a symbolic link that leads to itself; choose another name\.$",
                     out="loop.png")
        self.refused(r"lost.png: its folder doesn't exist; create it first\.$", out="lost.png")

    def test_permissions_are_kept(self):
        for mode in (0o600, 0o664, 0o755, 0o666):
            for name in ("out.png", "report.json"):
                os.chmod(self.path(self.put(name)), mode)
            self.transfer("--report", "report.json")
            self.assertEqual(self.open("out.png").size, (40, 30))
            self.assertEqual((self.mode("out.png"), self.mode("report.json")), (mode, mode))

    def test_new_results_have_the_mode_of_the_umask(self):
        before = os.umask(0o027)
        try:
            self.transfer("--report", "report.json")
        finally:
            os.umask(before)
        self.assertEqual((self.mode("out.png"), self.mode("report.json")), (0o640, 0o640))

    def test_write_protected(self):
        """Also for root, whom permissions don't hinder."""
        for name in ("out.png", "report.json"):
            os.chmod(self.path(self.put(name)), 0o444)
        os.symlink("out.png", self.path("link.png"))
        protected = r": is write-protected; choose another name\.$"
        self.refused("out.png" + protected)
        self.refused("link.png" + protected, out="link.png")
        self.refused("report.json" + protected, "--report", "report.json", out="new.png")
        self.check_sentence(self.regions("new.png", "out.png", code=1), "out.png" + protected)
        self.assertEqual((self.get("out.png"), self.mode("out.png")), (b"older", 0o444))

    def limited(self, most):
        """For a process that writes no file larger than this."""
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    def check_no_room(self, arguments, sentence, **options):
        before = sorted(os.listdir(self.folder))
        done = subprocess.run([tool.PROGRAM, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, **options)
        done.out, done.err = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, 1, done.err)
        self.check_sentence(done, sentence)
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_larger_than_files_may_be(self):
        no_room = r"can't be written; make room on the disk or in the memory, or choose another folder\.$"
        too_large = r"can't be written \(File too large\); make room or choose another folder\.$"
        for out, sentence in (("out.png", no_room), ("out.tif", no_room), ("out.jpg", no_room),
                              ("out.webp", no_room), ("out.jxl", no_room), ("out.ppm", too_large),
                              ("out.pfm", too_large)):
            for most in (0, 400):
                with self.subTest(out=out, most=most):
                    self.check_no_room(["transfer", "content.png", "style.png", "-o", out, *tool.FAST],
                                       out + ": " + sentence, preexec_fn=self.limited(most))

    def test_metadata_that_do_not_fit(self):
        exif = Image.Exif()
        exif[0x010e] = "0123456789" * 3000
        self.save("much.jpg", tool.photo(64, 48), exif=exif)
        for out in ("out.png", "out.tif"):
            self.transfer(content="much.jpg", out=out)
            size = os.path.getsize(self.path(out))
            os.remove(self.path(out))
            for most in (size - 1, size - 400, size - 10000):
                with self.subTest(out=out, most=most):
                    self.check_no_room(["transfer", "much.jpg", "style.png", "-o", out, *tool.FAST],
                                       out + r": can't be written; make room on the disk or in the memory, "
                                       r"or choose another folder\.$",
                                       preexec_fn=self.limited(most))

    def test_report_that_does_not_fit(self):
        """The picture is there, as it was written before, and the report is what is blamed."""
        self.save("small.png", tool.photo(4, 4))
        done = subprocess.run([tool.PROGRAM, "transfer", "small.png", "small.png", "-o", "out.png",
                               "--report", "r.json", *tool.FAST], cwd=self.folder, stderr=subprocess.PIPE,
                              preexec_fn=self.limited(1000))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.decode().splitlines()[-1], "photo-style: r.json: can't be written "
                         "(File too large); make room or choose another folder.")
        self.assertEqual(self.open("out.png").size, (4, 4))
        self.assertEqual(sorted(os.listdir(self.folder)), ["content.png", "out.png", "small.png", "style.png"])

    def test_full_disk(self):
        disk = self.path("disk")
        os.mkdir(disk)
        mount = ["unshare", "--map-root-user", "--mount", "sh", "-c",
                 'mount -t tmpfs -o size="$1" none disk && shift && "$@"; code=$?; '
                 'test -z "$(ls -A disk)" || ls -A disk; exit $code', "sh"]
        if not shutil.which("unshare") or subprocess.run([*mount, "64k", "true"], cwd=self.folder,
                                                         capture_output=True).returncode != 0:
            self.skipTest("no small disk can be mounted here")
        self.save("content.png", tool.photo(200, 150))
        no_room = "can't be written; make room"
        for out, sentence in (("png", no_room), ("jpg", no_room), ("tif", no_room),
                              ("ppm", r"can't be written \(No space left on device\); make room")):
            with self.subTest(out=out):
                done = subprocess.run([*mount, "64k", tool.PROGRAM, "transfer", "content.png", "style.png",
                                       "-o", "disk/out." + out, *tool.FAST], cwd=self.folder,
                                      capture_output=True)
                self.assertEqual((done.returncode, done.stdout), (1, b""), done.stderr)
                self.assertRegex(done.stderr.decode(), rf"^photo-style: disk/out\.{out}: {sentence}")

    def printing(self):
        """A command line of everything that prints, but for the results' names."""
        photos = ["content.png", "style.png"]
        maps = ["--content-labels", "c.png", "--style-labels", "s.png", "--threads", "1"]
        bench = ["bench", "--only", "transfer", "--preset", "draft", "--width", "48", "--height", "32",
                 "--repeats", "1", "--threads", "1"]
        return [["--help"], ["--version"], ["describe"], ["devices"], ["devices", "--json"],
                *([command, "--help"] for command in ("transfer", "regions", "measure", "look", "apply", "devices",
                                             "bench")),
                ["transfer", *photos, "-o", "out.png", *tool.FAST, "--report", "-"],
                ["regions", *photos, *maps], ["regions", *photos, *maps, "--json"],
                ["measure", *photos, "style.png"], ["measure", "--json", *photos, "style.png"],
                ["look", "content.png", "content.png", "-o", "a.cube"],
                ["look", "content.png", "content.png", "-o", "a.cube", "--json"],
                bench, [*bench, "--json"]]

    def check_lost(self, arguments, **options):
        done = subprocess.run([tool.PROGRAM, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, **options)
        text = done.stderr.decode()
        self.assertEqual(done.returncode, 1, text)
        self.assertEqual(text.splitlines()[-1], "photo-style: the standard output can't be written, and what "
                         "was printed is incomplete; send it elsewhere.")

    def test_full_standard_output(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("there is no /dev/full")
        for arguments in self.printing():
            with self.subTest(arguments=arguments), open("/dev/full", "wb") as full:
                self.check_lost(arguments, stdout=full)

    def test_closed_standard_output(self):
        for arguments in self.printing():
            with self.subTest(arguments=arguments):
                self.check_lost(arguments, preexec_fn=lambda: os.close(1))

    def test_what_prints_nothing_needs_no_streams(self):
        """Nor does it take a file of its own for one of them."""
        def close_all():
            for stream in range(3):
                os.close(stream)
        done = subprocess.run([tool.PROGRAM, "transfer", "content.png", "style.png", "-o", "out.png",
                               "--report", "report.json", *tool.FAST], cwd=self.folder,
                              preexec_fn=close_all)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.open("out.png").size, (40, 30))
        self.assertEqual(self.report()["device"], "cpu")


if __name__ == "__main__":
    tool.main()
