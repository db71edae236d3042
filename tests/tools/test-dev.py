#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""../dev on systems where things go wrong: no rights, no network, a broken or slow package manager,
Ctrl-C, a folder that can't be written to.  The system is made of scripts on PATH: apt-get, dpkg, sudo
and so on write down how they were called, and do what the test wants.  Nothing of this system is
changed, and no network is used.

    test-dev.py PROJECT"""

import os
import pty
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROJECT = os.path.abspath(sys.argv[1])
NOBODY = 65534

# What ../dev may use of the real system.
REAL = """awk basename bash cat chmod cp cut date dirname env false flock getent grep head id ln ls mkdir mv
python3 rm rmdir sed setpriv setsid sh sha256sum sleep sort stat tail test touch tr true uname wc""".split()

FAKES = {
    "sudo": """
case $SUDO in never) echo "you may not run sudo here" >&2; exit 1 ;; esac
case $1 in
-n) [ "$SUDO" = free ]; exit ;;
-v) echo "sudo: a terminal is required to read the password" >&2; exit 1 ;;
--) shift; exec "$@" ;;
*) exit 1 ;;
esac""",
    "apt-cache": '[ "$2" = "$UNKNOWN" ] || echo "Package: $2"',
    "dpkg-query": '[ ! -e "$STATE/installed" ] || printf installed',
    "dpkg": """
if [ -s "$STATE/locks" ]; then
    sed -i 1d "$STATE/locks"
    echo "dpkg: error: dpkg frontend lock was locked by another process with pid 1" >&2
    exit 2
fi""",
    "apt-get": """
case " $* " in
*" --assume-no "*)
    echo "Need to get 326 MB/400 MB of archives."
    echo "After this operation, 1,400 MB of additional disk space will be used."
    exit 1 ;;
*" update "*)
    case $APT in
    offline) echo "E: Failed to fetch http://mirror/InRelease  Could not resolve 'mirror'"; exit 100 ;;
    foreign) echo "E: The repository 'http://elsewhere InRelease' is not signed."; exit 100 ;;
    esac ;;
*" --download-only "*)
    case $APT in offline) echo "E: Unable to locate package libgimp-3.0-dev"; exit 100 ;; esac ;;
*" install "*)
    trap 'touch "$STATE/interrupted"; exit 0' INT
    case $APT in
    broken) echo "E: Sub-process /usr/bin/dpkg returned an error code (1)"; exit 100 ;;
    slow)
        touch "$STATE/unpacking"
        until [ -e "$STATE/go" ]; do sleep 0.1; done ;;
    esac
    touch "$STATE/installed" ;;
esac""",
    "pkg-config": 'case $1 in --modversion) echo 3.0.4 ;; *) [ -e "$STATE/installed" ] ;; esac',
    "meson": """
case $1 in
setup) mkdir -p "$2" && touch "$2/build.ninja" ;;
install)
    mkdir -p "$3/meson-logs"
    echo "# List of files installed by Meson" >"$3/meson-logs/install-log.txt"
    for file in .local/bin/photo-style .local/share/man/man1/photo-style.1 \\
        ".config/GIMP/3.0/plug-ins/deep-photo-style/deep-photo-style"; do
        mkdir -p "$HOME/${file%/*}"
        touch "$HOME/$file"
        echo "$HOME/$file" >>"$3/meson-logs/install-log.txt"
    done
    ln -sfn "$HOME" "$HOME/.config/GIMP/3.0/plug-ins/deep-photo-style/locale"
    echo "$HOME/.config/GIMP/3.0/plug-ins/deep-photo-style/locale" \\
        >>"$3/meson-logs/install-log.txt" ;;
esac""",
    "ninja": "",
    "mmdebstrap": """
for folder in "$@"; do case $folder in *.part) break ;; esac; done
mkdir -p "$folder/usr/sbin" "$folder/var/lib"
case $APT in
offline) echo "E: apt-get update failed: Could not resolve 'mirror'"; exit 1 ;;
slow)
    touch "$STATE/unpacking"
    until [ -e "$STATE/go" ]; do sleep 0.1; done ;;
