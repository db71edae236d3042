# SPDX-License-Identifier: LGPL-3.0-or-later
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
#
# The packages that the project needs, and installing them with the system's package manager.  A part
# of ../dev, which reads it; what it uses of dev: say, warn, die, have, as_root, step, attempt,
# unbroken, require_rights, prepare_cache.

# What is needed: set | Debian and Ubuntu | Fedora | why.
packages='
build|build-essential|gcc|the C compiler
build|meson|meson|configures the build
build|ninja-build|ninja-build|runs the build
build|pkgconf|pkgconf-pkg-config|finds the libraries
build|gettext|gettext|translations
build|libgimp-3.0-dev|gimp-devel|to build the plug-in
build|gimp|gimp|to run the plug-in
build|libvips-dev|vips-devel|reads and writes pictures
build|liblcms2-dev|lcms2-devel|colour profiles
build|libjpeg-dev|libjpeg-turbo-devel|looks for damage in JPEGs
build|libgexiv2-dev|libgexiv2-devel|the particulars of TIFFs
build|libgegl-dev|gegl04-devel|pixels between GIMP and the plug-in
build|libjson-glib-dev|json-glib-devel|reports in JSON
build|libgtk-3-dev|gtk3-devel|the dialog
build|libsoup-3.0-dev|libsoup3-devel|fetches trained networks
build|libdnnl-dev|onednn-devel|fast convolutions on the processor
build|libonnxruntime-dev|onnxruntime-devel|regions and ratings by ONNX models
test|python3-gi|python3-gobject|test scripts in Python
test|python3-numpy|python3-numpy|compares numbers
test|python3-pil|python3-pillow|compares pictures
test|libheif-plugin-aomenc||writes AVIF
test|gir1.2-gimp-3.0|gimp-libs|GIMP from Python
test|python3-pyatspi|python3-pyatspi|operates the dialog as a user would
test|at-spi2-core|at-spi2-core|makes the dialog visible to the tests
test|xvfb|xorg-x11-server-Xvfb|a screen for the tests
test|xauth|xorg-x11-xauth|a screen for the tests
test|openbox|openbox|a window manager for the tests
test|xdotool|xdotool|mouse and keyboard for the tests
test|dbus-daemon|dbus-daemon|a message bus for the tests
test|dbus-x11|dbus-x11|a message bus for the tests
test|imagemagick|ImageMagick|test pictures and screenshots
test|fonts-dejavu-core|dejavu-sans-fonts|readable dialogs in the tests
test|fonts-wqy-microhei|wqy-microhei-fonts|Japanese and Chinese dialogs in the tests
test|locales|glibc-langpack-de|checks a translation
test|desktop-file-utils|desktop-file-utils|checks the metadata
test|appstream|appstream|checks the metadata
test|shellcheck|ShellCheck|checks the scripts
test|clang-format|clang-tools-extra|checks the formatting
test||libasan|looks for memory errors
test||libubsan|looks for undefined behaviour
bench|python3-torch|python3-torch|the yardstick for speed
bench|libopenblas0-pthread|openblas|matrix products for the yardstick: plain BLAS would hold it back
bench|python3-scipy|python3-scipy|the quality measures
'

# sets_up_to SET: the sets of packages that SET stands on.
sets_up_to() {
    case $1 in
    build) echo build ;;
    test) echo 'build test' ;;
    bench) echo 'build test bench' ;;
    *) die "there is no set of packages called '$1'; there are build, test and bench." ;;
    esac
}

# What a build does without where the system's lists don't have it; Meson's summary says so.
optional=' libonnxruntime-dev '

# unknown PACKAGE: it is optional, and the system's lists don't have it, as far as there are any.
unknown() {
    [[ $optional = *" $1 "* ]] && [ -n "$(apt-cache show libgimp-3.0-dev 2>/dev/null)" ] &&
        [ -z "$(apt-cache show "$1" 2>/dev/null)" ]
}

# package_names SET COLUMN: one name per line; column 2 is Debian's, 3 is Fedora's.
package_names() {
    awk -F'|' -v set="$1" -v col="$2" '$1 == set && $col != "" { print $col }' <<<"$packages" |
        sort -u
}

package_reason() {
    awk -F'|' -v name="$1" '$2 == name || $3 == name { print $4; exit }' <<<"$packages"
}

# os_release KEY: what the system says about itself.
os_release() {
    sed -n "s/^$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "${DPS_OS_RELEASE:-/etc/os-release}" \
        2>/dev/null || true
}

# The system's own packages include GIMP 3.
system_has_gimp3() {
    local id version codename
    [ -n "${DPS_INSIDE:-}" ] && return
    [ -n "${DPS_FORCE_ROOT:-}" ] && return 1
    have pkg-config && pkg-config --exists 'gimp-3.0 >= 3.0' && return
    id=$(os_release ID) version=$(os_release VERSION_ID) codename=$(os_release VERSION_CODENAME)
    case $id in
    debian) [ "${version%%.*}" -ge 13 ] 2>/dev/null || [ "$codename" = forky ] ||
        [ "$codename" = sid ] ;;
    ubuntu) [ "${version/./}" -ge 2504 ] 2>/dev/null ;;
    fedora) [ "$version" -ge 42 ] 2>/dev/null ;;
    *) have apt-cache && [ -n "$(apt-cache show libgimp-3.0-dev 2>/dev/null)" ] ;;
    esac
}

