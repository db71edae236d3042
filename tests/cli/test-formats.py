# SPDX-License-Identifier: LGPL-3.0-or-later
"""Pictures of every kind and size, what the result keeps of them, and file formats.

With --amount 0 the result is the content, so that what reading and writing do to a
picture can be seen to the last bit."""

import io

import numpy as np
from PIL import Image, ImageCms

import tool

KEEP = ["--amount", "0"]


class Formats(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.photos()

    def same(self, name, content, **options):
        """The result `name` holds exactly the pixels of `content`."""
        self.transfer(*KEEP, content=content, out=name, **options)
        self.assertTrue(np.array_equal(self.pixels(name), self.pixels(content)), name)

    def test_every_size(self):
        for width, height in ((1, 1), (2, 2), (3, 1), (1, 5), (63, 65), (5000, 7), (7, 700)):
            with self.subTest(size=(width, height)):
                self.save("content.png", tool.photo(width, height))
                self.transfer()
                self.assertEqual(self.open("out.png").size, (width, height))
                self.save("style.png", tool.photo(width, height, 2))
                self.transfer(content="style.png", style="content.png")
                self.assertEqual(self.open("out.png").size, (width, height))

    def test_lossless_formats_return_the_content(self):
        self.save("content.ppm", tool.photo(33, 21))
        self.save("content.tif", tool.photo(33, 21))
        for content in ("content.png", "content.ppm", "content.tif"):
            for out in ("out.png", "out.ppm", "out.tif", "OUT.TIFF"):
                with self.subTest(content=content, out=out):
                    self.same(out, content)

    def test_jpeg(self):
        self.save("content.jpg", tool.photo(33, 21), quality=95)
        self.transfer(*KEEP, content="content.jpg", out="out.jpeg")
        with Image.open(self.path("out.jpeg")) as image:
            self.assertEqual((image.format, image.size), ("JPEG", (33, 21)))
        difference = self.pixels("out.jpeg").astype(int) - self.pixels("content.jpg")
        self.assertLess(np.abs(difference).mean(), 2)  # 0.72

    def test_grey_and_indexed_are_read_as_rgb(self):
        grey = tool.photo(33, 21, channels=1)[..., 0]
        self.save("grey.png", grey)
        self.save("grey.jpg", grey)
        self.save("grey.tif", grey)
        Image.fromarray(tool.photo(33, 21)).quantize(16).save(self.path("indexed.png"))
        Image.fromarray(tool.photo(33, 21)).quantize(16).save(self.path("indexed.tif"))
        Image.fromarray(grey).convert("1").save(self.path("one-bit.png"))
        for name in ("grey.png", "grey.jpg", "grey.tif", "indexed.png", "indexed.tif",
                     "one-bit.png"):
            with self.subTest(file=name):
                self.transfer(*KEEP, content=name)
                self.assertEqual(self.open("out.png").mode, "RGB")
                exact = np.asarray(self.open(name).convert("RGB")).astype(int)
                error = np.abs(self.pixels("out.png") - exact).max()
                self.assertLessEqual(error, 1 if name == "grey.jpg" else 0)  # 1: two decoders
                self.transfer(style=name)

    def test_grey_becomes_colour(self):
        self.save("grey.png", tool.photo(40, 30, channels=1)[..., 0])
        self.transfer(content="grey.png")
        result = self.pixels("out.png").astype(int)
        self.assertGreater(np.abs(result[..., 0] - result[..., 2]).mean(), 1)  # 33

    def test_alpha_of_indexed(self):
        indexed = Image.fromarray(tool.photo(33, 21)).quantize(16)
        indexed.save(self.path("clear.png"), transparency=3)
        self.transfer(*KEEP, content="clear.png")
        self.assertTrue(np.array_equal(self.pixels("out.png"),
                                       np.asarray(self.open("clear.png").convert("RGBA"))))

    def test_alpha(self):
        alpha = np.tile(np.linspace(0, 255, 40).astype(np.uint8), (30, 1))
        self.save("rgba.png", np.dstack([tool.photo(40, 30), alpha]))
        self.save("la.png", np.dstack([tool.photo(40, 30)[..., 0], alpha]))
        for content in ("rgba.png", "la.png"):
            for out in ("out.png", "out.tif"):
                with self.subTest(content=content, out=out):
                    self.transfer(content=content, out=out)
                    self.assertEqual(self.open(out).mode, "RGBA")
                    self.assertTrue(np.array_equal(self.pixels(out)[..., 3], alpha))
        self.transfer(*KEEP, content="rgba.png")
        self.assertTrue(np.array_equal(self.pixels("out.png"), self.pixels("rgba.png")))

    def test_hidden_colours_count_for_nothing(self):
        rgba = np.dstack([tool.photo(40, 30), np.full((30, 40), 255, np.uint8)])
        rgba[5:15, 8:30, 3] = 0
        seen = rgba[..., 3] > 0
        results = []
        for hidden in ((0, 0, 0), (255, 0, 255)):
            rgba[~seen, :3] = hidden
            self.save("rgba.png", rgba)
            self.transfer(content="rgba.png")
            out = self.pixels("out.png")
            self.assertTrue((out[~seen] == (*hidden, 0)).all())
            self.transfer(style="rgba.png", out="style-out.png")
            results.append((out[seen], self.pixels("style-out.png")))
        for first, second in zip(*results):
            self.assertTrue(np.array_equal(first, second))

    def test_faint_colours_hardly_count(self):
        """At an alpha of 1, of 255."""
        rgba = np.dstack([tool.photo(40, 30), np.full((30, 40), 255, np.uint8)])
        rgba[8:, :, 3] = 1
        seen = rgba[..., 3] > 1
        results = []
        for faint in ((0, 255, 0), (255, 0, 255)):
            rgba[~seen, :3] = faint
            self.save("rgba.png", rgba)
            self.transfer(content="rgba.png")
            self.transfer(style="rgba.png", out="style-out.png")
            results.append((self.pixels("out.png")[seen], self.pixels("style-out.png")))
        for first, second in zip(*results):
            apart = np.abs(first.astype(int) - second).mean()
            self.assertLess(apart, 10)  # 0.5, 4.8

    def test_nothing_to_see(self):
        self.save("clear.png", np.dstack([tool.photo(40, 30), np.zeros((30, 40), np.uint8)]))
        for which in ("content", "style"):
            done = self.transfer(code=1, **{which: "clear.png"})
            self.assertIn("The %s is transparent everywhere" % which, done.err)

    def test_no_room_for_alpha(self):
        clear = np.zeros((30, 40), np.uint8)
        clear[0, 0] = 255
        self.save("rgba.png", np.dstack([tool.photo(40, 30), clear]))
        for out in ("out.jpg", "out.ppm"):
            done = self.transfer(content="rgba.png", out=out)
            self.assertIn("became white", done.err)
            self.assertEqual(self.pixels(out)[16:].min(), 255)
        self.save("rgba.png", np.dstack([tool.photo(40, 30), np.full_like(clear, 255)]))
        self.assertEqual(self.transfer(content="rgba.png", out="out.jpg").err, "")

    def test_depth_follows_the_content(self):
        exact = (tool.photo(33, 21).astype(np.uint16) * 257) ^ 0x55
        tool.write_tiff(self.path("deep.tif"), exact)
        self.transfer(*KEEP, content="deep.tif", out="out.tif")
        pixels, _ = tool.read_tiff(self.path("out.tif"))
        self.assertTrue(np.array_equal(pixels, exact))
        self.transfer(*KEEP, content="deep.tif", out="out.png")
        with open(self.path("out.png"), "rb") as file:
            self.assertEqual(file.read(26)[24:], b"\x10\x02")  # 16 bits, RGB
        self.transfer(*KEEP, content="out.png", out="again.ppm")
        with open(self.path("again.ppm"), "rb") as file:
            raw = file.read()
        self.assertTrue(raw.startswith(b"P6\n33 21\n65535\n"))
        self.assertTrue(np.array_equal(np.frombuffer(raw[-exact.size * 2:], ">u2"),
                                       exact.ravel()))
        self.transfer(content="deep.tif", out="out.jpg")
        self.assertIn("fewer bits", self.transfer(content="deep.tif", out="out.jpg").err)

    def test_depth_chosen(self):
        for depth, kind in (("8", np.uint8), ("16", np.uint16), ("float", np.float32)):
            self.transfer(*KEEP, "--depth", depth, out="out.tif")
            pixels, _ = tool.read_tiff(self.path("out.tif"))
            self.assertEqual(pixels.dtype, kind)
            scale = {"8": 1, "16": 257, "float": 1 / 255}[depth]
            error = np.abs(pixels - self.pixels("content.png").astype(float) * scale).max()
            self.assertLess(error, 1e-6 if depth == "float" else 0.5)  # 3e-8

    def test_float(self):
        fine = np.random.default_rng(1).random((21, 33, 3), np.float32)
        fine[4, 5], fine[6, 7] = 3.5, -0.25  # beyond white and black
        tool.write_tiff(self.path("fine.tif"), fine)
        tool.write_pfm(self.path("fine.pfm"), fine)
        for content in ("fine.tif", "fine.pfm"):
            for out in ("out.tif", "out.pfm"):
                self.transfer(*KEEP, content=content, out=out)
                pixels = (tool.read_tiff(self.path(out))[0] if out == "out.tif"
                          else tool.read_pfm(self.path(out)))
                self.assertLess(np.abs(pixels - fine).max(), 1e-6)  # 0

    def test_dither_of_8_bits(self):
        ramp = np.repeat(np.linspace(0.5, 0.51, 64, dtype=np.float32)[None, :, None], 3, 2)
        ramp = np.repeat(ramp, 64, 0)
        tool.write_pfm(self.path("ramp.pfm"), ramp)
        self.transfer(*KEEP, "--depth", "8", content="ramp.pfm", out="a.png")
        self.transfer(*KEEP, "--depth", "8", content="ramp.pfm", out="b.png")
        dithered = self.pixels("a.png")
        self.assertTrue(np.array_equal(dithered, self.pixels("b.png")))
        # Column means follow the ramp: rounding alone is up to 0.5 off, this 0.03.
        means = dithered[..., 1].mean(axis=0)
        self.assertLess(np.abs(means - ramp[0, :, 1] * 255).max(), 0.2)
        self.assertLessEqual(len(np.unique(dithered)), 5)

    def profile(self, name):
        with Image.open(self.path(name)) as image:
            return image.info.get("icc_profile")

    def wide_profile(self):
        """A profile with other primaries than sRGB's: sRGB's with red and green moved."""
        raw = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
        count = int.from_bytes(raw[128:132], "big")
        for i in range(count):
            entry = 132 + 12 * i
            at = int.from_bytes(raw[entry + 4:entry + 8], "big")
            if raw[entry:entry + 4] == b"rXYZ":
                raw[at + 8:at + 20] = b"".join(int(v * 65536).to_bytes(4, "big")
                                               for v in (0.6097, 0.3111, 0.0195))
            if raw[entry:entry + 4] == b"gXYZ":
                raw[at + 8:at + 20] = b"".join(int(v * 65536).to_bytes(4, "big")
                                               for v in (0.2053, 0.6257, 0.0609))
        return bytes(raw)

    def test_profile_is_kept(self):
        profile = self.wide_profile()
        for content in ("wide.png", "wide.jpg", "wide.tif"):
            self.save(content, tool.photo(33, 21), icc_profile=profile)
            for out in ("out.png", "out.jpg", "out.tif"):
                with self.subTest(content=content, out=out):
                    self.transfer(*KEEP, content=content, out=out)
                    self.assertEqual(self.profile(out), profile)
                    if "jpg" not in content + out:
                        self.assertTrue(np.array_equal(self.pixels(out), self.pixels(content)))

    def test_style_is_seen_in_the_contents_colours(self):
        """The same colours stored in two profiles are the same style."""
        photo = tool.photo(40, 30, 3) // 2 + 60
        wide = self.wide_profile()
        converted = ImageCms.profileToProfile(
            Image.fromarray(photo), ImageCms.createProfile("sRGB"),
            ImageCms.ImageCmsProfile(io.BytesIO(wide)), renderingIntent=1)
        self.save("srgb.png", photo)
        self.save("wide.png", np.asarray(converted), icc_profile=wide)
        self.transfer(style="srgb.png", out="a.png")
        self.transfer(style="wide.png", out="b.png")
        self.transfer(style="content.png", out="c.png")
        a, b, c = (self.pixels(n).astype(int) for n in ("a.png", "b.png", "c.png"))
        self.assertLess(np.abs(a - b).mean(), 2)  # 0.19
        self.assertGreater(np.abs(a - c).mean(), 10)  # 34

    def test_turned_photos_come_out_upright(self):
        turns = {1: lambda p: p, 2: np.fliplr, 3: lambda p: np.rot90(p, 2), 4: np.flipud,
                 5: lambda p: p.swapaxes(0, 1), 6: lambda p: np.rot90(p, -1),
                 7: lambda p: np.rot90(p, 2).swapaxes(0, 1), 8: np.rot90}
        stored = tool.photo(33, 21)
        for orientation, turn in turns.items():
            exif = Image.Exif()
            exif[0x0112] = orientation
            for content in ("turned.png", "turned.tif"):
                with self.subTest(orientation=orientation, content=content):
                    self.save(content, stored, exif=exif)
                    self.transfer(*KEEP, content=content)
                    self.assertTrue(np.array_equal(self.pixels("out.png"), turn(stored)))
                    self.assertIn(self.open("out.png").getexif().get(0x0112), (None, 1))

    def test_exif_is_carried_over(self):
        exif = Image.Exif()
        exif[0x010F], exif[0x0132], exif[0x0112] = "Maker", "2020:01:02 03:04:05", 6
        self.save("content.jpg", tool.photo(33, 21), exif=exif)
        self.save("content.tif", tool.photo(33, 21), exif=exif)
        for content in ("content.jpg", "content.tif"):
            for out in ("out.jpg", "out.png", "out.tif"):
                with self.subTest(content=content, out=out):
                    self.transfer(content=content, out=out)
                    image = self.open(out)
                    kept = image.getexif()
                    self.assertEqual((kept[0x010F], kept[0x0132]),
                                     ("Maker", "2020:01:02 03:04:05"))
                    self.assertEqual(image.size, (21, 33))
                    self.assertEqual(kept.get(0x0112), 1)


class Plain(tool.ToolTest):
    """The build without libvips."""

    def setUp(self):
        super().setUp()
        if tool.PLAIN == tool.PROGRAM:
            self.skipTest("this build has no libvips: the other tests have seen it")

    def test_reads_and_writes_ppm_and_pfm(self):
        self.save("content.ppm", tool.photo(33, 21))
        self.save("style.ppm", tool.photo(20, 20, 2))
        self.transfer(*KEEP, content="content.ppm", style="style.ppm", out="out.ppm",
                      program=tool.PLAIN)
        self.assertTrue(np.array_equal(self.pixels("out.ppm"), self.pixels("content.ppm")))
        self.transfer(*KEEP, content="content.ppm", style="style.ppm", out="out.pfm",
                      program=tool.PLAIN)
        pixels = tool.read_pfm(self.path("out.pfm"))
        self.assertLess(np.abs(pixels * 255 - self.pixels("content.ppm")).max(), 1e-4)  # 0

    def test_same_pixels_as_the_full_build(self):
        self.save("content.ppm", tool.photo(33, 21))
        self.save("style.ppm", tool.photo(20, 20, 2))
        for program, out in ((tool.PLAIN, "a.pfm"), (tool.PROGRAM, "b.pfm")):
            self.transfer(content="content.ppm", style="style.ppm", out=out, program=program)
        self.assertTrue(np.array_equal(tool.read_pfm(self.path("a.pfm")),
                                       tool.read_pfm(self.path("b.pfm"))))

    def test_says_what_it_reads(self):
        self.photos()
        done = self.transfer(program=tool.PLAIN, out="out.ppm", code=1)
        self.check_sentence(done, "content.png: .*this build reads only PPM, PFM, PGM")
        done = self.transfer(program=tool.PLAIN, out="out.png", code=2)
        self.assertIn(".ppm .pfm", done.err)


if __name__ == "__main__":
    tool.main()
