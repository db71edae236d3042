#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Measures speed and quality and prints tables for SPEED.md and QUALITY.md.

Quality and knobs need the twelve test pairs in ../shared/reference, minimisers the small trained network there, too;
where they are absent, that part is skipped and says so.  Judging by trained networks of full width (judges.py)
needs their files and PyTorch, comparing one evaluation of VGG-19 PyTorch."""

import argparse
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REFERENCE = os.path.join(PROJECT, "..", "shared", "reference")
PAIRS = os.path.join(REFERENCE, "pairs")
PROBE = os.path.join(REFERENCE, "networks", "vgg19-16x.safetensors")
SAMPLES = os.path.join(PROJECT, "data", "samples")
NETWORKS = os.path.join(REFERENCE, "networks")
FIGURES = {"edge": "%.3f", "energy": "%.1e", "colour": "%.1f"}          # of photo-style measure
JUDGES = {"rim": "%.2f", "stray": "%.2f", "vgg16": "%.3f", "alexnet": "%.3f"}   # of judges.py
VGG = ((0, 3, 64), (2, 64, 64), (5, 64, 128), (7, 128, 128), (10, 128, 256), (12, 256, 256),
       (14, 256, 256), (16, 256, 256), (19, 256, 512), (21, 512, 512), (23, 512, 512),
       (25, 512, 512), (28, 512, 512))
POOLED = {5, 10, 19, 28}                 # layers that a pooling precedes
STYLE = {0, 5, 10, 19, 28}


def photo_style(*args):
    done = subprocess.run(["photo-style", *args], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def pair_files(pair):
    folder = os.path.join(PAIRS, pair)
    labels = ["--content-labels", os.path.join(folder, "content-labels.png"),
              "--style-labels", os.path.join(folder, "style-labels.png")]
    return [os.path.join(folder, "content.png"), os.path.join(folder, "style.png")], labels


def measure(pair, picture):
    photos, labels = pair_files(pair)
    return json.loads(photo_style("measure", *photos, picture, *labels, "--json"))


def judges(networks):
    """Those that can be had: rim and stray, and the networks whose files are in that folder."""
    import judges
    missing = [name for name in ("vgg16.safetensors", "alexnet.npz") if not os.path.isfile(os.path.join(networks, name))]
    if missing:
        print(f"SKIP vgg16 and alexnet: {', '.join(missing)} absent from {networks}")
    return judges.judges(None if missing else networks)


def quality(options, folder, networks):
    """Every pair: our figures, the authors', seconds and evaluations.

    Regions are those of the hand-made label maps, which always serve to measure; the transfer does
    without them with --auto-regions or --no-regions."""
    if not os.path.isdir(PAIRS):
        print(f"SKIP quality: {PAIRS} is absent")
        return
    known = judges(networks)
    digits = FIGURES | {name: JUDGES[name] for name in known}
    ours, authors, seconds = [], [], []

    def line(first, a, b, *last):
        both = [f"{form % a[name]} / {form % b[name]}" for name, form in digits.items()]
        print(f"| {' | '.join([first, *both, *last])} |", flush=True)
    print(f"\nQuality: {' '.join(options) or 'normal, builtin'}"
          f"{', no regions' if NO_REGIONS else ''}; ours / authors'\n")
    print(f"| {' | '.join(['pair', *digits, 'seconds', 'evaluations'])} |\n{'|---' * (len(digits) + 3)}|")
    for pair in PAIR_NAMES or sorted(os.listdir(PAIRS)):
        photos, labels = pair_files(pair)
        out = os.path.join(folder, pair + ".png")
        report = os.path.join(folder, pair + ".json")
        masks = [] if NO_REGIONS or "--auto-regions" in options else labels
        photo_style("transfer", *photos, *masks, "-o", out, "--report", report, *options)
        with open(report) as file:
            run = json.load(file)
        for rows, picture in ((ours, out), (authors, os.path.join(PAIRS, pair, "authors.png"))):
            judged = {name: judge(os.path.join(PAIRS, pair), picture) for name, judge in known.items()}
            rows.append(measure(pair, picture) | judged)
        seconds.append(run["seconds"])
        line(pair, ours[-1], authors[-1], f"{run['seconds']:.1f}", str(run["evaluations"]))
    line("mean", *({name: statistics.mean(m[name] for m in rows) for name in digits} for rows in (ours, authors)),
         f"{statistics.mean(seconds):.1f}", "")
    better = {name: sum(a[name] > b[name] if name == "edge" else a[name] < b[name] for a, b in zip(ours, authors))
              for name in digits}
    print(f"\nBetter than the authors: " + ", ".join(f"{name} {n}" for name, n in better.items())
          + f", of {len(ours)} pairs.")


def paired(folder, kinds):
    """Pairs whose right result is known, from our own scenes and photos that there are: every method against it."""
    from paired import paired as compare
    sources = [(name, os.path.join(SAMPLES, name + ".jpg"), os.path.join(SAMPLES, name + "-labels.png"))
               for name in ("noon", "dusk")]
    if os.path.isdir(PAIRS):
        sources += [(pair, pair_files(pair)[0][0], pair_files(pair)[1][1])
                    for pair in PAIR_NAMES or sorted(os.listdir(PAIRS))]
    compare(kinds, sources, run_transfer, folder)


def run_transfer(content, style, out, *options):
    report = out + ".json"
    photo_style("transfer", content, style, "-o", out, "--report", report, *options)
    with open(report) as file:
        return json.load(file)


def times(folder):
    """Presets on the samples at 700 px, and a 24-megapixel 16-bit photo; files not counted."""
    import numpy as np
    from PIL import Image
    noon, dusk = (os.path.join(SAMPLES, name) for name in ("noon.jpg", "dusk.jpg"))
    labels = ["--content-labels", os.path.join(SAMPLES, "noon-labels.png"),
              "--style-labels", os.path.join(SAMPLES, "dusk-labels.png")]
    small = []
    for path in (noon, dusk):
        small.append(os.path.join(folder, os.path.basename(path) + ".700.png"))
        Image.open(path).resize((700, 467), Image.LANCZOS).save(small[-1])
    large = os.path.join(folder, "large.ppm")
    a = np.asarray(Image.open(noon).resize((6000, 4000), Image.BICUBIC)).astype(np.int32) * 257
    noise = np.random.default_rng(1).integers(-500, 501, a.shape)
    with open(large, "wb") as file:
        file.write(b"P6 6000 4000 65535\n")
        file.write(np.clip(a + noise, 0, 65535).astype(">u2").tobytes())
    print("\nTimes, files not counted, builtin\n\n| what | seconds (three runs) | peak memory |\n|---|---|---|")
    for name, content, style, preset in (("700 px, draft", *small, "draft"), ("700 px, normal", *small, "normal"),
                                         ("24 megapixels, 16 bits, draft", large, dusk, "draft"),
                                         ("24 megapixels, 16 bits, normal", large, dusk, "normal")):
        runs = [run_transfer(content, style, os.path.join(folder, "out.ppm"), "--preset", preset, *labels)
                for _ in range(3)]
        print(f"| {name} | {', '.join('%.2f' % r['seconds'] for r in runs)} "
              f"| {max(r['peak_memory_bytes'] for r in runs) / 1e9:.2f} GB |", flush=True)


def write_vgg(path, seed=1):
    """VGG-19 at full width with random weights, in the layout of a real file."""
    import numpy as np
    r, head, blobs, at = np.random.default_rng(seed), {}, [], 0
    for index, cin, cout in VGG:
        for name, a in (("weight", r.standard_normal((cout, cin, 3, 3)) * (2 / (9 * cin)) ** .5),
                        ("bias", r.standard_normal(cout) * .01)):
            blob = a.astype("<f4").tobytes()
            head[f"features.{index}.{name}"] = {"dtype": "F32", "shape": list(a.shape),
                                                "data_offsets": [at, at + len(blob)]}
            at += len(blob)
            blobs.append(blob)
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def torch_evaluation(path, size, threads):
    """The same evaluation in PyTorch: forward, Gram and content losses of one region, backward."""
    import torch
    import torch.nn.functional as F
    torch.set_num_threads(threads)
    with open(path, "rb") as file:
        n = struct.unpack("<Q", file.read(8))[0]
        head = json.loads(file.read(n))
        raw = bytearray(file.read())
    def tensor(key):
        a, b = head[key]["data_offsets"]
        return torch.frombuffer(raw[a:b], dtype=torch.float32).reshape(head[key]["shape"])
    layers = [(i, tensor(f"features.{i}.weight"), tensor(f"features.{i}.bias")) for i, _, _ in VGG]
    def losses(x, targets):
        total, out, k = 0, [], 0
        for i, w, b in layers:
            if i in POOLED:
                x = F.max_pool2d(x, 2)
            x = F.relu(F.conv2d(x, w, b, padding=1))
            if i in STYLE or i == 21:
                f = x[0].flatten(1)
                v = f @ f.T / f.shape[1] if i in STYLE else x
                out.append(v)
                if targets:
                    total = total + (v - targets[k]).pow(2).sum()
                k += 1
        return out if not targets else total
    x = torch.rand(1, 3, size, size)
    with torch.no_grad():
        targets = losses(torch.rand(1, 3, size, size), None)
    def once():
        begun = time.perf_counter()
        y = x.clone().requires_grad_(True)
        losses(y, targets).backward()
        return time.perf_counter() - begun
    once()
    return once


def evaluation(folder, size=512, rounds=3):
    """One evaluation of VGG-19, ours and PyTorch's in turn on the same cores."""
    path = os.path.join(folder, "vgg19.safetensors")
    threads = len(os.sched_getaffinity(0))
    try:
        write_vgg(path)
        once = torch_evaluation(path, size, threads)
    except ImportError as error:
        print(f"SKIP the comparison with PyTorch: {error}")
        return
    rows = []
    for _ in range(rounds):
        ours = json.loads(photo_style("bench", "--only", "evaluation", "--network", path, "--width", str(size),
                                      "--height", str(size), "--regions", "1", "--repeats", "2",
                                      "--threads", str(threads), "--json"))
        rows.append((ours["evaluations"][-1]["seconds"], statistics.median(once() for _ in range(2))))
    ratio = statistics.median(a / b for a, b in rows)
    print(f"\nOne evaluation of VGG-19 at {size}x{size}, float32, {threads} threads, {rounds} rounds in turn: "
          f"ours {statistics.median(a for a, _ in rows):.3f} s, PyTorch {statistics.median(b for _, b in rows):.3f} s, "
          f"ratio {ratio:.2f} ({min(a / b for a, b in rows):.2f} to {max(a / b for a, b in rows):.2f})")


