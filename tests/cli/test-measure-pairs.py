#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""photo-style measure on the published results of twelve pairs of photographs, against the figures
of an independent program (shared/reference/prototype.py, run once with Pillow and PyTorch).

    test-measure-pairs.py PHOTO-STYLE

The photographs are not part of the project: without ../shared/reference the test is skipped."""
import json
import os
import subprocess
import sys

REFERENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../shared/reference")
NETWORK = os.path.join(REFERENCE, "networks/vgg19-16x.safetensors")

# Edge, energy, colour and probe of authors.png, with both sides brought to a long side of 700 and
# of 350 pixels.  The probe, which takes longest, is compared at 350 only.
FIGURES = ("edge", "energy", "colour", "probe")
EXPECTED = {
    (700, "01"): (0.6167623, 0.0001362738, 8.156976, 0.03016479),
    (700, "02"): (0.7465075, 2.038536e-05, 19.42048, 0.0942968),
    (700, "05"): (0.6643602, 0.001605205, 15.11275, 0.0835714),
    (700, "07"): (0.7195017, 0.001125171, 20.65803, 0.04854787),
    (700, "11"): (0.8501306, 9.422134e-05, 12.78147, 0.1022937),
    (700, "18"): (0.6515251, 0.0009235182, 14.64123, 0.198134),
    (700, "28"): (0.8434669, 0.0004149327, 20.47857, 0.1130571),
    (700, "34"): (0.6157056, 0.00294421, 11.20411, 0.1426269),
    (700, "40"): (0.7868472, 0.000259015, 12.53692, 0.05712328),
    (700, "44"): (0.6432164, 0.001079489, 22.11384, 0.1501053),
    (700, "52"): (0.410168, 3.901116e-05, 16.39953, 0.1164914),
    (700, "58"): (0.853553, 0.0002192195, 7.07341, 0.03816477),
    (350, "01"): (0.6394757, 0.0003090466, 8.139609, 0.03374558),
    (350, "02"): (0.715356, 4.242276e-05, 19.41275, 0.09954015),
    (350, "05"): (0.6466526, 0.001665008, 15.09717, 0.1191895),
    (350, "07"): (0.6484866, 0.001779811, 20.403, 0.0398999),
    (350, "11"): (0.8268197, 0.0001930797, 12.83194, 0.1119847),
    (350, "18"): (0.6404985, 0.00102853, 14.55041, 0.1869475),
    (350, "28"): (0.7829613, 0.0006904443, 20.38506, 0.05671127),
    (350, "34"): (0.5739732, 0.003319925, 11.22564, 0.1400515),
    (350, "40"): (0.7314708, 0.0004711999, 12.78703, 0.07040965),
    (350, "44"): (0.5598382, 0.001690039, 21.81566, 0.1328643),
    (350, "52"): (0.4286891, 7.34736e-05, 16.2034, 0.1005858),
    (350, "58"): (0.8001963, 0.0004153663, 6.775593, 0.05278955),
}
TOLERANCE = 4e-5  # relative; observed: 3.9e-6


def measure(program, pair, size):
    path = lambda name: os.path.join(REFERENCE, "pairs", pair, name + ".png")
    command = [program, "measure", path("content"), path("style"), path("authors"),
               "--content-labels", path("content-labels"), "--style-labels", path("style-labels"),
               "--size", str(size), "--json"]
    if size == 350:
        command += ["--network", NETWORK]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"pair {pair}: {run.stderr}")
    return json.loads(run.stdout)


def main(program):
    for needed in os.path.join(REFERENCE, "pairs"), NETWORK:
        if not os.path.exists(needed):
            print(f"SKIP: there is no {os.path.normpath(needed)}")
            return 77
    worst, failures = 0, 0
    for (size, pair), expected in EXPECTED.items():
        figures = measure(program, pair, size)
        for name, right in zip(FIGURES, expected):
            if name == "probe" and size != 350:
                continue
            value = figures[name]
            error = abs(value / right - 1)
            worst = max(worst, error)
            if not error < TOLERANCE:
                print(f"pair {pair} at {size}: {name} is {value}, not {right}")
                failures += 1
    print(f"{len(EXPECTED)} measurements, largest difference {worst:.1e}, {failures} too large")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
