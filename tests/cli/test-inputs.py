# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files that can't be used: one sentence, exit code 1, no result, nothing left behind."""

import os
import re
import socket
import struct
import zlib

import numpy as np

import tool


def png(width, height, data=b"0" * 100):
    """A PNG that is sound outside, whatever it declares."""
    def chunk(kind, body):
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data))
            + chunk(b"IEND", b""))


class Inputs(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.photos()
        self.save("whole.jpg", tool.photo(60, 50), quality=95)
        self.save("whole.tif", tool.photo(60, 50))

    def put(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)

    def get(self, name):
        with open(self.path(name), "rb") as file:
            return bytearray(file.read())

    def broken_files(self):
        """Names of broken files and what must be said of them."""
        whole = self.get("content.png")
        self.put("half.png", whole[:len(whole) // 2])
        whole[len(whole) // 2] ^= 1
        self.put("flipped.png", whole)
        self.put("signature.png", b"\x89PNG\r\n\x1a\n")
        self.put("short-data.png", png(50, 50))
        self.put("huge.png", png(100000, 100000))
        self.put("zero.png", png(0, 10))
        jpeg = self.get("whole.jpg")
        self.put("half.jpg", jpeg[:len(jpeg) // 2])
        self.put("no-end.jpg", jpeg[:-2])
        self.put("start.jpg", jpeg[:3])
        table = jpeg.index(b"\xff\xc4")
        jpeg[table + 5:table + 20] = b"\xff" * 15
        self.put("bad-table.jpg", jpeg)
        tiff = self.get("whole.tif")
        self.put("half.tif", tiff[:len(tiff) // 2])
        self.put("header.tif", tiff[:8])
        self.put("empty.png", b"")
        self.put("text.png", b"a letter, not a picture\n")
        self.put("half.ppm", b"P6\n10 10\n255\n" + b"x" * 299)
        self.put("huge.ppm", b"P6\n100000 100000\n255\n" + b"x" * 299)
        self.put("zero.ppm", b"P6\n0 10\n255\n")
        self.put("negative.ppm", b"P6\n-4 10\n255\nxxxxxxxxxxxx")
        self.put("header.ppm", b"P6\n10")
        self.put("endless.ppm", b"P6\n" + b"9" * 400)
        self.put("maximum.ppm", b"P6\n1 1\n70000\nxxxxxx")
        self.put("half.pfm", b"PF\n10 10\n-1.0\n" + b"x" * 1000)
        self.put("scale.pfm", b"PF\n1 1\n0\n" + b"x" * 12)
        self.put("locked.png", b"")
        os.mkdir(self.path("folder.png"))
        short = damaged = "is cut short or damaged, or of a kind that can't be decoded"
        return {
            "missing.png": "No such file", "folder.png": "is a folder", "empty.png": "is empty",
            "text.png": "damaged, or none of the kinds", "half.png": short,
            "flipped.png": short, "signature.png": short, "short-data.png": damaged,
            "huge.png": "100000 by 100000 pixels", "zero.png": short,
            "half.jpg": short, "no-end.jpg": short, "start.jpg": short, "bad-table.jpg": damaged,
            "half.tif": damaged, "header.tif": "damaged, or none of the kinds", "half.ppm": short,
            "huge.ppm": "100000 by 100000 pixels", "zero.ppm": "no pixels",
            "negative.ppm": "no pixels", "header.ppm": short, "endless.ppm": short,
            "maximum.ppm": short, "half.pfm": short, "scale.pfm": short}

    def test_broken_content_style_and_mask(self):
        for name, pattern in self.broken_files().items():
            with self.subTest(file=name):
                sentence = name.replace(".", r"\.") + ": .*" + pattern
                self.refused(sentence, content=name)
                self.refused(sentence, style=name)
                self.refused(sentence, "--content-mask", "a=" + name)
                self.refused(sentence, "--content-labels", name, "--style-labels", "style.png")

    def test_no_ordinary_file(self):
        os.mkfifo(self.path("pipe.png"))
        os.mkdir(self.path("folder.png"))
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        here = os.getcwd()
        os.chdir(self.folder)  # the whole path may be too long for a socket
        try:
            server.bind("socket.png")
        finally:
            os.chdir(here)
        os.symlink("/dev/zero", self.path("link.png"))
        special = "is a pipe, a device or a socket; save the picture in a file first"
        for name, what, short in (("pipe.png", special, "ordinary file"), ("socket.png", special, "ordinary file"),
                                  ("/dev/zero", special, "ordinary file"), ("link.png", special, "ordinary file"),
                                  ("folder.png", "is a folder; name a picture in it", "folder")):
            with self.subTest(file=name):
                sentence = re.escape(name) + ": " + what
                self.refused(sentence, content=name)
                self.refused(sentence, style=name)
                self.refused(sentence, "--style-mask", "a=" + name)
                self.refused(sentence, "--content-labels", name, "--style-labels", "style.png")
                self.refused(sentence, "--start-image", name)
                self.refused("this is (a|not an) " + short, "--network", name)
                done = self.run_tool("measure", "content.png", "style.png", name, code=1)
                self.check_sentence(done, sentence)
                done = self.run_tool("transfer", "--recipe", name, "-o", "out.png", code=1)
                self.check_sentence(done, re.escape(name) + ": is no ordinary file; "
                                    "choose a report of a transfer")

    def test_unreadable(self):
        if os.geteuid() == 0:
            self.skipTest("root can read every file")
        os.chmod(self.path("style.png"), 0)
        self.refused("style.png: .*Permission denied")

    def test_inputs_are_not_overwritten(self):
        mask = self.save("mask.png", np.full((5, 5), 255, np.uint8))
        os.link(self.path("style.png"), self.path("other-name.png"))
        os.symlink("content.png", self.path("link.png"))
        before = {name: self.get(name) for name in ("content.png", "style.png", mask)}
        for out in ("content.png", "./style.png", "other-name.png", "link.png", mask):
            with self.subTest(out=out):
                self.refused("is also an input", "--content-mask", "a=" + mask, out=out)
        self.refused("is also an input", "--report", "content.png")
        self.refused("is also an input", "--start-image", mask, out=mask)
        self.assertEqual(before, {name: self.get(name) for name in before})

    def test_places_that_cannot_be_written(self):
        os.mkdir(self.path("out.png"))
        self.refused("no ordinary file")
        self.refused("folder doesn't exist", out="missing/out.png")
        self.refused("folder doesn't exist", "--report", "missing/r.json", out="o.png")
        self.refused("no ordinary file", "--report", "out.png", out="o.png")

    def test_locked_folder(self):
        if os.geteuid() == 0:
            self.skipTest("root can write to every folder")
        os.mkdir(self.path("locked"), 0o500)
        self.refused("can't be written to", out="locked/out.png")

    def test_failure_leaves_an_older_result(self):
        self.put("out.png", b"older")
        self.refused("No such file", style="missing.png")
        self.assertEqual(self.get("out.png"), b"older")

    def test_too_long_for_jpeg(self):
        self.put("long.ppm", b"P6\n65501 1\n255\n" + bytes(65501 * 3))
        self.refused("at most 65500 pixels", content="long.ppm", out="out.jpg")

    def test_numbers_that_are_none(self):
        pixels = tool.photo(24, 20).astype(np.float32) / 255
        pixels[3, 4] = np.nan
        pixels[5, 6, 1] = np.inf
        tool.write_pfm(self.path("nan.pfm"), pixels)
        tool.write_tiff(self.path("nan.tif"), pixels)
        for name in ("nan.pfm", "nan.tif"):
            with self.subTest(file=name):
                self.refused(name + ": holds pixels that are no number", "--content-mask",
                             "a=" + name)
                self.refused(name + ": holds pixels that are no number", "--content-labels",
                             name, "--style-labels", "style.png")
                done = self.transfer(content=name, out="out.pfm")
                self.assertIn(name + ": 4 values were no numbers", done.err)
                self.assertTrue(np.isfinite(tool.read_pfm(self.path("out.pfm"))).all())

    def test_network_file(self):
        self.refused("missing.safetensors", "--network", "missing.safetensors")
        self.put("text.safetensors", b"this is no network\n" * 10)
        self.refused("text.safetensors", "--network", "text.safetensors")
        self.refused("nosuch", "--device", "nosuch")
        self.refused('no layer "relu1_1"; its layers are level1', "--style-layers", "relu1_1")
        self.refused("missing.png: .*No such file", "--start-image", "missing.png")


if __name__ == "__main__":
    tool.main()
