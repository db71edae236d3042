#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""One evaluation of VGG-19 on a GPU, ours and PyTorch's in turn: forward, all losses with four
regions, backward to the picture.

    bench-torch-gpu.py BENCH_DEVICE [WIDTHxHEIGHT...]

BENCH_DEVICE is the program of that name in a build folder.  PyTorch gets what it offers: channels-last,
TF32, or weights and features in bfloat16, cuDNN's own search, and all of eager, CUDA graphs and
torch.compile within one; its best counts.  Where PyTorch or a GPU is missing, this says so, and ours alone
is timed.  At the end, ours in whole transfers."""

import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
SIZES = ("512x512", "700x466", "1024x683")
PRECISIONS = ("tf32", "bf16")            # PyTorch's; ours is TF32
REGIONS, ROUNDS, REPEATS = 4, 3, 20


def ours(program, network, width, height):
    done = subprocess.run([program, "cuda", "evaluation", str(width), str(height), network], text=True,
                          capture_output=True)
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
    """x -> loss, as a function of nothing, and x.  Weights and features are of the precision's own type, each
    region's pixels are gathered once and for all by number, and sums of products are float32."""
    import torch.nn.functional as F
    r = torch.Generator(device="cuda").manual_seed(1)
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    last = torch.channels_last
    layers = [(i, (torch.randn(cout, cin, 3, 3, generator=r, device="cuda") * (2 / (9 * cin)) ** .5)
               .to(kind).contiguous(memory_format=last), torch.zeros(cout, device="cuda", dtype=kind))
              for i, cin, cout in bench.VGG]
    x = torch.rand(1, 3, height, width, generator=r, device="cuda").contiguous(memory_format=last)
    x.requires_grad_(True)
    stripe = torch.arange(width, device="cuda") * REGIONS // width
    pixels = {}                          # by size: those of each region

    def of_regions(f):
        h, w = f.shape[2:]
        if (h, w) not in pixels:
            there = F.interpolate(stripe[None, None, None].float(), (1, w), mode="nearest")[0, 0, 0]
            pixels[h, w] = [(there == k).repeat(h).nonzero()[:, 0] for k in range(REGIONS)]
        rows = f.permute(0, 2, 3, 1).reshape(h * w, -1)
        return [rows.index_select(0, p) for p in pixels[h, w]]

    def features(picture):
        y, styles, content = picture.to(kind), [], None
        for i, w, b in layers:
            if i in bench.POOLED:
                y = F.max_pool2d(y, 2)
            y = F.relu(F.conv2d(y, w, b, padding=1))
            if i in bench.STYLE:
                styles.append(torch.stack([f.t() @ f for f in of_regions(y)]).float())
            if i == 21:
                content = y
        return styles, content
    with torch.no_grad():
        target = features(torch.rand_like(x))
        norm = [b.pow(2).sum() for b in target[0]]

    def loss():
        styles, content = features(x)
        total = F.mse_loss(content.float(), target[1].float())
        for a, b, n in zip(styles, target[0], norm):
            total = total + F.mse_loss(a, b, reduction="sum") / n
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


def captured(torch, loss, x):
    """The evaluation as a CUDA graph, after some outside one."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            x.grad = None
            loss().backward()
    torch.cuda.current_stream().wait_stream(side)
    x.grad = None
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss().backward()
    return graph.replay


def ways(torch, bench, width, height, precision):
    """What each way that PyTorch can do it is called, and what makes a function of it."""
    loss, x = evaluation(torch, bench, width, height, precision)

    def eager():
        def once():
            x.grad = None
            loss().backward()
        return once
    return {f"{precision} eager": eager,
            f"{precision} CUDA graph": lambda: captured(torch, loss, x),
            f"{precision} compiled, CUDA graph": lambda: captured(torch, torch.compile(loss), x)}


def compare(torch, bench, program, network, width, height):
    rows = {"ours": []}
    while len(rows["ours"]) < ROUNDS and None not in rows["ours"]:
        rows["ours"].append(ours(program, network, width, height))
    for precision in PRECISIONS if torch else ():
        for name, make in ways(torch, bench, width, height, precision).items():
            try:
                once = make()
                rows[name] = [seconds(torch, once) for _ in range(ROUNDS)]
            except Exception as error:      # a compiler that isn't there, most likely
                print(f"SKIP PyTorch, {name}: {str(error).splitlines()[0]}")
    rows = {name: 1e3 * statistics.median(times) for name, times in rows.items() if None not in times}
    line = ", ".join(f"{name} {ms:.2f} ms" for name, ms in rows.items())
    for precision in PRECISIONS:
        theirs = [ms for name, ms in rows.items() if name.startswith(precision)]
        if theirs and "ours" in rows:
            line += f"; ours / PyTorch's best in {precision}: {rows['ours'] / min(theirs):.2f}"
    print(f"VGG-19 at {width} x {height}, {REGIONS} regions: {line or 'nothing to time'}", flush=True)


def main():
    program, sizes = sys.argv[1], sys.argv[2:] or SIZES
    try:
        import bench
        with tempfile.NamedTemporaryFile(suffix=".safetensors", delete=False) as file:
            network = file.name
        bench.write_vgg(network)
    except ImportError as error:
        print(f"SKIP the evaluation of VGG-19: {error}")
        return
    torch = torch_on_gpu()
    for size in sizes:
        compare(torch, bench, program, network, *map(int, size.split("x")))
    failed = transfers(program, network)
    os.unlink(network)
    sys.exit(failed)


if __name__ == "__main__":
    main()
