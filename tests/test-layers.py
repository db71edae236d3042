#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Folders are layers: a file includes from its own folder, by name alone, and by path from the folders
that its own may use."""

import os
import re
import sys

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CODE = (".c", ".h", ".cu")

# Within the engine each folder may use those before it.
ENGINE = ["core", "core/image", "core/device", "core/network", "core/regions", "core/optimise", "core/learnt",
          "core/transfer"]
MAY_USE = {folder: ENGINE[:place] for place, folder in enumerate(ENGINE)}
# What devices there are is known to device/ alone; no device knows of another, or of networks.
DEVICES = ["core/device/cpu", "core/device/cuda", "core/device/ref"]
MAY_USE["core/device"] += DEVICES[:2]
MAY_USE.update({device: ["core", "core/image", "core/device"] for device in DEVICES})
# Programs know what the engine offers, and nothing of how.
MAY_USE.update({"bench": ENGINE,
                "report": ["core"],
                "models": ["core", "core/image"],
                "gegl": ["core", "report"],
                "store": ["core", "report"],
                "cli": ["core", "bench", "report", "store", "models"],
                "plug-in": ["core", "report", "store", "models"],
                "ui": ["core", "report", "store", "plug-in"]})
failures = []


def included(path):
    with open(os.path.join(PROJECT, path), encoding="utf-8") as file:
        return re.findall(r'^\s*#\s*include\s+"([^"]+)"', file.read(), re.MULTILINE)


def folder_of(path, include):
    """The folder of what is included, or None where there is no such file."""
    for base in ((os.path.dirname(path),) if "/" not in include else ()) + ("core", ""):
        target = os.path.join(base, include)
        if os.path.isfile(os.path.join(PROJECT, target)):
            return os.path.dirname(target)
    return None


def check(path):
    own = os.path.dirname(path)
    for include in included(path):
        folder = folder_of(path, include)
        if folder is None:
            failures.append(f"{path} includes {include}, which isn't a file's name in its folder or a path")
        elif folder != own and folder not in MAY_USE[own]:
            failures.append(f"{path} includes {include}, but {own}/ may not use {folder}/")


files = 0
for folder in MAY_USE:
    for name in sorted(os.listdir(os.path.join(PROJECT, folder))):
        if name.endswith(CODE):
            check(f"{folder}/{name}")
            files += 1
if files < 150:
    failures.append(f"only {files} files were found")
for failure in failures:
    print(failure)
sys.exit(len(failures) > 0)
