# SPDX-License-Identifier: LGPL-3.0-or-later
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
#
# A Debian system in the user's cache folder, for systems without GIMP 3 and for trying the project
# on another release: made once, entered with private mounts, so that nothing stays mounted.  A part of
# ../dev, which reads it after packages.sh and sets `root` (its folder) and `release` (its name).

# The tool that makes the root, from the system's packages.
install_mmdebstrap() {
    local missing=() run=(as_root)
    have mmdebstrap || missing+=(mmdebstrap)
    if have apt-get && [ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ]; then
        missing+=(debian-archive-keyring)
    fi
    [ ${#missing[@]} = 0 ] && return
    say "  ${missing[*]}: needed to make the Debian system"
    if have apt-get; then
        install_with_apt "${missing[*]}" "${missing[@]}"
    elif have dnf; then
        step "Installing ${missing[*]}" unbroken as_root dnf install -y "${missing[@]}"
    else
        die "please install mmdebstrap with your system's package manager, then run this again."
    fi
}

# The bare system.  It is made under another name, so that half of one is never taken for whole.
make_bare_root() {
    local options=()
    as_root rm -rf --one-file-system -- "$root.part" || return
    # The lists of a release in the making count for a week only, and mirrors may lag behind.
    [ "$release" = trixie ] || options=(--aptopt='Acquire::Check-Valid-Until "false"')
    # Nothing in so small a system needs /proc or /sys, which a container may not let us mount.
    as_root mmdebstrap --variant=minbase --skip=chroot/mount/proc,chroot/mount/sys \
        --skip=cleanup/apt/lists --aptopt='Acquire::Languages "none"' "${options[@]}" \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='force-unsafe-io' \
        "$release" "$root.part" ${DPS_MIRROR:+"$DPS_MIRROR"} || return
    as_root mv -- "$root.part" "$root"
}

# What a system without services needs besides packages, inside the root.
finish_root='
    if [ -d /usr/share/i18n/charmaps ] && ! locale -a | grep -qi de_DE.utf8; then
        localedef -i de_DE -f UTF-8 de_DE.UTF-8
    fi
    apt-get clean'

# root_stamp SET: says that the set's packages, as listed now, are installed.
root_stamp() {
    printf '%s' "$root/var/lib/dps-$1-$(package_names "$1" 2 | sha256sum | cut -c1-16)"
}

# setup_root SET: makes the root and installs what is missing.
setup_root() {
    local set names what ready=yes run=(enter_root root)
    for set in $(sets_up_to "$1"); do
        [ -e "$(root_stamp "$set")" ] || ready=no
    done
    [ "$ready" = yes ] && return
    require_rights "making the build environment"
    prepare_cache
    exec 8>"$cache/lock"
    flock -n 8 || {
        say "Another run is preparing the build environment; waiting for it."
        flock 8
    }
    say "Preparing the build environment, a Debian $release system in $root (only this time):"
    say "  about 410 MB to fetch and 1.7 GB on disk; the tests' tools: 40 MB and 0.2 GB more"
    check_mounts
    : >"$log"
    if [ ! -d "$root" ]; then
        install_mmdebstrap
        step "Making a bare Debian system (about half a minute)" make_bare_root
        as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod 755 "$1"' sh \
            "$root/usr/sbin/policy-rc.d"
    fi
    for set in $(sets_up_to "$1"); do
        [ -e "$(root_stamp "$set")" ] && continue
        case $set in
        build) what="GIMP 3, compiler and libraries" ;;
        test) what="what the tests need" ;;
        bench) what="PyTorch, the yardstick for speed" ;;
        esac
        mapfile -t names < <(package_names "$set" 2)
        install_with_apt "$what" "${names[@]}"
        step "Finishing" enter_root root /bin/sh -e -c "$finish_root"
        as_root touch "$(root_stamp "$set")"
    done
    exec 8>&-
    say "The build environment is ready."
}

check_mounts() {
    as_root unshare --mount true 2>/dev/null ||
        die "this system (a container, perhaps) does not let us mount folders privately." \
            "Please use a Debian 13 container, or one with --privileged."
}

# enter_root root|user CMD...: run a command in the root.  Only what is named here passes in.
enter_root() {
    local who=$1 name pass=() ids=0:0
    shift
    if [ "$who" = user ]; then ids=$user; fi
    prepare_cache
    for name in $(compgen -e); do
        case $name in
        TERM | COLUMNS | LINES | CI | NO_COLOR | DISPLAY | OMP_* | GOMP_* | DPS_* | ASAN_OPTIONS | \
            UBSAN_OPTIONS | LSAN_OPTIONS | MESON_TESTTHREADS | MALLOC_* | G_* | GIMP_* | GEGL_* | \
            CUDA_VISIBLE_DEVICES | DNNL_* | ONEDNN_* | CC | CFLAGS | LDFLAGS | NINJA_STATUS | \
            http_proxy | https_proxy | no_proxy | SOURCE_DATE_EPOCH) pass+=("$name=${!name}") ;;
        esac
    done
    if [ -n "${DISPLAY:-}" ] && [ -r "${XAUTHORITY:-${HOME:-/root}/.Xauthority}" ]; then
        as_user cp -f -- "${XAUTHORITY:-${HOME:-/root}/.Xauthority}" "$cache/home/.Xauthority"
        pass+=("XAUTHORITY=$cache/home/.Xauthority")
    fi
    pass+=("DPS_INSIDE=1" "DPS_CACHE=$cache" "HOME=$cache/home" "LC_ALL=C.UTF-8"
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/cuda/bin")
    as_root unshare --mount --propagation private -- bash "$self" --enter "$root" "$cache/home" \
        "$PWD" "$ids" env -i "${pass[@]}" "$@"
}

# bind SOURCE [ro]: show a folder of this system at the same path in the root.
bind() {
    mkdir -p -- "$root$1"
    mount --bind -- "$1" "$root$1"
    if [ "${2:-}" = ro ]; then mount -o remount,bind,ro -- "$root$1"; fi
}

# The driver's libraries, where there is an NVIDIA GPU.
bind_driver() {
    local name path to=$root/usr/lib
    for name in libcuda.so.1 libnvidia-ptxjitcompiler.so.1; do
        path=$(ldconfig -p | awk -v name="$name" '$1 == name && /x86-64/ { print $NF; exit }')
        if [ -e "$path" ]; then
            : >>"$to/$name"
            mount --bind -- "$path" "$to/$name"
        fi
    done
}

# The other half of enter_root, as root and with mounts of its own that end with it.
enter() {
    root=$1
    local home=$2 folder=$3 ids=$4 name
    shift 4
    for name in proc sys dev; do mount --rbind "/$name" "$root/$name"; done
    mount --bind /tmp "$root/tmp"
    bind "$project"
    bind "$home"
    for name in "$(dirname -- "$project")/shared" /usr/local/cuda-13.0 /usr/local/cuda; do
        if [ -d "$name" ]; then bind "$name" ro; fi
    done
    bind_driver
    for name in /etc/resolv.conf /etc/hosts; do
        if [ -e "$name" ]; then cat "$name" >"$root$name"; fi
    done
    grep -q "^[^:]*:[^:]*:${ids%:*}:" "$root/etc/passwd" ||
        echo "photographer:x:$ids::$home:/bin/bash" >>"$root/etc/passwd"
    [ -d "$root$folder" ] || folder=$project
        exec chroot --userspec="$ids" "$root" /bin/sh -c 'cd "$1" && shift && exec "$@"' \
        dev "$folder" "$@"
}
