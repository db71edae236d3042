#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
#
# The demonstration: GIMP restyles one sample photo after the other.  Run by `./dev demo`, with
# GIMP, the plug-in and photo-style in place.
#
#   demo.sh FOLDER    where styled.png, side-by-side.png and report.json go

set -euo pipefail

samples=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
out=${1:?usage: demo.sh FOLDER}
mkdir -p "$out"
out=$(cd -- "$out" && pwd)
rm -f "$out/styled.png" "$out/side-by-side.png" "$out/report.json"

echo "GIMP gives noon.jpg the light of dusk.jpg, region by region ..."
script="(define samples \"$samples\") (define out \"$out\") $(cat "$samples/demo.scm")"
if ! gimp-console -i --batch-interpreter=plug-in-script-fu-eval -b "$script" --quit \
    >"$out/gimp.log" 2>&1; then
    grep -v '^$' "$out/gimp.log" | tail -n 15 >&2
    echo "demo: GIMP could not finish; its messages are in $out/gimp.log" >&2
    exit 1
fi
for file in styled.png side-by-side.png report.json; do
    if [ ! -s "$out/$file" ]; then
        echo "demo: $file was not written; GIMP's messages are in $out/gimp.log" >&2
        exit 1
    fi
done

seconds=$(sed -n 's/^  "seconds" : \([0-9.]*\),*$/\1/p' "$out/report.json")
device=$(sed -n 's/^  "device" : "\(.*\)",*$/\1/p' "$out/report.json")
echo
echo "  styled.png         the result"
echo "  side-by-side.png   noon, dusk, and noon in the light of dusk"
echo "  report.json        what was done"
echo "  in $out"
echo
LC_ALL=C printf 'Computed in %.1f seconds on %s.\n' "$seconds" "$device"
echo
photo-style measure "$samples/noon.jpg" "$samples/dusk.jpg" "$out/styled.png" \
    --content-labels "$samples/noon-labels.png" --style-labels "$samples/dusk-labels.png"