def minimisers(folder, plot):
    """The authors' way to the minimum and ours, for each pair."""
    from bench_minimisers import minimisers as compare
    if not os.path.isdir(PAIRS):
        print(f"SKIP minimisers: {PAIRS} is absent")
        return
    def files(pair):
        photos, labels = pair_files(pair)
        return photos + labels[1::2]
    program = os.path.join(PROJECT, os.environ.get("DPS_BUILD", "build"), "tools", "compare-minimisers")
    compare(PAIR_NAMES or sorted(os.listdir(PAIRS)), files, PROBE, program, folder, plot)


def knobs(options, folder, plot):
    """What structure, photorealism and style weight do."""
    from bench_knobs import knobs as turn
    if not os.path.isdir(PAIRS):
        print(f"SKIP knobs: {PAIRS} is absent")
        return
    out = os.path.join(folder, "knob.png")
    def transfer(pair, more):
        photos, labels = pair_files(pair)
        photo_style("transfer", *photos, *labels, "-o", out, *options, *more)
        return measure(pair, out)
    print(f"\nKnobs: {' '.join(options) or 'normal, builtin'}; means of the pairs\n")
    turn(PAIR_NAMES or sorted(os.listdir(PAIRS)), {"content-weight": 1, "photorealism": 1e4, "style-weight": 1},
         transfer, plot)


