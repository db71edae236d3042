#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""What nvcc made of the convolutions for tensor cores: for every GPU from compute capability 8.0 on,
each of them multiplies on tensor cores in its precision, copies to shared memory on the side, and
keeps its sums in registers.  On 9.0 those of conv-windows.cu do so with the products of four warps, and
wait for them in two places only: before the next tap's, and at the end.

    test-machine-code.py MODULE [FOLDER]

Needs cuobjdump and nvdisasm, in FOLDER (nvcc's) or on the path."""

import os
import re
import shutil
import subprocess
import sys

SKIPPED = 77
OLDEST = 80
KERNEL = re.compile(r"convolve_(tiles|windows)I\d+(Tf32|Bf16)")
# two precisions, two directions, and two widths of tiles or four shapes of blocks
KERNELS = {"tiles": 8, "windows": 16}
PRODUCTS = {("tiles", "Tf32"): r"\bHMMA\.\S*TF32", ("tiles", "Bf16"): r"\bHMMA\.\S*BF16",
            ("windows", "Tf32"): r"\bHGMMA\.\S*TF32", ("windows", "Bf16"): r"\bHGMMA\.\S*BF16"}
WAIT = r"\bWARPGROUP\.DEPBAR"


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
    bad, seen = 0, {}
    for (architecture, name), text in functions(done.stdout).items():
        kind = KERNEL.search(name)
        if not kind or architecture < OLDEST or (kind[1] == "windows" and architecture != 90):
            continue
        kind = kind.groups()
        products = len(re.findall(PRODUCTS[kind], text))
        waits = len(re.findall(WAIT, text))
        copies = len(re.findall(r"\bLDGSTS\b", text))
        spills = len(re.findall(r"\b(?:LDL|STL)\b", text))
        seen.setdefault((architecture, kind[0]), []).append(f"{kind[1]} {products}")
        if not products or not copies or spills or waits != (2 if kind[0] == "windows" else 0):
            print(f"sm_{architecture}: {name}: {products} products on tensor cores, {copies} copies "
                  f"to shared memory, {spills} numbers kept outside registers, {waits} waits")
            bad += 1
    for (architecture, way), kinds in sorted(seen.items()):
        print(f"sm_{architecture}, {way}: products on tensor cores: {', '.join(sorted(kinds))}")
        if len(kinds) != KERNELS[way]:
            print(f"sm_{architecture}, {way}: {len(kinds)} kernels, not {KERNELS[way]}")
            bad += 1
    for way in ("windows",) if (90, "tiles") in seen and (90, "windows") not in seen else ():
        print(f"sm_90: no kernel for {way}")
        bad += 1
    if not seen:
        print("no kernel for tensor cores was found")
    return 1 if bad or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
