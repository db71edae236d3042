# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where results go: names that mean one file, links, permissions; a standard output that fails."""

import os
import subprocess

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

    def printing(self):
        """A command line of everything that prints, but for the results' names."""
        photos = ["content.png", "style.png"]
        maps = ["--content-labels", "c.png", "--style-labels", "s.png", "--threads", "1"]
        bench = ["bench", "--only", "transfer", "--preset", "draft", "--width", "48", "--height", "32",
                 "--repeats", "1", "--threads", "1"]
        return [["--help"], ["--version"], ["describe"], ["devices"], ["devices", "--json"],
                *([command, "--help"] for command in ("transfer", "regions", "measure", "devices", "bench")),
                ["transfer", *photos, "-o", "out.png", *tool.FAST, "--report", "-"],
                ["regions", *photos, *maps], ["regions", *photos, *maps, "--json"],
                ["measure", *photos, "style.png"], ["measure", "--json", *photos, "style.png"],
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
