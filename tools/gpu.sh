#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
#
# Everything that takes an NVIDIA GPU, in one command.  It needs a C compiler, Meson, Ninja and the
# CUDA toolkit; not GIMP, GLib or oneDNN.
#
#     tools/gpu.sh [FOLDER [PART...]]     builds in FOLDER, by default build-cuda
#
# It builds the core and the module, and then does all of these, or the parts that are named:
#   tests       the operations on the GPU in float32, TF32 and BF16, each way of convolving; recording
#               and replaying; a photo in strips; 200 whole runs in one process; the machine code
#   benchmark   what photo-style bench measures: the operations against what the GPU does at best, in
#               each precision; evaluations with and without graphs, at three sizes; whole transfers;
#               and VGG-19's evaluations against PyTorch, where that is installed
#   sanitizer   the four checks of compute-sanitizer, where that is installed: minutes
# The last line says what failed.

set -uo pipefail

project=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
build=${1:-$project/build-cuda}
[ $# = 0 ] || shift
[ $# -gt 0 ] || set -- tests benchmark sanitizer
mkdir -p "$build"
build=$(cd -P -- "$build" && pwd -P)
failed=()

# part NAME COMMAND...: goes on after a failure.
part() {
    local name=$1
    shift
    printf '\n== %s\n' "$name"
    "$@" || failed+=("$name")
}

# The GPU that is here, as nvcc names it: compiling for others would only take time.
architecture() {
    nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -n 1 | tr -d '. '
}

compile() {
    local wanted=(--buildtype=release -Dwerror=true -Dplug-in=disabled -Dcli=disabled -Donednn=disabled
        -Dcuda=enabled -Dtests=enabled -Dcuda-architectures="$(architecture)")
    if [ -f "$build/build.ninja" ]; then
        meson configure "$build" "${wanted[@]}"
    else
        meson setup "$build" "$project" "${wanted[@]}"
    fi && ninja -C "$build"
}

# The test of a device that isn't there is skipped with status 77; here it has to be there.
on_gpu() {
    DPS_CUDA_MODULE=$build/core/device/cuda/dps-cuda.so "$@"
}

sanitize() {
    local tool=$1 program precision status=0
    shift
    for program in test-ops test-ops-operators test-ops-features; do
        on_gpu env DPS_CUDA_PRECISION=float32 compute-sanitizer --tool "$tool" "$@" \
            --error-exitcode 1 "$build/tests/$program" cuda | tail -n 25 || status=1
    done
    for precision in tf32 bf16; do
        on_gpu env DPS_CUDA_PRECISION=$precision compute-sanitizer --tool "$tool" "$@" \
            --error-exitcode 1 "$build/tests/test-ops-features" cuda 0 convolution | tail -n 25 ||
            status=1
    done
    return $status
}

# Where the tools for it are missing, the test says so and ends with 77.
machine_code() {
    python3 "$project/tests/device/test-machine-code.py" "$build/core/device/cuda/dps-cuda.so" \
        "$(dirname -- "$(command -v nvcc)")" || [ $? = 77 ]
}

all_tests() {
    local precision program way
    for precision in float32 tf32; do
        for program in test-ops test-ops-features test-ops-operators; do
            part "$program, $precision" on_gpu env DPS_CUDA_PRECISION=$precision \
                "$build/tests/$program" cuda
        done
    done
    for precision in tf32 bf16; do
        for way in windows tiles cublas; do
            part "convolutions, $precision, $way" on_gpu env DPS_CUDA_PRECISION=$precision \
                DPS_CUDA_CONV=$way "$build/tests/test-ops-features" cuda 0 convolution
        done
    done
    part "recording and replaying" on_gpu env DPS_CUDA_PRECISION=float32 \
        "$build/tests/device/emulated-cuda/test-replay" cuda
    part "a photo in strips" on_gpu "$build/tests/device/emulated-cuda/test-carry" cuda
    part "machine code" machine_code
    part "choosing a device" "$build/tests/device/emulated-cuda/test-device" "" \
        "$build/core/device/cuda/dps-cuda.so"
    part "200 whole runs" on_gpu "$build/tests/device/emulated-cuda/test-device-run" cuda 200
}

one_evaluation() {
    local graph
    for graph in 0 1; do
        printf 'DPS_CUDA_GRAPH=%s\n' $graph
        on_gpu env DPS_CUDA_GRAPH=$graph "$build/tools/bench-device" cuda evaluation || return
    done
}

all_benchmarks() {
    local precision way
    for precision in float32 tf32 bf16; do
        for way in windows tiles cublas; do
            if [ "$precision" != float32 ] || [ $way = cublas ]; then
                part "benchmark, $precision, convolutions by $way" on_gpu env \
                    DPS_CUDA_PRECISION=$precision DPS_CUDA_CONV=$way \
                    "$build/tools/bench-device" cuda operations
            fi
        done
    done
    part "one evaluation, with and without a graph" one_evaluation
    part "VGG-19: one evaluation, and PyTorch's; whole transfers" on_gpu python3 "$project/tools/bench-torch-gpu.py" \
        "$build/tools/bench-device"
    part "whole transfers" on_gpu "$build/tools/bench-device" cuda transfer
}

all_checks() {
    local tool
    if ! command -v compute-sanitizer >/dev/null; then
        echo "SKIP: compute-sanitizer is not installed"
        return
    fi
    part memcheck sanitize memcheck --leak-check full
    for tool in initcheck synccheck racecheck; do
        part "$tool" sanitize "$tool"
    done
}

nvidia-smi --query-gpu=name,driver_version,compute_cap,memory.total --format=csv,noheader
nvcc --version | tail -n 2
part build compile
[ ${#failed[@]} = 0 ] || {
    echo "FAILED: build"
    exit 1
}
for name in "$@"; do
    case $name in
    tests) all_tests ;;
    benchmark) all_benchmarks ;;
    sanitizer) all_checks ;;
    *) failed+=("there is no part '$name'") ;;
    esac
done
if [ ${#failed[@]} -gt 0 ]; then
    printf '\nFAILED:'
    printf ' %s;' "${failed[@]}"
    printf '\n'
    exit 1
fi
printf '\nall good\n'