# --- apt ------------------------------------------------------------------------------------------

# Runs as root, natively and in the Debian root.  First what an interrupted run left half done.
apt_settle='
    export DEBIAN_FRONTEND=noninteractive
    waited=0
    until report=$(LC_ALL=C dpkg --configure -a 2>&1 </dev/null); do
        echo "$report"
        case $report in *lock*) ;; *) exit 1 ;; esac
        [ $waited -lt 300 ] || exit 1
        echo "Another program is installing packages; waiting for it to finish."
        sleep 2
        waited=$((waited + 2))
    done
    apt-get check >/dev/null 2>&1 ||
        apt-get -y --no-remove -o DPkg::Lock::Timeout=300 --fix-broken install'
apt_update='apt-get -o Acquire::Retries=2 -o APT::Update::Error-Mode=any update'
apt_install='apt-get -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2 --no-install-recommends'

# install_with_apt WHAT PACKAGE...: with run=(...) before it, which runs a command as root.  Reading
# and fetching may be interrupted; what unpacks and configures is let finish.
install_with_apt() {
    local what=$1 lists=yes name wanted=()
    shift
    attempt "Reading the lists of packages" "${run[@]}" /bin/sh -c "$apt_update" || lists=no
    for name in "$@"; do # the lists may be there only now
        if [ "${run[0]}" = enter_root ] || ! unknown "$name"; then wanted+=("$name"); fi
    done
    set -- "${wanted[@]}"
    step "Looking for what an earlier run left unfinished" \
        unbroken "${run[@]}" /bin/sh -c "$apt_settle"
    say_size "$@"
    if ! attempt "Fetching $what" "${run[@]}" /bin/sh -c \
        "export DEBIAN_FRONTEND=noninteractive; $apt_install --download-only install \"\$@\"" \
        sh "$@"; then
        [ "$lists" = yes ] || die "neither the lists of packages nor the packages could be" \
            "fetched. Is there a connection to the network? The whole report is in $log."
        die "the packages could not be fetched; the reason stands above. $goes_on"
    fi
    step "Installing $what" unbroken "${run[@]}" /bin/sh -c \
        "export DEBIAN_FRONTEND=noninteractive; $apt_install install \"\$@\"" sh "$@"
}

# What apt is about to fetch and to fill; how it says so differs between its versions.
say_size() {
    { "${run[@]}" env LC_ALL=C apt-get --assume-no --no-install-recommends install "$@" \
        </dev/null 2>/dev/null || true; } | sed -n \
        -e 's/^Need to get \([^/]*[kMG]\{0,1\}B\)[ /].*/    to fetch: \1/p' \
        -e 's/^After this operation, \(.*B\) of additional.*/    on disk: \1/p' \
        -e 's/^ *Download size: \([^/]*B\).*/    to fetch: \1/p' \
        -e 's/^ *Space needed: \([^/]*B\).*/    on disk: \1/p'
}

# --- The system's packages ------------------------------------------------------------------------

# missing_packages SET COLUMN: what is not installed, one name per line.
missing_packages() {
    local set name
    for set in $(sets_up_to "$1"); do
        for name in $(package_names "$set" "$2"); do
            if [ "$2" = 2 ]; then
                unknown "$name" ||
                    [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] ||
                    echo "$name"
            else
                rpm -q --whatprovides "$name" >/dev/null 2>&1 || echo "$name"
            fi
        done
    done
}

# install_system_packages SET: what is missing, with the system's package manager.
install_system_packages() {
    local name missing column=2 run=(as_root)
    have dnf && ! have apt-get && column=3
    mapfile -t missing < <(missing_packages "$1" "$column")
    [ ${#missing[@]} = 0 ] && return
    have apt-get || have dnf ||
        die "these are missing, and neither apt-get nor dnf is here to install them:" \
            "${missing[*]}"
    say "These packages of your system are needed and not there yet:"
    for name in "${missing[@]}"; do
        printf '  %-22s %s\n' "$name" "$(package_reason "$name")"
    done
    if [ "$column" = 2 ]; then
        require_rights "installing packages" \
            "apt-get install --no-install-recommends ${missing[*]}"
        prepare_cache
        install_with_apt "${#missing[@]} packages and what they need" "${missing[@]}"
    else
        require_rights "installing packages" "dnf install ${missing[*]}"
        prepare_cache
        step "Installing ${#missing[@]} packages" unbroken as_root dnf install -y "${missing[@]}"
    fi
    mapfile -t missing < <(missing_packages "$1" "$column")
    [ ${#missing[@]} = 0 ] || die "still not installed: ${missing[*]}. $goes_on"
}
