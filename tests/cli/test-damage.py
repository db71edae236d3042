# SPDX-License-Identifier: LGPL-3.0-or-later
"""Damaged pictures of every format: nothing crashes, hangs, takes all memory or fails without a sentence.

DAMAGED_FILES says how many (1000), DAMAGE_SEED which (1).  The driver is damage.c."""

import os
import subprocess

import numpy as np
from PIL import Image, ImageCms

import tool

DAMAGE = os.environ["DAMAGE"]


class Damage(tool.ToolTest):
    def whole_files(self):
        """Small pictures with all that a photo may carry."""
        exif = Image.Exif()
        exif[0x010F], exif[0x0112] = "Maker", 6
        exif.get_ifd(0x8825)[1] = "N"
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        photo = tool.photo(40, 30)
        rgba = np.dstack([photo, np.tile(np.arange(40, dtype=np.uint8) * 6, (30, 1))])
        inks = np.asarray(Image.fromarray(photo).convert("CMYK"))
        known = {"exif": exif, "icc_profile": profile}
        os.mkdir(self.path("whole"))
        for name, pixels, options in (
                ("plain.jpg", photo, known), ("scans.jpg", photo, {"progressive": True, **known}),
                ("restart.jpg", photo, {"restart_marker_rows": 1}), ("grey.jpg", photo[..., 0], {}),
                ("plain.png", photo, known), ("alpha.png", rgba, known), ("grey.png", photo[..., 0], {}),
                ("deep.png", photo[..., 0].astype(np.uint16) * 257, {}),
                ("plain.tif", photo, known), ("lzw.tif", rgba, {"compression": "tiff_lzw", **known}),
                ("zip.tif", photo, {"compression": "tiff_adobe_deflate"}),
                ("jpeg.tif", photo, {"compression": "jpeg"}), ("plain.webp", rgba, known),
                ("plain.ppm", photo, {}), ("grey.pgm", photo[..., 0], {})):
            Image.fromarray(pixels).save(self.path("whole/" + name), **options)
        Image.fromarray(inks, "CMYK").save(self.path("whole/inks.jpg"))
        Image.fromarray(photo).save(self.path("whole/pages.tif"), save_all=True,
                                    append_images=[Image.fromarray(photo[:8])])
        tool.write_pfm(self.path("whole/plain.pfm"), photo.astype(np.float32) / 255)
        tool.write_tiff(self.path("whole/float.tif"), photo.astype(np.float32) / 255)
        self.photos()
        for name in ("plain.jxl", "plain.avif"):
            subprocess.run([tool.PROGRAM, "transfer", "content.png", "style.png", "-o", "whole/" + name,
                            *tool.FAST], cwd=self.folder, capture_output=True)

    def test_damage(self):
        if not DAMAGE or tool.PLAIN == tool.PROGRAM:
            self.skipTest("this build has no libvips")
        self.whole_files()
        os.mkdir(self.path("scratch"))
        done = subprocess.run([DAMAGE, self.path("whole"), os.environ.get("DAMAGED_FILES", "1000"),
                               os.environ.get("DAMAGE_SEED", "1"), self.path("scratch")],
                              cwd=self.folder, capture_output=True)
        text = done.stdout.decode(errors="replace")
        print(text, end="")
        keep = os.environ.get("DAMAGE_KEEP")
        if keep and done.returncode:
            subprocess.run(["cp", "-r", self.path("scratch"), keep], check=True)
        self.assertEqual(done.returncode, 0, text + done.stderr.decode(errors="replace"))
        read, refused = (int(text.split(word)[0].split()[-1]) for word in (" read", " refused"))
        self.assertGreater(min(read, refused), 0)


if __name__ == "__main__":
    tool.main()