def live():
    """In GIMP: from a change to its picture."""
    from bench_live import live as measure_live
    measure_live()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, prog="./dev bench")
    parser.add_argument("parts", nargs="*", help="of quality, times, evaluation: all of them by default; "
                        "live, in GIMP; paired, which takes ten minutes, or of it light or grade; and minimisers and "
                        "knobs, which take about half an hour each")
    parser.add_argument("--pairs", help="only these, with commas between")
    parser.add_argument("--no-regions", action="store_true",
                        help="transfer without label maps; they still serve to measure")
    parser.add_argument("--keep", metavar="FOLDER", help="keep pictures and reports there; what "
                        "minimisers left there earlier is not computed again")
    parser.add_argument("--networks", metavar="FOLDER", default=NETWORKS, help="where quality finds "
                        "vgg16.safetensors and alexnet.npz (judges.py), if anywhere")
    parser.add_argument("--plot", metavar="FILE", help="where minimisers or knobs draws its plot, an SVG")
    args, passed = parser.parse_known_args()      # what is left goes to photo-style transfer
    NO_REGIONS = args.no_regions
    PAIR_NAMES = args.pairs.split(",") if args.pairs else None
    with tempfile.TemporaryDirectory() as scratch:
        place = args.keep or scratch
        os.makedirs(place, exist_ok=True)
        for part in args.parts or ("times", "evaluation", "quality"):
            {"live": live, "quality": lambda: quality(passed, place, args.networks), "times": lambda: times(place),
             "evaluation": lambda: evaluation(place),
             "paired": lambda: paired(place, ("light", "grade")),
             "light": lambda: paired(place, ("light",)), "grade": lambda: paired(place, ("grade",)),
             "minimisers": lambda: minimisers(place, args.plot),
             "knobs": lambda: knobs(passed, place, args.plot)}[part]()
