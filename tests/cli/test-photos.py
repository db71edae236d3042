# SPDX-License-Identifier: LGPL-3.0-or-later
"""Photos as the world brings them: damaged, with inks, with several pages; what is known about a photo
besides its pixels; formats that need a library.

With --amount 0 the result is the content."""

import ctypes
import io
import os
import struct

import numpy as np
from PIL import Image, ImageCms

import tool

KEEP = ["--amount", "0"]

XMP = (b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
       b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
       b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
       b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
       b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6" dc:source="a source"/>'
       b'</rdf:RDF></x:xmpmeta><?xpacket end="w"?>')


def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


def grey_tiff(path, pixels, photometric):
    """An uncompressed grey TIFF of uint8 or uint16 whose samples mean what `photometric` says."""
    height, width = pixels.shape
    data = pixels.tobytes()
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, pixels.dtype.itemsize * 8),
               (259, 3, 1, 1), (262, 3, 1, photometric), (273, 4, 1, 8), (277, 3, 1, 1),
               (278, 4, 1, height), (279, 4, 1, len(data))]
    with open(path, "wb") as file:
        file.write(struct.pack("<2sHI", b"II", 42, 8 + len(data)) + data)
        file.write(struct.pack("<H", len(entries)))
        for entry in entries:
            file.write(struct.pack("<HHII", *entry))
        file.write(struct.pack("<I", 0))


