#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""One evaluation of VGG-19 on a GPU, ours and PyTorch's in turn: forward, all losses with four
regions, backward to the picture.

    bench-torch-gpu.py BENCH_DEVICE [PRECISION...]

BENCH_DEVICE is the program of that name in a build folder; precisions are tf32 and bf16.  PyTorch gets
what it offers: channels-last, TF32 (or autocast to bfloat16), cuDNN's own search, and all of eager,
CUDA graphs and torch.compile; its best counts.  Where PyTorch or a GPU is missing, this says so, and
ours alone is timed.  At the end, ours in whole transfers."""

import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
SIZES = ((512, 512), (700, 466), (1024, 683))
REGIONS, ROUNDS, REPEATS = 4, 3, 20


def ours(program, network, width, height, precision):
    done = subprocess.run([program, "cuda", "evaluation", str(width), str(height), network], text=True,
                          capture_output=True, env={**os.environ, "DPS_CUDA_PRECISION": precision})
    if done.returncode:
        print(f"SKIP ours at {width} x {height}: {done.stderr.strip()}")
        return None
    return float(done.stdout.splitlines()[-1].split()[0])   # the built-in network comes before


def transfers(program, network):
    """Whole transfers with VGG-19: random numbers as weights take as long as trained ones."""
    print("whole transfers, the last six with VGG-19:", flush=True)
    return subprocess.run([program, "cuda", "transfer", "0", "0", network]).returncode


def torch_on_gpu():
    try:
        import torch
    except ImportError:
        print("SKIP PyTorch: it is not installed")
        return None
    if not torch.cuda.is_available():
        print("SKIP PyTorch: it sees no GPU")
        return None
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    return torch


def evaluation(torch, bench, width, height, precision):
    """x -> loss and gradient, as a function of nothing, and the gradient's place."""
    import torch.nn.functional as F
    r = torch.Generator(device="cuda").manual_seed(1)
    last = torch.channels_last
    layers = [(i, (torch.randn(cout, cin, 3, 3, generator=r, device="cuda") * (2 / (9 * cin)) ** .5)
               .contiguous(memory_format=last), torch.zeros(cout, device="cuda"))
              for i, cin, cout in bench.VGG]
    x = torch.rand(1, 3, height, width, generator=r, device="cuda").contiguous(memory_format=last)
    x.requires_grad_(True)
    stripes = torch.zeros(REGIONS, height, width, device="cuda")
    for k in range(REGIONS):
        stripes[k, :, k * width // REGIONS:(k + 1) * width // REGIONS] = 1
    masks = {}                           # by size, made once

    def masked(y):
        f = y[0].flatten(1).float()
        if f.shape[1] not in masks:
            masks[f.shape[1]] = F.interpolate(stripes[None], y.shape[2:], mode="area")[0].flatten(1)
        return f[None] * masks[f.shape[1]][:, None]

    def features(picture):
        y, styles, content = picture, [], None
        for i, w, b in layers:
            if i in bench.POOLED:
                y = F.max_pool2d(y, 2)
            y = F.relu(F.conv2d(y, w, b, padding=1))
            if i in bench.STYLE:
                f = masked(y)
                styles.append(f @ f.transpose(1, 2))
            if i == 21:
                content = y.float()
        return styles, content
    cast = torch.autocast("cuda", torch.bfloat16, enabled=precision == "bf16")
    with torch.no_grad(), cast:
        target = features(torch.rand_like(x))

    def loss():
        with cast:
            styles, content = features(x)
        total = (content - target[1]).pow(2).mean()
        for a, b in zip(styles, target[0]):
            total = total + (a - b).pow(2).sum() / b.pow(2).sum()
        return total
    return loss, x


def seconds(torch, once):
    for _ in range(5):
        once()
    torch.cuda.synchronize()
    took = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        once()
        torch.cuda.synchronize()
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def ways(torch, bench, width, height, precision):
    """Name and function of each way PyTorch can do it."""
    loss, x = evaluation(torch, bench, width, height, precision)

    def backward(forward):
        def once():
            x.grad = None
            forward().backward()
        return once
    yield "eager", backward(loss)
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            backward(loss)()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    x.grad = None
    with torch.cuda.graph(graph):
        loss().backward()
    yield "CUDA graph", graph.replay
    x.grad = None
    yield "compiled", backward(torch.compile(loss, mode="max-autotune-no-cudagraphs"))


def main():
    program, precisions = sys.argv[1], sys.argv[2:] or ["tf32", "bf16"]
    try:
        import bench
        with tempfile.NamedTemporaryFile(suffix=".safetensors", delete=False) as file:
            network = file.name
        bench.write_vgg(network)
    except ImportError as error:
        print(f"SKIP the evaluation of VGG-19: {error}")
        return
    torch = torch_on_gpu()
    for width, height in SIZES:
        for precision in precisions:
            rows = {"ours": []}
            while len(rows["ours"]) < ROUNDS and None not in rows["ours"]:
                rows["ours"].append(ours(program, network, width, height, precision))
            if torch:
                for name, once in ways(torch, bench, width, height, precision):
                    try:
                        rows[name] = [seconds(torch, once) for _ in range(ROUNDS)]
                    except Exception as error:      # a compiler that isn't there, most likely
                        print(f"SKIP PyTorch, {name}: {str(error).splitlines()[0]}")
            rows = {name: 1e3 * statistics.median(times) for name, times in rows.items() if None not in times}
            line = ", ".join(f"{name} {ms:.2f} ms" for name, ms in rows.items())
            theirs = [ms for name, ms in rows.items() if name != "ours"]
            if theirs and "ours" in rows:
                line += f"; ours / PyTorch's best: {rows['ours'] / min(theirs):.2f}"
            print(f"VGG-19 at {width} x {height}, {REGIONS} regions, {precision}: {line or 'nothing to time'}",
                  flush=True)
    failed = transfers(program, network)
    os.unlink(network)
    sys.exit(failed)


if __name__ == "__main__":
    main()
