# SPDX-License-Identifier: LGPL-3.0-or-later
"""Runs the README's examples: the blocks that begin with ```sh run.

They run one after the other in one folder that holds copies of data/samples, and one of them in a folder
"holiday", so that a block can use what the one before has written."""

import os
import re
import shutil
import subprocess

import tool


def blocks(text):
    return re.findall(r"^```sh run[^\n]*\n(.*?)^```$", text, re.M | re.S)


class Readme(tool.ToolTest):
    def test_the_pattern(self):
        text = "a\n```sh run\nfirst\n```\n```sh\nnot this\n```\n```sh run\nsecond \\\n x\n```\n"
        self.assertEqual(blocks(text), ["first\n", "second \\\n x\n"])

    def test_examples_work(self):
        readme = os.path.join(tool.PROJECT, "README.md")
        samples = os.path.join(tool.PROJECT, "data", "samples")
        if not os.path.exists(readme):
            self.skipTest("there is no README.md yet")
        with open(readme) as file:
            examples = blocks(file.read())
        self.assertTrue(examples, "README.md has no ```sh run block")
        for name in os.listdir(samples):
            source = os.path.join(samples, name)
            if os.path.isfile(source):
                shutil.copy(source, self.folder)
        os.mkdir(self.path("holiday"))
        shutil.copy(self.path("noon.jpg"), self.path("holiday"))
        path = os.pathsep.join([os.path.dirname(tool.PROGRAM), os.environ["PATH"]])
        for example in examples:
            with self.subTest(example=example):
                done = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", example],
                                      cwd=self.folder, capture_output=True,
                                      env=dict(os.environ, PATH=path, PROJECT=tool.PROJECT))
                self.assertEqual(done.returncode, 0, (done.stdout + done.stderr).decode())


if __name__ == "__main__":
    tool.main()
