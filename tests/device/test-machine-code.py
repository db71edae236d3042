#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""What nvcc made of the kernels for tensor cores: for every GPU from compute capability 8.0 on, each of
them multiplies on tensor cores, keeps its sums in registers, and reads its factors as what they are, shared
memory: by addresses that may be of any memory they came three times as slowly.

    test-machine-code.py MODULE [FOLDER]

Needs cuobjdump and nvdisasm, in FOLDER (nvcc's) or on the path."""

import os
import re
import shutil
import subprocess
import sys

SKIPPED = 77
OLDEST = 80
KERNELS = ("multiply_batches", "multiply_tiles")


def functions(text):
    """(architecture, function) -> its instructions."""
    code, architecture, name = {}, 0, None
    for line in text.splitlines():
        found = re.search(r"arch = sm_(\d+)", line)
        if found:
            architecture, name = int(found.group(1)), None
        found = re.search(r"Function : (\S+)", line)
        if found:
            name = found.group(1)
            code[architecture, name] = []
        elif name:
            code[architecture, name].append(line)
    return {key: "\n".join(lines) for key, lines in code.items()}


def main():
    module = sys.argv[1] if len(sys.argv) > 1 else ""
    path = os.pathsep.join(sys.argv[2:3] + [os.environ.get("PATH", "")])
    if not module:
        print("SKIP: this build has no module for NVIDIA GPUs")
        return SKIPPED
    for tool in ("cuobjdump", "nvdisasm"):
        if not shutil.which(tool, path=path):
            print(f"SKIP: {tool} is not installed")
            return SKIPPED
    done = subprocess.run([shutil.which("cuobjdump", path=path), "-sass", module], text=True,
                          capture_output=True, env={**os.environ, "PATH": path})
    if done.returncode:
        print(done.stderr)
        return 1
    bad, seen = 0, set()
    for (architecture, name), text in functions(done.stdout).items():
        kernel = next((k for k in KERNELS if k in name), None)
        if not kernel or architecture < OLDEST:
            continue
        seen.add((architecture, kernel))
        products = len(re.findall(r"\bHMMA\.\S*TF32", text))
        spills = len(re.findall(r"\b(?:LDL|STL)\b", text))
        anywhere = len(re.findall(r"\bLD\.E\b", text))
        print(f"sm_{architecture}, {kernel}: {products} products on tensor cores")
        if not products or spills or anywhere:
            print(f"    {spills} numbers kept outside registers, {anywhere} loads from any memory")
            bad += 1
    for architecture in {architecture for architecture, kernel in seen}:
        for kernel in KERNELS:
            if (architecture, kernel) not in seen:
                print(f"sm_{architecture}: no {kernel}")
                bad += 1
    if not seen:
        print("no kernel for tensor cores was found")
    return 1 if bad or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
