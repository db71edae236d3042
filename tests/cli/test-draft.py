# SPDX-License-Identifier: LGPL-3.0-or-later
"""A draft looks like what comes of it: its mean difference from the preset normal, in CIEDE2000, and how far the photo
itself is from that.

Of the project's own samples."""

import os
import sys

import tool

try:
    sys.path.insert(0, os.path.join(tool.PROJECT, "tools"))
    sys.dont_write_bytecode = True
    import paired
except ImportError as error:
    print("SKIP: comparing drafts needs NumPy, SciPy and Pillow: %s" % error)
    sys.exit(77)

SAMPLES = os.path.join(tool.PROJECT, "data", "samples")
LIMIT = 5.0


class Draft(tool.ToolTest):
    def colours(self, name):
        return paired.cielab(paired.read(name))

    def apart(self, content, style):
        """How far a draft is from normal, and the photo from normal."""
        photos = [os.path.join(SAMPLES, name + ".jpg") for name in (content, style)]
        labels = ["--content-labels", os.path.join(SAMPLES, content + "-labels.png"),
                  "--style-labels", os.path.join(SAMPLES, style + "-labels.png")]
        for preset in ("draft", "normal"):
            self.run_tool("transfer", *photos, *labels, "-o", preset + ".png", "--quiet", "--preset", preset,
                          "--threads", "1")
        normal = self.colours(self.path("normal.png"))
        return [float(paired.difference(self.colours(name), normal).mean())
                for name in (self.path("draft.png"), photos[0])]

    def test_samples(self):
        for content, style in (("noon", "dusk"), ("dusk", "noon")):
            draft, photo = self.apart(content, style)
            print("observed %s: draft %.2f, photo %.2f from normal" % (content, draft, photo), file=sys.stderr)
            self.assertLess(draft, LIMIT)
            self.assertLess(draft, photo / 5)  # 0.12 of it


if __name__ == "__main__":
    tool.main()
