#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
#
# One run of each kind of photo-style but bench under valgrind, some minutes in all:
#
#     tools/valgrind.sh build/cli/photo-style [KIND...]
#
# Reads of what was never written, accesses beyond what was allocated, and memory that is lost for certain.  It wants
# valgrind and, on Debian, libc6-dbg.  Prints what valgrind has to say, and ends with 1 where that is anything.
set -euo pipefail

[ $# -ge 1 ] || { echo "Usage: tools/valgrind.sh PHOTO-STYLE [KIND...]" >&2; exit 2; }
program=$(realpath "$1")
shift
project=$(realpath "$(dirname "$0")/..")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
bad=0

# Threads that wait are never joined by OpenMP's library, so what they have is "possibly lost" and no more.
under_valgrind() {
    OMP_WAIT_POLICY=passive valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite \
        --errors-for-leak-kinds=definite "$program" "$@"
}

# kind NAME ARGUMENTS...: if it was asked for, or nothing was.
asked=" $* "
kind() {
    [[ $asked = "  " || $asked = *" $1 "* ]] || return 0
    local name=$1
    shift
    if under_valgrind "$@" >"$name.out" 2>&1; then
        echo "$name: good"
    else
        echo "$name: not good"
        cat "$name.out"
        bad=1
    fi
}

cp "$project"/data/samples/{noon,dusk}{.jpg,-labels.png} .
small=(--preset draft --size 48 --threads 1)
labels=(--content-labels noon-labels.png --style-labels dusk-labels.png)
"$program" transfer noon.jpg dusk.jpg -o evening.png "${small[@]}" --quiet
"$program" look noon.jpg evening.png -o evening.cube >/dev/null

kind transfer transfer noon.jpg dusk.jpg -o out.tif "${small[@]}" "${labels[@]}" --report out.json
kind colours transfer noon.jpg dusk.jpg -o out.jpg --method colours --threads 1
kind measure measure noon.jpg dusk.jpg evening.png --size 48 --threads 1
kind look look noon.jpg evening.png -o again.cube
kind apply apply evening.cube dusk.jpg -o out.webp
kind regions regions noon.jpg dusk.jpg --content-labels c.png --style-labels s.png --threads 1
kind batch batch noon.jpg --style dusk.jpg -o 'out-{name}.png' "${small[@]}"
kind devices devices
kind networks networks list
kind help --help
exit $bad
