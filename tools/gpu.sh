#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
#
# Everything that takes an NVIDIA GPU, in three parts of less than nine minutes each, the most important first:
# a GPU may be lent for minutes only.
#
#     tools/gpu.sh [FOLDER [PART...]]     builds in FOLDER, by default build-cuda; parts are 1, 2 and 3
#
# It needs a C compiler, Meson, Ninja and the CUDA toolkit; not GIMP, GLib or oneDNN.
#   1  what is here; the build; the operations against the reference in TF32 and float32, by cuDNN and without;
#      evaluations of both networks with and without a graph; each operation against the GPU's ceilings
#   2  memcheck, initcheck and synccheck of compute-sanitizer over all operations, racecheck over those that share
#      memory; recording and replaying; a photo in strips; choosing a device; the machine code
#   3  VGG-19's evaluations in turn with PyTorch's best, whole transfers, and 200 runs in one process
# Every command has a limit of its own; what it prints goes to FOLDER/log-PART, and the last line says what failed.
#
# cuDNN is used where the loader finds libcudnn.so.9, or where DPS_CUDNN names it; if neither, and PyTorch is
# installed, PyTorch's own is.

set -uo pipefail

project=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
build=${1:-$project/build-cuda}
[ $# = 0 ] || shift
[ $# -gt 0 ] || set -- 1 2 3
mkdir -p "$build"
build=$(cd -P -- "$build" && pwd -P)
module=$build/core/device/cuda/dps-cuda.so
emulated=$build/tests/device/emulated-cuda
log=$build/log-0
failed=()

say() { printf '\n== [%ds] %s\n' "$SECONDS" "$*" | tee -a "$log"; }

# go SECONDS COMMAND...: with a limit; goes on after a failure.
go() {
    local limit=$1
    shift
    say "$*"
    timeout -k 5 "$limit" "$@" 2>&1 | tee -a "$log"
    [ "${PIPESTATUS[0]}" = 0 ] || failed+=("$*")
}

# The GPU that is here, as nvcc names it: compiling for others would only take time.
architecture() {
    nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -n 1 | tr -d '. '
}

compile() {
    local wanted=(--buildtype=release -Dwerror=false -Dplug-in=disabled -Dcli=disabled -Donednn=disabled
        -Dcuda=enabled -Dtests=enabled -Dcuda-architectures="$(architecture)")
    if [ -f "$build/build.ninja" ]; then
        meson configure "$build" "${wanted[@]}"
    else
        meson setup "$build" "$project" "${wanted[@]}"
    fi && ninja -C "$build"
}

find_libraries() {
    local beside
    ldconfig -p | grep -q 'libcudnn\.so\.9' && return
    beside=$(python3 -c 'import glob, os, torch
print(":".join(glob.glob(os.path.dirname(os.path.dirname(torch.__file__)) + "/nvidia/*/lib")))' 2>/dev/null)
    if [ -n "$beside" ]; then export LD_LIBRARY_PATH=$beside${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}; fi
}

# Where the tools for it are missing, the test says so and ends with 77.
machine_code() {
    python3 "$project/tests/device/test-machine-code.py" "$module" \
        "$(dirname -- "$(command -v nvcc)")" || [ $? = 77 ]
}

part_1() {
    local precision way program graph
    nvidia-smi --query-gpu=name,driver_version,compute_cap,clocks.sm,clocks.max.sm,power.limit,memory.total \
        --format=csv | tee -a "$log"
    nvcc --version | tail -n 2 | tee -a "$log"
    say build
    compile >>"$log" 2>&1 || {
        tail -n 30 "$log"
        failed+=(build)
        return
    }
    for precision in tf32 float32; do
        for way in cudnn cublas; do
            go 60 env DPS_CUDA_PRECISION=$precision DPS_CUDA_CONV=$way "$build/tests/test-ops-features" cuda
        done
        for program in test-ops test-ops-operators; do
            go 60 env DPS_CUDA_PRECISION=$precision "$build/tests/$program" cuda
        done
    done
    for graph in 1 0; do
        go 60 env DPS_CUDA_GRAPH=$graph "$build/tools/bench-device" cuda evaluation
    done
    go 60 env DPS_CUDA_CONV=cublas "$build/tools/bench-device" cuda evaluation
    go 60 "$build/tools/bench-device" cuda operations
}

part_2() {
    local tool
    if command -v compute-sanitizer >/dev/null; then
        for tool in memcheck initcheck synccheck; do
            go 60 compute-sanitizer --tool $tool --error-exitcode 1 "$build/tests/test-ops-features" cuda
        done
        for tool in memcheck racecheck; do
            go 40 compute-sanitizer --tool $tool --error-exitcode 1 "$build/tests/test-ops" cuda
            go 40 compute-sanitizer --tool $tool --error-exitcode 1 "$build/tests/test-ops-operators" cuda
        done
        go 120 compute-sanitizer --tool racecheck --error-exitcode 1 "$build/tests/test-ops-features" cuda 0 gram
    else
        say "SKIP: compute-sanitizer is not installed"
    fi
    go 40 env DPS_CUDA_PRECISION=float32 "$emulated/test-replay" cuda
    go 40 "$emulated/test-carry" cuda
    go 40 "$emulated/test-device" "" "$module"
    go 60 bash -c machine_code
}

part_3() {
    go 400 python3 "$project/tools/bench-torch-gpu.py" "$build/tools/bench-device"
    go 120 "$emulated/test-device-run" cuda 200
}

export DPS_CUDA_MODULE=$module PYTHONUNBUFFERED=1
export -f machine_code
export project module
find_libraries
for part in "$@"; do
    log=$build/log-$part
    : >"$log"
    case $part in
    1 | 2 | 3) part_"$part" ;;
    *) failed+=("there is no part '$part'") ;;
    esac
done
if [ ${#failed[@]} -gt 0 ]; then
    printf '\nFAILED:'
    printf ' %s;' "${failed[@]}"
    printf '\n'
    exit 1
fi
printf '\nall good\n'