esac""",
    "unshare": "",
}


class Setup(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="photo-style-dev-"))
        self.project = os.path.join(self.folder, "Bilder & so, it's mine")
        self.bin = os.path.join(self.folder, "bin")
        self.state = os.path.join(self.folder, "state")
        self.home = os.path.join(self.folder, "home")
        for path in (self.project, self.bin, self.state, self.home):
            os.mkdir(path)
        shutil.copy(os.path.join(PROJECT, "dev"), self.project)
        shutil.copytree(os.path.join(PROJECT, "tools"), os.path.join(self.project, "tools"))
        for name in REAL:
            os.symlink(shutil.which(name), os.path.join(self.bin, name))
        for name, text in FAKES.items():
            self.write(os.path.join(self.bin, name),
                       "#!/bin/sh\necho \"%s $*\" >>\"$STATE/calls\"\n%s\n" % (name, text), 0o755)
        self.mark("calls")
        self.system("debian", 13)
        self.env = {"PATH": self.bin, "HOME": self.home, "STATE": self.state, "APT": "good",
                    "SUDO": "free", "LC_ALL": "C.UTF-8",
                    "DPS_OS_RELEASE": os.path.join(self.folder, "os-release")}
        self.user = {}
        if os.geteuid() == 0:  # these are the troubles of ordinary users
            self.user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            for path, folders, files in os.walk(self.folder):
                for name in [path] + [os.path.join(path, f) for f in folders + files]:
                    os.chown(name, NOBODY, NOBODY, follow_symlinks=False)

    def write(self, path, text, mode=0o644):
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)

    def system(self, name, version):
        self.write(os.path.join(self.folder, "os-release"),
                   'ID=%s\nVERSION_ID="%s"\n' % (name, version))

    def start(self, *arguments, **options):
        return subprocess.Popen([os.path.join(self.project, "dev"), *arguments], cwd=self.folder,
                                env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, start_new_session=True, **self.user,
                                **{"stdin": subprocess.DEVNULL, **options})

    def dev(self, *arguments, code=0, **options):
        process = self.start(*arguments, **options)
        text, _ = process.communicate()
        self.assertEqual(process.returncode, code, text)
        self.assertNotIn("Traceback", text)
        self.assertNotRegex(text, r"line \d+: ")  # bash's own complaints
        return text

    def calls(self, start=""):
        with open(os.path.join(self.state, "calls")) as file:
            return [line for line in file.read().splitlines() if line.startswith(start)]

    def without(self, *names):
        for name in names:
            os.remove(os.path.join(self.bin, name))

    def mark(self, name, text=""):
        self.write(os.path.join(self.state, name), text, 0o666)

    def wait_for(self, name):
        while not os.path.exists(os.path.join(self.state, name)):
            time.sleep(0.05)

    def command_after(self, text, start):
        """The command that a message tells to type, as the shell would read it."""
        line = next(line for line in text.splitlines() if line.strip().startswith(start))
        return shlex.split(line)

    # --- what goes well

    def test_packages_are_installed_once(self):
        text = self.dev("setup", "build")
        self.assertIn("to fetch: 326 MB", text)
        self.assertIn("on disk: 1,400 MB", text)
        self.assertLess(text.index("to fetch"), text.index("Fetching"))
        installs = [c for c in self.calls("apt-get") if c.split()[-1] == "pkgconf"]
        self.assertIn("libgimp-3.0-dev", installs[-1])
        before = len(self.calls("apt-get"))
        self.assertIn("Everything needed is there", self.dev("setup", "build"))
        self.assertEqual(len(self.calls("apt-get")), before)

    def test_what_the_lists_lack_and_a_build_can_do_without(self):
        self.env["UNKNOWN"] = "libonnxruntime-dev"
        self.dev("setup", "build")
        installs = " ".join(self.calls("apt-get -y"))
        self.assertIn("libgimp-3.0-dev", installs)
        self.assertNotIn("libonnxruntime-dev", installs)
        self.assertIn("Everything needed is there", self.dev("setup", "build"))

    def test_sudo_without_password_is_enough(self):
        ours, theirs = pty.openpty()  # on a terminal, too: sudo -v would ask there
        self.dev("setup", "build", stdin=theirs)
        os.close(ours)
        os.close(theirs)
        self.assertEqual(self.calls("sudo -v"), [])

    def test_demo_and_install_need_no_tools_of_the_tests(self):
        self.without("sudo")
        for command in ("demo", "install", "build"):
            text = self.dev(command, code=1)
            self.assertIn("libgimp-3.0-dev", text)
            self.assertNotIn("clang-format", text)
        self.assertIn("clang-format", self.dev("test", code=1))

    # --- rights

    def test_no_sudo(self):
        self.without("sudo")
        text = self.dev("setup", "build", code=1)
        command = self.command_after(text, "apt-get install")
        self.assertIn("libgimp-3.0-dev", command)
        self.assertIn("administrator", text)
        self.assertEqual(self.calls("apt-get"), [])

    def test_sudo_refuses(self):
        self.env["SUDO"] = "never"
        text = self.dev("setup", "build", code=1)
        self.assertIn("libgimp-3.0-dev", self.command_after(text, "apt-get install"))
        self.assertEqual(self.calls("apt-get"), [])

    def test_sudo_wants_a_password(self):
        self.env["SUDO"] = "password"
        text = self.dev("setup", "build", code=1)
        self.assertEqual(self.command_after(text, "sudo "),
                         ["sudo", os.path.join(self.project, "dev"), "setup", "build"])

    def test_root_is_needed_for_a_system_of_our_own(self):
        self.without("sudo")
        self.system("debian", 12)
        text = self.dev("exec", "echo", "it's", code=1)
        su = self.command_after(text, "su -c")
        self.assertEqual(su[:2], ["su", "-c"])
        self.assertEqual(shlex.split(su[2]),
                         [os.path.join(self.project, "dev"), "exec", "echo", "it's"])

    def test_root_leaves_no_files_of_its_own(self):
        """As by su: the folder's owner is whom the work is for."""
        if not self.user:
            self.skipTest("only root can work for somebody else")
        self.user = {}
        os.remove(os.path.join(self.bin, "getent"))
        self.write(os.path.join(self.bin, "getent"),
                   "#!/bin/sh\necho nobody:x:%d:%d::%s:/bin/sh\n" % (NOBODY, NOBODY, self.home), 0o755)
        self.dev("build")
        self.assertEqual(len(self.calls("meson setup")), 1)
        for folder in (self.project, self.home):
            for path, folders, files in os.walk(folder):
                for name in folders + files:
                    self.assertEqual(os.lstat(os.path.join(path, name)).st_uid, NOBODY, name)

    def test_read_only_folder(self):
        os.chmod(self.project, 0o555)
        for command in ("demo", "test", "build"):
            text = self.dev(command, code=1)
            self.assertIn("nothing can be written into " + self.project, text)
        self.assertEqual(self.calls(), [])
        os.chmod(self.project, 0o755)

    # --- package managers

    def test_offline(self):
        self.env["APT"] = "offline"
        text = self.dev("setup", "build", code=1)
        self.assertIn("Could not resolve", text)
        self.assertIn("Is there a connection to the network?", text.splitlines()[-1])
        self.assertFalse(os.path.exists(os.path.join(self.state, "installed")))

    def test_a_list_of_somebody_else(self):
        self.env["APT"] = "foreign"
        self.assertIn("not signed", self.dev("setup", "build"))

    def test_broken_package(self):
        self.env["APT"] = "broken"
        text = self.dev("build", code=1)
        self.assertIn("returned an error code", text)
        self.assertIn("goes on from here", text.splitlines()[-1])
        self.assertEqual(self.calls("meson"), [])
        self.env["APT"] = "good"
        self.dev("setup", "build")

    def test_ctrl_c_while_packages_unpack(self):
        self.env["APT"] = "slow"
        process = self.start("build")
        self.wait_for("unpacking")
        os.killpg(process.pid, signal.SIGINT)
        text = ""
        while "It stops when" not in text:
            line = process.stdout.readline()
            self.assertTrue(line, "it ended while packages were unpacked: " + text)
            text += line
        self.mark("go")
        text += process.communicate()[0]
        self.assertEqual(process.returncode, 130, text)
        self.assertIn("goes on from here", text.splitlines()[-1])
        self.assertTrue(os.path.exists(os.path.join(self.state, "installed")), "let finish")
        self.assertFalse(os.path.exists(os.path.join(self.state, "interrupted")))
        self.assertEqual(self.calls("meson"), [])

    def test_dpkg_of_a_killed_run(self):
        self.mark("locks", "1\n2\n")  # still at work, twice asked
        self.dev("setup", "build")
        calls = self.calls()
        waits = [i for i, call in enumerate(calls) if call == "dpkg --configure -a"]
        unpack = next(i for i, call in enumerate(calls) if call.startswith("apt-get -y"))
        self.assertEqual(len(waits), 3)
        self.assertLess(waits[-1], unpack)

    # --- the system of our own

    def test_half_a_root_is_not_taken_for_whole(self):
        self.system("debian", 12)
        self.env["APT"] = "offline"
        text = self.dev("setup", "build", code=1)
        self.assertIn("Could not resolve", text)
        root = os.path.join(self.home, ".cache/deep-photo-style/debian-13")
        self.assertFalse(os.path.exists(root))
        self.env["APT"] = "good"
        text = self.dev("setup", "build")
        self.assertIn("to fetch", text)
        self.assertTrue(os.path.exists(root))
        self.assertFalse(os.path.exists(root + ".part"))

    def test_ctrl_c_while_the_root_is_made(self):
        self.system("debian", 12)
        self.env["APT"] = "slow"
        process = self.start("setup", "build")
        self.wait_for("unpacking")
        os.killpg(process.pid, signal.SIGINT)
        text, _ = process.communicate()
        self.assertEqual(process.returncode, 130, text)
        self.assertIn("goes on from here", text.splitlines()[-1])
        self.assertFalse(os.path.exists(os.path.join(self.home,
                                                     ".cache/deep-photo-style/debian-13")))

    def test_other_releases(self):
        text = self.dev("setup", "--release", "forky", "build")
        self.assertIn("debian-forky", text)
        self.assertIn(" forky ", self.calls("mmdebstrap")[0])
        self.assertIn("trixie, forky, sid", self.dev("test", "--release", "woody", code=1))

    # --- removal

    def test_uninstall_removes_what_install_put_there(self):
        self.mark("installed")
        own = os.path.join(self.home, ".local/bin/mine")
        os.makedirs(os.path.dirname(own), exist_ok=True)
        self.write(own, "mine")
        if self.user:
            for path in (own, os.path.dirname(own), os.path.dirname(os.path.dirname(own))):
                os.chown(path, NOBODY, NOBODY)
        self.assertIn("./dev uninstall", self.dev("install"))
        self.assertTrue(os.path.exists(os.path.join(self.home, ".local/bin/photo-style")))
        self.assertIn("Removed 4 files", self.dev("uninstall"))
        left = [os.path.join(path, name) for path, _, names in os.walk(self.home)
                for name in names if ".cache" not in path]
        self.assertEqual(left, [own])
        self.assertFalse(os.path.exists(os.path.join(self.home, ".config/GIMP")))
        self.assertIn("nothing was installed", self.dev("uninstall", code=1))


if __name__ == "__main__":
    if os.geteuid() == 0:
        try:
            subprocess.run(["true"], user=NOBODY, group=NOBODY, extra_groups=[], check=True)
        except OSError:
            print("SKIP: root can't be left here, and these are the troubles of ordinary users")
            sys.exit(77)
    unittest.main(verbosity=2, argv=sys.argv[:1])