class Photos(tool.ToolTest):
    def setUp(self):
        super().setUp()
        if tool.PLAIN == tool.PROGRAM:
            self.skipTest("this build has no libvips")
        self.photos()

    def put(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return name

    def get(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def kept(self, content, out="out.png", *arguments, note=None):
        """The content's pixels as they are read, and written as `out`."""
        done = self.transfer(*KEEP, *arguments, content=content, out=out)
        if note:
            self.assertRegex(done.err, "photo-style: note: .*" + note)
        else:
            self.assertEqual(done.err, "")
        return self.pixels(out)

    def writes(self, extension):
        if extension in self.run_tool("transfer", "content.png", "style.png", "-o", "out.none",
                                      code=2).err.split():
            return True
        self.skipTest("this libvips doesn't write " + extension)

    # -------------------------------------------------------------- damage

    def test_damaged_scan(self):
        self.save("whole.jpg", tool.photo(300, 200), quality=95)
        whole = self.get("whole.jpg")
        start = whole.index(b"\xff\xda")
        noted = 0
        rng = np.random.default_rng(7)
        for at in np.linspace(0.05, 0.9, 10):
            damaged = bytearray(whole)
            i = int(start + 20 + at * (len(whole) - start - 40))
            damaged[i:i + 12] = rng.integers(0, 255, 12).astype(np.uint8).tobytes()
            self.put("damaged.jpg", damaged)
            done = self.transfer(*KEEP, content="damaged.jpg", style="whole.jpg")
            noted += "damaged.jpg: is damaged; up to " in done.err
        self.assertGreaterEqual(noted, 3)  # 6: of some damage the file doesn't tell
        self.assertEqual(self.kept("whole.jpg").shape, (200, 300, 3))
        self.put("more.jpg", whole + b"what a phone adds" * 20)
        self.assertEqual(self.kept("more.jpg").shape, (200, 300, 3))

    def test_share_of_the_damage(self):
        """With restart markers it is known where a damage begins."""
        self.save("whole.jpg", tool.photo(300, 200), quality=95, restart_marker_rows=1)
        whole = self.get("whole.jpg")
        at = whole.rindex(b"\xff\xd0")
        self.put("damaged.jpg", whole[:at] + b"\x00\x00" + whole[at + 2:])
        done = self.transfer(*KEEP, content="damaged.jpg")
        share = int(done.err.split("up to ")[1].split()[0])
        self.assertGreater(share, 0)
        self.assertLess(share, 100)

    def test_truncated(self):
        for name, options in (("a.jpg", {}), ("p.jpg", {"progressive": True}), ("a.png", {}),
                              ("a.tif", {}), ("z.tif", {"compression": "tiff_lzw"}), ("a.webp", {})):
            self.save(name, tool.photo(300, 200), **options)
            whole = self.get(name)
            for share in (0.3, 0.6, 0.95):
                with self.subTest(name=name, share=share):
                    self.put(name, whole[:int(share * len(whole))])
                    self.refused(name.replace(".", r"\.") + ": is (cut short or )?damaged", content=name)

    def test_damaged_profile(self):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        rng = np.random.default_rng(3)
        wild = bytearray(profile)
        for i in rng.integers(128, len(wild), 40):
            wild[i] = rng.integers(256)
        damage = {"zeros": profile[:200] + bytes(len(profile) - 200), "short": profile[:100],
                  "noise": rng.bytes(3000), "tags": profile[:128] + b"\xff\xff\xff\xff" + profile[132:]}
        exact = self.pixels("content.png")
        for kind, bad in damage.items():
            for name in ("bad.png", "bad.jpg", "bad.tif"):
                with self.subTest(kind=kind, name=name):
                    self.save(name, exact, icc_profile=bad)
                    pixels = self.kept(name, note="its colour profile is damaged or made for other")
                    if not name.endswith("jpg"):
                        self.assertTrue(np.array_equal(pixels, exact))
                    self.assertNotIn("icc_profile", self.open("out.png").info)
        self.save("wild.png", exact, icc_profile=bytes(wild))
        self.transfer(*KEEP, content="content.png", style="wild.png")

    # -------------------------------------------------------- what pixels mean

    def test_white_is_zero(self):
        grey = tool.photo(33, 21)[..., 0]
        deep = grey.astype(np.uint16) * 257
        for pixels in (grey, deep):
            for photometric, stored in ((1, pixels), (0, pixels ^ np.iinfo(pixels.dtype).max)):
                grey_tiff(self.path("grey.tif"), stored, photometric)
                self.assertTrue(np.array_equal(self.kept("grey.tif", "out.png", "--depth", "8")[..., 1],
                                               grey))

    def test_inks(self):
        exact = self.pixels("content.png")
        Image.fromarray(exact).convert("CMYK").save(self.path("inks.tif"))
        Image.fromarray(exact).convert("CMYK").save(self.path("inks.jpg"), quality=95)
        results = [self.kept(name, note="inks without a usable profile").astype(int)
                   for name in ("inks.tif", "inks.jpg")]
        for result in results:
            # another profile than the one by which Pillow makes inks of colours: near, not equal
            self.assertLess(np.abs(result.mean() - exact.mean()), 15)  # 5.0
        self.assertLess(np.abs(results[0] - results[1]).mean(), 2)  # 0.6
        self.transfer(style="inks.jpg")
        self.transfer("--content-mask", "sky=inks.tif")

    def test_grey_profiles(self):
        """A grey photo with a profile for RGB, as many programs write it."""
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        grey = tool.photo(33, 21)[..., 0]
        self.save("grey.png", grey, icc_profile=profile)
        self.assertTrue(np.array_equal(self.kept("grey.png")[..., 2], grey))
        self.assertEqual(self.open("out.png").info.get("icc_profile"), profile)

    def test_lab(self):
        exact = self.pixels("content.png")
        lab = ImageCms.profileToProfile(Image.fromarray(exact), ImageCms.createProfile("sRGB"),
                                        ImageCms.createProfile("LAB"), outputMode="LAB")
        lab.save(self.path("lab.tif"))
        vips = ctypes.CDLL("libvips.so.42")
        if (vips.vips_version(0), vips.vips_version(1)) == (8, 18):
            self.refused("lab.tif: is cut short or damaged, or of a kind that can't be decoded",
                         content="lab.tif")
            self.skipTest("libvips 8.18 takes Lab in 8 bits for damaged")
        result = self.kept("lab.tif", "out.png", "--depth", "8")
        self.assertLess(np.abs(result.astype(int) - exact).mean(), 2)  # 1.1

    def test_profile_of_a_style_without_one(self):
        """A style without a profile is sRGB also beside a content with another one."""
        exact = tool.photo(33, 21)
        raw = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
        at = raw.index(b"rTRC")
        at = int.from_bytes(raw[at + 4:at + 8], "big")
        raw[at:at + 14] = b"curv" + bytes(4) + struct.pack(">IH", 1, 0x100)  # linear light
        linear = bytes(raw)
        self.save("linear.png", exact, icc_profile=linear)
        self.assertTrue(np.array_equal(self.kept("linear.png"), exact))
        self.assertEqual(self.open("out.png").info.get("icc_profile"), linear)
        straight = (exact / 255.0) ** 2.2
        self.save("style-linear.png", (straight * 255 + 0.5).astype(np.uint8), icc_profile=linear)
        self.save("style-plain.png", exact)
        self.save("style.ppm", exact)
        self.transfer(style="style-linear.png", out="a.png")
        self.transfer(style="style-plain.png", out="b.png")
        a, b = (self.pixels(name).astype(int) for name in ("a.png", "b.png"))
        self.assertLess(np.abs(a - b).mean(), 4)  # 1.4
        self.transfer(content="linear.png", style="style.ppm", out="c.png")
        self.transfer(content="linear.png", style="style-plain.png", out="d.png")
        self.assertTrue(np.array_equal(self.pixels("c.png"), self.pixels("d.png")))

    # ------------------------------------------------------- pages and frames

    def test_thumbnail_comes_first(self):
        exact = tool.photo(60, 50)
        Image.fromarray(exact[::4, ::4]).save(self.path("pages.tif"), save_all=True, append_images=[
            Image.fromarray(exact), Image.fromarray(255 - exact)])
        self.assertTrue(np.array_equal(
            self.kept("pages.tif", note="holds 3 pages; only the largest, page 2, was taken"), exact))

    def test_frames(self):
        exact = tool.photo(60, 50)
        Image.fromarray(exact).save(self.path("moving.webp"), save_all=True, lossless=True,
                                    append_images=[Image.fromarray(255 - exact)])
        self.assertTrue(np.array_equal(
            self.kept("moving.webp", note="holds 2 pictures or frames; only one was taken"), exact))
        mask = np.full((30, 40), 255, np.uint8)
        Image.fromarray(mask).save(self.path("mask.tif"), save_all=True,
                                   append_images=[Image.fromarray(mask[:5])])
        done = self.transfer("--content-mask", "a=mask.tif", "--style-mask", "a=mask.tif")
        self.assertEqual(done.err.count("mask.tif: holds 2 pages"), 2)

    # ----------------------------------------------------------------- formats

    def test_lossless_round_trips(self):
        for extension in (".jxl", ".png", ".tif"):
            with self.subTest(extension=extension):
                self.writes(extension)
                alpha = np.tile(np.linspace(1, 255, 40).astype(np.uint8), (30, 1))
                rgba = self.save("rgba.png", np.dstack([tool.photo(40, 30), alpha]))
                self.kept(rgba, "out.png")
                self.transfer(*KEEP, content=rgba, out="there" + extension)
                self.assertTrue(np.array_equal(self.kept("there" + extension), self.pixels(rgba)))
                deep = (tool.photo(33, 21).astype(np.uint16) * 257) ^ 0x55
                tool.write_tiff(self.path("deep.tif"), deep)
                self.transfer(*KEEP, content="deep.tif", out="there" + extension)
                self.transfer(*KEEP, content="there" + extension, out="back.tif")
                self.assertTrue(np.array_equal(tool.read_tiff(self.path("back.tif"))[0], deep))

    def test_lossy_formats(self):
        y, x = np.mgrid[0:60, 0:80]
        smooth = np.dstack([x * 3, y * 4, 255 - x * 2, 255 - y * 2]).astype(np.uint8)
        self.save("smooth.png", smooth)
        for extension in (".webp", ".avif"):
            with self.subTest(extension=extension):
                self.writes(extension)
                self.transfer(*KEEP, content="smooth.png", out="there" + extension)
                back = self.kept("there" + extension).astype(int)
                self.assertLess(np.abs(back - smooth)[..., :3].mean(), 3)  # 1.2
                self.assertLess(np.abs(back - smooth)[..., 3].max(), 4)  # 1

    def test_sides_of_webp(self):
        self.put("long.ppm", b"P6\n16384 1\n255\n" + bytes(16384 * 3))
        self.refused("a WebP has at most 16383 pixels", content="long.ppm", out="out.webp")

    # ------------------------------------------------------------- particulars

    def described(self, name):
        """A photo of which much is known."""
        exif = Image.Exif()
        exif[0x010F], exif[0x0132], exif[0x0112] = "Maker", "2020:01:02 03:04:05", 6
        exif[0x011A] = exif[0x011B] = 300.0
        exif[0x0128] = 2
        exif.get_ifd(0x8769)[0x829A] = 0.01
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2] = "N", (47.0, 22.0, 11.5)
        file = io.BytesIO()
        kind = {".jpg": "JPEG", ".webp": "WEBP"}[os.path.splitext(name)[1]]
        Image.fromarray(tool.photo(40, 30)).save(file, kind, exif=exif, dpi=(300, 300), xmp=XMP)
        data = file.getvalue()
        if kind == "JPEG":
            iptc = b"\x1c\x02\x5a\x00\x04Bern"
            data = data[:2] + segment(0xed, b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0"
                                      + struct.pack(">I", len(iptc)) + iptc + b"\0") + data[2:]
        return self.put(name, data)

    def test_particulars_are_kept(self):
        for content in ("a.jpg", "a.webp"):
            self.described(content)
            for out in ("out.jpg", "out.png", "out.tif", "out.webp"):
                with self.subTest(content=content, out=out):
                    done = self.transfer(*KEEP, content=content, out=out)
                    self.assertEqual("no place for the content's IPTC" in done.err,
                                     (content, out) == ("a.jpg", "out.webp"))
                    image = self.open(out)
                    exif = image.getexif()
                    self.assertEqual(image.size, (30, 40))
                    self.assertEqual((exif[0x010F], exif.get(0x0112)), ("Maker", 1))
                    self.assertAlmostEqual(float(exif.get_ifd(0x8769)[0x829A]), 0.01)
                    self.assertEqual([float(v) for v in exif.get_ifd(0x8825)[2]], [47, 22, 11.5])
                    dpi = image.info.get("dpi") or (exif[0x011A], exif[0x011B])
                    self.assertLess(max(abs(float(value) - 300) for value in dpi), 0.01)
                    packed = image.info.get("XML:com.adobe.xmp")  # in PNGs by libvips 8.18
                    raw = packed.encode() if packed else self.get(out)
                    self.assertIn(b"a source", raw)
                    self.assertIn(b'tiff:Orientation="1"', raw)
                    self.assertNotIn(b'tiff:Orientation="6"', raw)

    def test_iptc_is_kept(self):
        self.described("a.jpg")
        for way in (["out.jpg"], ["out.tif"], ["out.png", "out.jpg"], ["out.tif", "out.png", "out.jpg"],
                    ["out.png", "more.png", "out.tif"]):
            with self.subTest(way=way):
                content = "a.jpg"
                for out in way:
                    self.transfer(*KEEP, content=content, out=out)
                    content = out
                self.assertIn(b"\x1c\x02\x5a\x00\x04Bern", self.get(content))

    def test_jxl_and_avif_carry_exif(self):
        self.described("a.jpg")
        for between in ("there.jxl", "there.avif"):
            with self.subTest(between=between):
                self.writes(os.path.splitext(between)[1])
                self.transfer(*KEEP, content="a.jpg", out=between)
                self.transfer(*KEEP, content=between, out="out.jpg")
                exif = self.open("out.jpg").getexif()
                self.assertEqual((exif[0x010F], exif.get(0x0112)), ("Maker", 1))
                self.assertEqual(self.open("out.jpg").size, (30, 40))
                self.assertIn(b"a source", self.get("out.jpg"))
        exif = Image.Exif()
        exif[0x010F] = "Maker"
        self.save("a.tif", tool.photo(40, 30), exif=exif)
        self.assertIn("the metadata of a.tif couldn't be carried over",
                      self.transfer(*KEEP, content="a.tif", out="there.jxl").err)

    def test_thumbnail_is_left_out(self):
        """It would show the photo as it was."""
        thumbnail = io.BytesIO()
        Image.fromarray(tool.photo(16, 12)).save(thumbnail, "JPEG")
        size = len(thumbnail.getvalue())
        first = struct.pack("<HHHIII", 1, 0x0112, 3, 1, 1, 26)
        second = struct.pack("<HHHIIHHII", 2, 0x0201, 4, 1, 56, 0x0202, 4, 1, size)
        exif = b"Exif\0\0" + b"II*\0\x08\0\0\0" + first + second + bytes(4)
        raw = self.get(self.save("plain.jpg", tool.photo(40, 30)))
        self.put("thumb.jpg", raw[:2] + segment(0xe1, exif + thumbnail.getvalue()) + raw[2:])
        self.assertIn(thumbnail.getvalue(), self.get("thumb.jpg"))
        for out in ("out.jpg", "out.png", "out.tif"):
            self.transfer(*KEEP, content="thumb.jpg", out=out)
            self.assertNotIn(thumbnail.getvalue(), self.get(out))

    def test_profile_that_has_no_place(self):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        self.save("tagged.png", tool.photo(33, 21), icc_profile=profile)
        self.kept("tagged.png", "out.ppm", note="a PPM has no colour profile")


class Beyond(tool.ToolTest):
    """Floats beyond black and white."""

    def test_wild_pixel_of_a_style(self):
        self.photos()
        style = tool.photo(36, 36, 2).astype(np.float32) / 255
        tool.write_pfm(self.path("style.pfm"), style)
        self.transfer(style="style.pfm", out="out.pfm")
        plain = tool.read_pfm(self.path("out.pfm"))
        for value in (100, 1e38, -1e38):
            wild = style.copy()
            wild[10, 10] = value
            tool.write_pfm(self.path("wild.pfm"), wild)
            done = self.transfer(style="wild.pfm", out="wild-out.pfm")
            self.assertIn("values far beyond black and white", done.err)
            error = np.abs(tool.read_pfm(self.path("wild-out.pfm")) - plain)
            self.assertLess(error.mean(), 0.01)  # 0.002

    def test_high_dynamic_range_survives(self):
        self.photos()
        for width in (40, 300):  # as large as the working size, and larger
            content = tool.photo(width, 30).astype(np.float32) / 255 * 4 - 1
            tool.write_pfm(self.path("hdr.pfm"), content)
            self.transfer(content="hdr.pfm", out="out.pfm")
            out = tool.read_pfm(self.path("out.pfm"))
            self.assertTrue(np.isfinite(out).all())
            bright, dark = content > 1.5, content < -0.2
            self.assertGreater(out[bright].mean(), 1.2)  # 1.6
            self.assertLess(out[dark].mean(), 0.2)
            # what is brighter in the content is brighter in the result, far above white, too
            order = np.corrcoef(content[bright], out[bright])[0, 1]
            self.assertGreater(order, 0.8)  # 0.95

    def test_amount_0_to_the_last_bit(self):
        self.photos()
        content = np.random.default_rng(5).normal(0.5, 3, (21, 33, 3)).astype(np.float32)
        content[0, 0], content[1, 1] = 1e38, -3e-39
        tool.write_pfm(self.path("c.pfm"), content)
        self.transfer("--amount", "0", content="c.pfm", out="out.pfm")
        self.assertEqual(tool.read_pfm(self.path("out.pfm")).tobytes(), content.tobytes())


if __name__ == "__main__":
    tool.main()
