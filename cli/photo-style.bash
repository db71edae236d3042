# SPDX-License-Identifier: LGPL-3.0-or-later
# Completion of photo-style for bash.

_photo_style() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} options=--help
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W 'transfer regions measure devices bench --help --version' -- "$word")
        return
    fi
    case $before in
    --preset | -p)
        local presets='draft normal best reference artistic'
        [ "$command" != bench ] || presets='draft normal best'
        mapfile -t COMPREPLY < <(compgen -W "$presets" -- "$word")
        return
        ;;
    --only)
        mapfile -t COMPREPLY < <(compgen -W 'operations evaluation transfer' -- "$word")
        return
        ;;
    --take)
        mapfile -t COMPREPLY < <(compgen -W 'all colour brightness' -- "$word")
        return
        ;;
    --unmatched)
        mapfile -t COMPREPLY < <(compgen -W 'keep nearest whole' -- "$word")
        return
        ;;
    --depth)
        mapfile -t COMPREPLY < <(compgen -W '8 16 float' -- "$word")
        return
        ;;
    --device | -d)
        mapfile -t COMPREPLY < <(compgen -W "auto $(photo-style devices 2>/dev/null | cut -d' ' -f1)" -- "$word")
        return
        ;;
    esac
    case $command in
    transfer)
        options='--output --depth --preset --amount --take --detail --size --photorealism --content-weight
            --style-weight --network --device --threads --seed --report --quiet --content-mask
            --style-mask --content-labels --style-labels --auto-regions --unmatched --help'
        ;;
    regions) options='--content-labels --style-labels --most --seed --threads --json --help' ;;
    measure)
        options='--network --size --threads --json --content-mask --style-mask --content-labels
            --style-labels --help'
        ;;
    bench)
        options='--only --network --width --height --regions --preset --device --threads --repeats
            --json --help'
        ;;
    devices) options='--json --help' ;;
    esac
    case $word in
    -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
    esac
}
complete -o default -F _photo_style photo-style
