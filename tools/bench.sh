#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
#
# Speed and quality, measured: run by `./dev bench`, which puts photo-style on the path.
# All arguments go to bench.py; `./dev bench --help` tells.
exec python3 "$(dirname -- "${BASH_SOURCE[0]}")/bench.py" "$@"
