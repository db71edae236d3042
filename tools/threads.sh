#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
#
# Threads under ThreadSanitizer: the engine's, the plug-in's worker, and the dialog in GIMP with all that it does at
# once.
#
#     tools/threads.sh BUILD-FOLDER [core] [worker] [dialog]
#
# Builds into a folder of its own, with clang, whose OpenMP tells the sanitizer of its threads (libarcher).  On Debian
# that wants clang, libomp-dev and llvm.  Prints what the sanitizer has to say, and ends with 1 where that is anything
# or where a test fails.  Some minutes, a quarter of an hour for dialog.
set -euo pipefail

[ $# -ge 1 ] || { echo "Usage: tools/threads.sh BUILD-FOLDER [core] [worker] [dialog]" >&2; exit 2; }
mkdir -p "$1"
build=$(realpath "$1")
shift
cd "$(dirname "$0")/.."
export CC=${CC:-clang}
archer=$("$CC" -print-file-name=libarcher.so)
[ -e "$archer" ] || { echo "threads.sh: there is no libarcher.so; install clang and libomp-dev." >&2; exit 2; }

# oneDNN's threads would be another library's, which is not built for this.
[ -e "$build/build.ninja" ] ||
    meson setup "$build" --buildtype=debugoptimized -Doptimization=1 -Db_sanitize=thread -Db_lundef=false \
        -Dcuda=disabled -Donednn=disabled
ninja -C "$build"

# What GLib orders among threads is told by a library of our own; what other libraries do with memory is not looked
# at, as their own order can't be seen.
# shellcheck disable=SC2046
"$CC" -O1 -g -shared -fPIC -o "$build/thread-order.so" tools/thread-order.c $(pkg-config --cflags --libs gio-2.0)
logs=$build/threads
rm -rf "$logs"
mkdir "$logs"
for program in "$build"/plug-in/deep-photo-style "$build"/tests/test-job; do
    [ ! -e "$program" ] || ldd "$program" | awk '$3 ~ /^\// { print $3 }'
done | sed 's,.*/,called_from_lib:/,' | sort -u >"$logs.supp"

bad=0

# kind NAME TEST...: if it was asked for, or nothing was.
asked=" $* "
kind() {
    [[ $asked = "  " || $asked = *" $1 "* ]] || return 0
    local name=$1
    shift
    OMP_TOOL_LIBRARIES=$archer OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive LD_PRELOAD=$build/thread-order.so \
        TSAN_OPTIONS="suppressions=$logs.supp:report_thread_leaks=0:log_path=$logs/$name:exitcode=0" \
        meson test -C "$build" --no-rebuild --print-errorlogs --timeout-multiplier 20 "$@" || bad=1
    for log in "$logs/$name".*; do
        grep -qs "WARNING: ThreadSanitizer" "$log" || continue
        cat "$log"
        bad=1
    done
}

kind core ops-cpu-2 ops-features-cpu-2 ops-operators-cpu-2 matting smoothing affine kept
kind worker job
kind dialog gimp-live gimp-scripting
exit $bad
