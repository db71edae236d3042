# SPDX-License-Identifier: LGPL-3.0-or-later
"""The manual and the shells' completions, from what the program says of itself.

    make-docs.py PHOTO_STYLE man TEMPLATE     the manual, in whose template @OPTIONS@ stands for the
                                              engine's options and @EXPERT_OPTIONS@ for the others
    make-docs.py PHOTO_STYLE bash|zsh|fish    completions

Options with names, letters, values and words are read from each command's --help-all; an option's
choices are what its help ends with: "...: one, two, three (one)".
"""

import json
import os
import re
import subprocess
import sys

COMMANDS = ("transfer", "batch", "regions", "measure", "look", "apply", "devices", "networks",
            "bench")
OPTION = re.compile(r"^  (?:-(\w), )?--([\w-]+)(?:=(\S+))?  +(.*)$")
CHOICES = re.compile(r": ((?:[\w-]+, )+[\w-]+)(?: \([\w-]+\))?$")
PICTURES = "*.(png|jpg|jpeg|tif|tiff|ppm|pgm|pfm)"


def run(program, *arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, encoding="utf-8",
                          env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": ""}).stdout


class Option:
    def __init__(self, letter, name, value, help_text):
        choices = CHOICES.search(help_text)
        self.letter, self.name, self.value, self.help = letter, name, value, help_text
        self.choices = choices.group(1).split(", ") if choices and value else []
        self.many = value == "LIST" and bool(self.choices)
        self.names_file = bool(value) and value.endswith("FILE") or value == "OUT"

    def flags(self):
        return (["-" + self.letter] if self.letter else []) + ["--" + self.name]


def options_of(program, command):
    found = (OPTION.match(line) for line in run(program, command, "--help-all").splitlines())
    options = [Option(*match.groups()) for match in found if match]
    return [option for option in options if not option.name.startswith("help-")]


def commands_of(program):
    """The commands and what each is for."""
    text = run(program, "--help")
    return {c: re.search(r"^  %s +(.*)$" % c, text, re.MULTILINE).group(1) for c in COMMANDS}


# ------------------------------------------------------------------------------------- manual


def roff(text):
    return text.replace("\\", "\\e").replace("-", "\\-").replace("“", '"').replace("”", '"')


def number(value):
    return "%.15g" % value


def manual_entry(option):
    """One option as a tagged paragraph."""
    flags = '.BI \\-%s "\\fR, " \\-\\-%s= %s' if option["letter"] else ".BI %s\\-\\-%s= %s"
    lines = [".TP", flags % (option["letter"], roff(option["name"]), roff(option["value"])),
             roff(option["help"]) + "."]
    for choice in option["choices"]:
        usual = " (the default)" if choice["name"] == option["default"] else ""
        lines += [".br", ".BR %s :" % roff(choice["name"]), roff(choice["label"]) + usual + "."]
    if option["type"] in ("integer", "real"):
        lines += [".br", "From %s to %s; %s by default." % tuple(
            number(float(option[k])) for k in ("least", "most", "default"))]
    elif not option["choices"] and option["default"]:
        lines += [".br", roff(option["default"]) + " by default."]
    if option["manual"]:
        lines += [".br", roff(option["manual"])]
    return "\n".join(lines)


def manual(program, template):
    options = [o for o in json.loads(run(program, "describe"))["options"]
               if "transfer" in o["commands"]]
    with open(template, encoding="utf-8") as file:
        text = file.read()
    for place, expert in (("@OPTIONS@", False), ("@EXPERT_OPTIONS@", True)):
        entries = [manual_entry(o) for o in options if o["expert"] == expert]
        text = text.replace(place, "\n".join(entries))
    return text


# -------------------------------------------------------------------------------- completions


def bash(program):
    cases, values = [], []
    for command in COMMANDS:
        options = options_of(program, command)
        words = " ".join(flag for option in options for flag in option.flags()
                         if flag.startswith("--"))
        cases.append("    %s) options='%s' ;;" % (command, words))
        for option in options:
            names = " | ".join("%s:%s" % (command, flag) for flag in option.flags())
            if option.choices:
                values.append("    %s) choices='%s' ;;" % (names, " ".join(option.choices)))
            elif option.name == "device":
                values.append("    %s) choices=\"auto $(photo-style devices 2>/dev/null | "
                              "cut -d' ' -f1)\" ;;" % names)
            elif option.value and not option.names_file:
                values.append("    %s) return ;;" % names)
            elif option.value:
                values.append("    %s) compopt -o default; return ;;" % names)
    return """# SPDX-License-Identifier: LGPL-3.0-or-later
# Completion of photo-style for bash.

_photo_style() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} options=--help choices=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W '%s --help --version' -- "$word")
        return
    fi
    # bash takes "--name=value" for three words
    if [ "$word" = = ]; then
        word=
    elif [ "$before" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case $command:$before in
%s
    esac
    if [ -n "$choices" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
        return
    fi
    case $command in
%s
    esac
    case $word in
    -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
    *) compopt -o default ;;
    esac
}
complete -F _photo_style photo-style
""" % (" ".join(COMMANDS), "\n".join(values), "\n".join(cases))


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def zsh_value(option):
    if option.many:
        return "_sequence compadd - " + " ".join(option.choices)
    if option.choices:
        return "(%s)" % " ".join(option.choices)
    if option.name == "device":
        return "_photo_style_devices"
    return "_files" if option.names_file else " "


def zsh_option(option):
    text = re.sub(r"([\[\]:\\])", r"\\\1", option.help)
    value = ":%s:%s" % (option.value.replace(":", "\\:"), zsh_value(option)) if option.value else ""
    again = "*" if option.value == "NAME=FILE" else ""
    flags = option.flags()
    if len(flags) == 1:
        return quoted("%s%s%s[%s]%s" % (again, flags[0], "=" if value else "", text, value))
    return "%s{%s}%s" % (quoted("(%s)" % " ".join(flags)),
                         ",".join(f + ("=" if value and f.startswith("--") else
                                       "+" if value else "") for f in flags),
                         quoted("[%s]%s" % (text, value)))


def zsh(program):
    about = commands_of(program)
    cases = []
    for command in COMMANDS:
        arguments = [zsh_option(option) for option in options_of(program, command)]
        if command in ("transfer", "batch", "regions", "measure", "look", "apply"):
            arguments.append(quoted("*:picture:_files -g %s" % quoted(PICTURES)))
        cases.append("    %s)\n        _arguments -s \\\n            %s\n        ;;" %
                     (command, " \\\n            ".join(arguments)))
    return """#compdef photo-style
# SPDX-License-Identifier: LGPL-3.0-or-later
# Completion of photo-style for zsh.

_photo_style_devices() {
    compadd auto ${(f)"$(photo-style devices 2>/dev/null | cut -d' ' -f1)"}
}

_photo_style() {
    local context state line
    if (( CURRENT == 2 )); then
        local -a commands
        commands=(%s)
        _describe command commands
        return
    fi
    shift words
    (( CURRENT-- ))
    case $words[1] in
%s
    esac
}

_photo_style "$@"
""" % (" ".join(quoted("%s:%s" % item) for item in about.items()), "\n".join(cases))


def fish(program):
    lines = ["# SPDX-License-Identifier: LGPL-3.0-or-later",
             "# Completion of photo-style for fish.", ""]
    for command, text in commands_of(program).items():
        lines.append("complete -c photo-style -n __fish_use_subcommand -f -a %s -d %s" %
                     (command, quoted(text)))
    for command in COMMANDS:
        for option in options_of(program, command):
            line = ("complete -c photo-style -n '__fish_seen_subcommand_from %s' -l %s" %
                    (command, option.name))
            if option.letter:
                line += " -s " + option.letter
            if option.value:
                line += " -r" if option.names_file else " -x"
            if option.choices:
                line += " -a %s" % quoted(" ".join(option.choices))
            if option.name == "device":
                line += " -a %s" % quoted("auto (photo-style devices 2>/dev/null | "
                                          "string split -f1 ' ')")
            lines.append(line + " -d " + quoted(option.help))
    return "\n".join(lines) + "\n"


def main():
    program, kind = sys.argv[1:3]
    sys.stdout.reconfigure(encoding="utf-8")
    if kind == "man":
        sys.stdout.write(manual(program, sys.argv[3]))
    else:
        sys.stdout.write({"bash": bash, "zsh": zsh, "fish": fish}[kind](program))


main()
