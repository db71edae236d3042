# SPDX-License-Identifier: LGPL-3.0-or-later
"""A run as a whole: report, progress, interruption, repetition; measure, devices."""

import glob
import json
import os
import re
import resource
import signal
import subprocess
import time

import numpy as np

import tool


class Report(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.photos()

    def check(self, report):
        kinds = {"version": str, "device": str, "network": str, "seconds": float,
                 "evaluations": int, "options": dict, "levels": list, "regions": list,
                 "peak_memory_bytes": int, "notices": list, "notice_codes": list,
                 "inputs": dict}
        self.assertEqual(list(report), list(kinds))
        for key, kind in kinds.items():
            self.assertIsInstance(report[key], kind, key)
        self.assertGreater(report["seconds"], 0)
        self.assertGreater(report["peak_memory_bytes"], 1 << 20)
        self.assertEqual(sum(level["evaluations"] for level in report["levels"]),
                         report["evaluations"])
        for level in report["levels"]:
            self.assertEqual(list(level), ["width", "height", "evaluations", "seconds", "losses",
                                           "weights"])
            self.assertEqual(list(level["weights"]),
                             ["weighting", "style", "content", "matting", "estimate", "gradient"])
            self.assertEqual(list(level["losses"]), ["total", "style", "content", "matting"])
            self.assertGreaterEqual(level["losses"]["matting"], 0)
        for region in report["regions"]:
            self.assertEqual(list(region), ["name", "content_coverage", "style_coverage",
                                            "matched", "borrowed", "reason", "reason_code"])
            self.assertIsInstance(region["matched"], bool)
            self.assertIsInstance(region["borrowed"], bool)
        for notice in report["notices"]:
            self.assertIsInstance(notice, str)

    def test_file(self):
        done = self.transfer("--report", "report.json")
        self.assertEqual(done.out + done.err, "")
        report = self.report()
        self.check(report)
        self.assertEqual(report["network"], "builtin")
        self.assertEqual(report["device"], "cpu")
        self.assertEqual(report["options"]["preset"], "draft")
        self.assertEqual(report["options"]["take"], "all")
        self.assertEqual(report["options"]["unmatched"], "keep")
        self.assertEqual(report["levels"][-1]["width"], 40)

    def test_standard_output(self):
        self.check(json.loads(self.transfer("--report", "-").out))

    def test_notices_are_in_the_report(self):
        pixels = np.full((20, 20, 3), 0.5, np.float32)
        pixels[0, 0] = np.nan
        tool.write_pfm(self.path("nan.pfm"), pixels)
        self.transfer("--report", "report.json", content="nan.pfm", out="out.pfm")
        self.assertTrue(any("3 values" in n for n in self.report()["notices"]))


class Repetition(tool.ToolTest):
    def test_one_thread_repeats_to_the_last_bit(self):
        self.photos(64, 64)
        for name in ("a.pfm", "b.pfm"):
            self.transfer(out=name)
        a, b = (tool.read_pfm(self.path(name)) for name in ("a.pfm", "b.pfm"))
        self.assertTrue(np.array_equal(a, b))

    def test_options_have_an_effect(self):
        self.photos()
        self.transfer(out="plain.pfm")
        plain = tool.read_pfm(self.path("plain.pfm"))
        for option in (["--amount", "0.5"], ["--take", "colour"],
                       ["--take", "brightness"], ["--detail", "1"], ["--photorealism", "10"],
                       ["--content-weight", "30"], ["--style-weight", "0.01"], ["--size", "24"],
                       ["--preset", "normal"], ["--seed", "7"], ["--preset", "artistic"],
                       ["--minimiser", "adam"], ["--start", "noise"],
                       ["--start-image", "style.png"], ["--style-layers", "level1,level2=3"],
                       ["--content-layers", "level2"], ["--style-statistics", "moments"]):
            with self.subTest(option=option):
                self.transfer(*option, out="other.pfm")
                other = tool.read_pfm(self.path("other.pfm"))
                self.assertGreater(np.abs(plain - other).max(), 1e-4)

    def test_amount_blends(self):
        self.photos()
        content = self.pixels("content.png") / 255
        pictures = {}
        for amount in ("0", "0.5", "1"):
            self.transfer("--amount", amount, out="out.pfm")
            pictures[amount] = tool.read_pfm(self.path("out.pfm"))
        self.assertLess(np.abs(pictures["0"] - content).max(), 1e-6)  # 3e-8
        half = (pictures["0"] + pictures["1"]) / 2
        self.assertLess(np.abs(pictures["0.5"] - half).max(), 1e-5)  # 0


class Progress(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.photos(200, 150)
        self.command = [tool.PROGRAM, "transfer", "content.png", "style.png", "-o", "out.png",
                        "--preset", "draft", "--size", "200"]

    def on_terminal(self, *options):
        """Runs with stderr on a terminal and returns what appeared there."""
        process, text = tool.on_terminal([*self.command, *options], self.folder)
        self.assertEqual(process.returncode, 0, text)
        self.assertEqual(process.out, b"")
        return text

    def test_line_on_a_terminal(self):
        text = self.on_terminal()
        self.assertRegex(text, r"\rOptimising \d+ % · \d+ evaluations?\x1b\[K")
        self.assertNotIn("\n", text)
        self.assertTrue(text.endswith("\r\x1b[K"), repr(text[-80:]))
        percents = [int(p) for p in re.findall(r"(\d+) %", text)]
        self.assertEqual(percents, sorted(percents))
        self.assertLessEqual(percents[-1], 100)

    def test_quiet_on_a_terminal(self):
        self.assertEqual(self.on_terminal("--quiet"), "")

    def test_nothing_in_a_pipe(self):
        done = subprocess.run(self.command, cwd=self.folder, capture_output=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))


def work_of(pid):
    """Seconds that the processor has spent on a process so far."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Interruption(tool.ToolTest):
    def interrupted(self, number, code):
        self.photos(1600, 1200)
        with open(self.path("out.png"), "wb") as file:
            file.write(b"older")
        before = sorted(os.listdir(self.folder))
        spent = others = None

        def interrupt(process, text):
            nonlocal spent, others
            if spent is None and re.search(r"Optimising \d+ %", text):  # in the midst of it
                others = resource.getrusage(resource.RUSAGE_CHILDREN)
                spent = work_of(process.pid)
                process.send_signal(number)

        process, text = tool.on_terminal(
            [tool.PROGRAM, "transfer", "content.png", "style.png", "-o", "out.png", "--preset", "best",
             "--size", "1600", "--device", "cpu"], self.folder, interrupt)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertEqual(process.returncode, code, text)
        self.assertEqual(text.split("\r\x1b[K")[-1],
                         "photo-style: interrupted; nothing was written.\r\n")
        # work, not time: other processes make it wait, but not do more
        work = sum(getattr(ended, of) - getattr(others, of) for of in ("ru_utime", "ru_stime"))
        self.assertLess(work - spent, 3)  # 0.04
        self.assertEqual(sorted(os.listdir(self.folder)), before)
        with open(self.path("out.png"), "rb") as file:
            self.assertEqual(file.read(), b"older")

    def test_interrupt(self):
        self.interrupted(signal.SIGINT, 130)

    def test_terminate(self):
        self.interrupted(signal.SIGTERM, 143)

    def test_hang_up(self):
        self.interrupted(signal.SIGHUP, 129)

    def test_nohup(self):
        """Who ignores SIGHUP goes on doing so."""
        self.photos(200, 150)
        with subprocess.Popen([tool.PROGRAM, "transfer", "content.png", "style.png", "-o", "out.png",
                               *tool.FAST], cwd=self.folder, stderr=subprocess.PIPE,
                              preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as process:
            tool.wait_until_it_heeds(process, signal.SIGTERM)
            process.send_signal(signal.SIGHUP)
            self.assertEqual((process.wait(), process.stderr.read()), (0, b""))

    def test_second_signal_while_a_file_is_written(self):
        """The program is stopped as soon as there is an unfinished file, and gets two signals there."""
        self.photos(1200, 1000)
        for out in ("out.png", "out.tif", "out.pfm"):
            with self.subTest(out=out):
                before = sorted(os.listdir(self.folder))
                with subprocess.Popen([tool.PROGRAM, "transfer", "content.png", "style.png", "-o", out,
                                       *tool.FAST], cwd=self.folder) as process:
                    while process.poll() is None and not glob.glob(self.path(".photo-style-*")):
                        time.sleep(0.0005)
                    for number in (signal.SIGINT, signal.SIGINT):
                        process.send_signal(number)
                        # one that is pending is not counted twice
                        while process.poll() is None and self.pending(process.pid, number):
                            time.sleep(0.001)
                    process.wait()
                self.assertIn(process.returncode, (0, 130))
                after = set(os.listdir(self.folder)) - {out}
                self.assertEqual(sorted(after), before)
                if process.returncode == 130:
                    self.assertNotIn(out, os.listdir(self.folder))
                else:
                    os.remove(self.path(out))

    def pending(self, pid, number):
        try:
            with open(f"/proc/{pid}/status") as file:
                waiting = re.search(r"ShdPnd:\s*(\w+)", file.read())
        except (FileNotFoundError, ProcessLookupError):
            return False
        return bool(waiting) and int(waiting.group(1), 16) >> number - 1 & 1


class Others(tool.ToolTest):
    def test_measure(self):
        self.photos(120, 90)
        text = self.run_tool("measure", "content.png", "style.png", "content.png").out
        self.assertRegex(text, r"^edge    1\.0000\nenergy  \S+\ncolour  \S+\n$")
        figures = json.loads(self.run_tool("measure", "--json", "content.png", "style.png",
                                           "content.png", "--size", "100").out)
        self.assertEqual(list(figures), ["version", "edge", "energy", "colour", "probe", "quality"])
        self.assertIsNone(figures["probe"])
        self.assertIsNone(figures["quality"])
        self.assertGreater(figures["colour"], 1)
        styled = json.loads(self.run_tool("measure", "--json", "content.png", "style.png",
                                          "style.png", "--size", "100").out)
        self.assertLess(styled["colour"], figures["colour"])
        self.assertLess(styled["edge"], figures["edge"])

    def test_measure_refuses(self):
        self.photos()
        for arguments, pattern in ((["missing.png", "style.png", "style.png"], "missing.png"),
                                   (["content.png", "style.png", "none.png"], "none.png"),
                                   (["content.png", "style.png", "style.png", "--network",
                                     "no.safetensors"], "no.safetensors")):
            self.check_sentence(self.run_tool("measure", *arguments, code=1), pattern)

    def test_probe(self):
        network = os.path.join(tool.PROJECT, "../shared/reference/networks",
                               "vgg19-16x.safetensors")
        if not os.path.exists(network):
            self.skipTest("there is no ../shared/reference/networks/vgg19-16x.safetensors")
        self.photos(64, 48)
        figures = json.loads(self.run_tool("measure", "--json", "content.png", "style.png",
                                           "content.png", "--network", network).out)
        self.assertGreater(figures["probe"], 0)

    def test_devices(self):
        self.assertRegex(self.run_tool("devices").out, r"(?m)^cpu +\S")
        devices = json.loads(self.run_tool("devices", "--json").out)["devices"]
        self.assertIn("cpu", [device["name"] for device in devices])
        for device in devices:
            self.assertEqual(list(device), ["name", "about", "usable", "memory_bytes"])

    def test_a_flat_result_is_said(self):
        self.photos()
        self.save("grey.png", np.full((36, 36, 3), 120, np.uint8))
        done = self.transfer("--report", "report.json", style="grey.png")
        self.assertIn("The result is nearly flat", done.err)
        self.assertEqual(self.report()["notice_codes"], ["flat-result"])
        self.transfer("--report", "report.json")
        self.assertEqual(self.report()["notice_codes"], [])

    def test_memory_of_a_large_photo(self):
        side = 3000
        self.save("big.png", tool.photo(side, side), compress_level=1)
        self.save("style.png", tool.photo(64, 64))
        self.transfer("--report", "report.json", content="big.png")
        peak = self.report()["peak_memory_bytes"] - (60 << 20)
        self.assertLess(peak / side ** 2, 40)  # 22 bytes a pixel


class Leftovers(tool.ToolTest):
    def test_no_file_but_the_result(self):
        self.photos()
        self.transfer()
        self.assertEqual(sorted(glob.glob("*", root_dir=self.folder, include_hidden=True)),
                         ["content.png", "out.png", "style.png"])

    def test_mode_of_the_result(self):
        self.photos()
        self.transfer()
        mask = os.umask(0)
        os.umask(mask)
        self.assertEqual(os.stat(self.path("out.png")).st_mode & 0o777, 0o666 & ~mask)

    def test_link_is_followed(self):
        self.photos()
        os.mkdir(self.path("elsewhere"))
        with open(self.path("elsewhere/real.png"), "wb"):
            os.symlink("elsewhere/real.png", self.path("link.png"))
        self.transfer(out="link.png")
        self.assertTrue(os.path.islink(self.path("link.png")))
        self.assertEqual(self.open("elsewhere/real.png").size, (40, 30))


if __name__ == "__main__":
    tool.main()
