#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""What nvcc made of the kernels for tensor cores: for every GPU from compute capability 8.0 on, each of
them multiplies on tensor cores in its precision and keeps its sums in registers; convolutions copy to
shared memory on the side.  On 9.0 those of conv-windows.cu do so with the products of four warps, and
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
KERNEL = re.compile(r"(convolve_tiles|convolve_windows|multiply_batches|multiply_rows)"
                    r"(?:I\d+(Tf32|Bf16))?")
# of convolutions: two precisions, two directions, and two widths of tiles or four shapes of blocks
KERNELS = {"convolve_tiles": 8, "convolve_windows": 16, "multiply_batches": 1, "multiply_rows": 1}
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
        if not kind or architecture < OLDEST:
            continue
        way, precision = kind[1], kind[2] or "Tf32"
        windows = way == "convolve_windows"
        if windows and architecture != 90:
            continue
        products = len(re.findall(rf"\b{'HGMMA' if windows else 'HMMA'}\.\S*{precision.upper()}", text))
        waits = len(re.findall(WAIT, text))
        copies = len(re.findall(r"\bLDGSTS\b", text))
        spills = len(re.findall(r"\b(?:LDL|STL)\b", text))
        seen.setdefault((architecture, way), []).append(f"{precision} {products}")
        if (not products or spills or waits != (2 if windows else 0) or
                (way.startswith("convolve") and not copies)):
            print(f"sm_{architecture}: {name}: {products} products on tensor cores, {copies} copies "
                  f"to shared memory, {spills} numbers kept outside registers, {waits} waits")
            bad += 1
    for (architecture, way), kinds in sorted(seen.items()):
        print(f"sm_{architecture}, {way}: products on tensor cores: {', '.join(sorted(kinds))}")
        if len(kinds) != KERNELS[way]:
            print(f"sm_{architecture}, {way}: {len(kinds)} kernels, not {KERNELS[way]}")
            bad += 1
    for architecture in {architecture for architecture, way in seen}:
        for way in KERNELS:
            if (architecture, way) not in seen and (architecture == 90 or way != "convolve_windows"):
                print(f"sm_{architecture}: no {way}")
                bad += 1
    if not seen:
        print("no kernel for tensor cores was found")
    return 1 if bad or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
