# SPDX-License-Identifier: LGPL-3.0-or-later
"""photo-style networks: files of PyTorch's as Python's own pickler writes them, what is kept and how it is found,
and fetching from a server on this computer that drops, stalls, lies, redirects and serves the wrong thing."""

import collections
import hashlib
import http.server
import io
import json
import os
import pickle
import pty
import signal
import struct
import subprocess
import sys
import threading
import time
import types
import zipfile

import numpy as np

import tool
from tool import PROGRAM

WIDTH = 4
PLACES = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)  # of VGG-16's convolutions


# ------------------------------------------------------------------- files of PyTorch's

def stand_in(module, name, value=None):
    """Something that pickles as a name of PyTorch's."""
    value = value or (lambda *arguments: None)
    value.__module__, value.__qualname__, value.__name__ = module, name, name
    where = sys.modules.setdefault(module, types.ModuleType(module))
    setattr(where, name, value)
    return value


stand_in("torch", "none")
FLOATS = stand_in("torch", "FloatStorage", type("FloatStorage", (), {}))
REBUILD = stand_in("torch._utils", "_rebuild_tensor_v2")
REBUILD_OLD = stand_in("torch._utils", "_rebuild_tensor")


class Stored:
    """The numbers of one tensor."""

    def __init__(self, key, array):
        self.key, self.array = key, array


class Tensor:
    def __init__(self, key, array, old):
        self.storage, self.array, self.old = Stored(key, array), array, old

    def __reduce__(self):
        strides = tuple(s // 4 for s in self.array.strides)
        if self.old:
            return REBUILD_OLD, (self.storage, 0, self.array.shape, strides)
        return REBUILD, (self.storage, 0, self.array.shape, strides, False, collections.OrderedDict())


class Pickler(pickle._Pickler):
    """Protocol 2, in Python: it lets what isn't importable be stood in for."""

    def __init__(self, file, old):
        super().__init__(file, 2)
        self.old = old

    def persistent_id(self, thing):
        if isinstance(thing, Stored):
            count = thing.array.size
            return ("storage", FLOATS, thing.key, "cpu", count) + ((None,) if self.old else ())
        return None


def pickled(thing, old=False):
    file = io.BytesIO()
    Pickler(file, old).dump(thing)
    return file.getvalue()


def arrays(width=WIDTH):
    rng = np.random.default_rng(1)
    before, found = 3, collections.OrderedDict()
    for place in PLACES:
        found[f"features.{place}.weight"] = rng.normal(0, 0.2, (width, before, 3, 3)).astype("<f4")
        found[f"features.{place}.bias"] = rng.normal(0, 0.1, width).astype("<f4")
        before = width
    found["classifier.6.bias"] = np.zeros(7, "<f4")
    return found


def write_zip(path, found, thing=None):
    tensors = collections.OrderedDict((n, Tensor(str(i), a, False)) for i, (n, a) in enumerate(found.items()))
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("net/data.pkl", pickled(thing(tensors) if thing else tensors))
        file.writestr("net/byteorder", "little")
        for tensor in tensors.values():
            file.writestr("net/data/" + tensor.storage.key, tensor.array.tobytes())


def write_row(path, found):
    tensors = collections.OrderedDict((n, Tensor(str(1000 - i), a, True))
                                      for i, (n, a) in enumerate(found.items()))
    keys = sorted(t.storage.key for t in tensors.values())
    by_key = {t.storage.key: t.array for t in tensors.values()}
    about = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
    with open(path, "wb") as file:
        for thing in (0x1950a86a20f9469cfc6c, 1001, about):
            file.write(pickled(thing))
        file.write(pickled(tensors, True) + pickled(keys))
        for key in keys:
            file.write(struct.pack("<q", by_key[key].size) + by_key[key].tobytes())


def write_safetensors(path, found):
    header, data = {}, b""
    for name, array in found.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path):
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        data = file.read()
    about = header.pop("__metadata__", {})
    return about, {n: np.frombuffer(data[slice(*t["data_offsets"])], "<f4").reshape(t["shape"])
                   for n, t in header.items()}


# ------------------------------------------------------------------------------ a server

class Server(http.server.ThreadingHTTPServer):
    """Serves one file, in the manner that `manner` names; remembers the ranges that were asked for."""

    daemon_threads = True

    def __init__(self, content):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.manner, self.asked = content, "good", []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/net.pth"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # clients go away in these tests


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def answer(self, code, length=None, **headers):
        self.send_response(code)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def do_GET(self):
        server, content, manner = self.server, self.server.content, self.server.manner
        asked = self.headers.get("Range")
        server.asked.append(asked)
        begin = int(asked[6:].rstrip("-")) if asked else 0
        if manner == "moved" and self.path != "/there":
            return self.answer(302, 0, Location="/there")
        if manner == "absent":
            return self.answer(404, 0)
        if manner == "busy":
            return self.answer(503, 0)
        if manner == "longer":
            return self.answer(200, len(content) + 5) or self.wfile.write(content + b"12345")
        if manner == "endless":  # no length is said
            self.answer(200)
            return self.wfile.write(content + content)
        if manner == "wrong":
            content = content[:-1] + bytes([content[-1] ^ 1])
        if asked and manner != "no ranges":
            total = len(content) + (manner == "changed")
            self.answer(206, len(content) - begin, Content_Range=f"bytes {begin}-{total - 1}/{total}")
        else:
            begin = 0
            self.answer(200, len(content))
        body = content[begin:]
        if manner in ("drops", "no ranges") and len(server.asked) < 3 or manner == "always drops":
            self.wfile.write(body[:len(body) // 2])
        elif manner == "stalls" or manner == "slow":
            self.wfile.write(body[:len(body) // 2])
            self.wfile.flush()
            time.sleep(30 if manner == "slow" else 3)
        else:
            self.wfile.write(body)


class NetworksTest(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.data = self.path("data")
        self.kept = os.path.join(self.data, "deep-photo-style", "networks")
        before = {name: os.environ.get(name) for name in ("XDG_DATA_HOME", "DPS_NETWORKS")}
        os.environ["XDG_DATA_HOME"] = self.data
        self.addCleanup(lambda: [os.environ.pop(n, None) if v is None else os.environ.__setitem__(n, v)
                                 for n, v in before.items()])

    def networks(self, *arguments, **options):
        return self.run_tool("networks", *arguments, **options)


class Importing(NetworksTest):
    def check_kept(self, name="vgg16"):
        about, found = read_safetensors(os.path.join(self.kept, name + ".safetensors"))
        wanted = arrays()
        del wanted["classifier.6.bias"]
        self.assertEqual(about["architecture"], "vgg16")
        self.assertEqual(list(found), list(wanted))
        for tensor, array in wanted.items():
            np.testing.assert_array_equal(found[tensor], array, tensor)

    def test_formats(self):
        for name, write in (("zip", write_zip), ("row", write_row), ("st", write_safetensors)):
            write(self.path(name), arrays())
            self.assertIn("VGG-16 is kept", self.networks("import", name, "--name", name).out)
            self.check_kept(name)
        self.assertEqual(self.networks("verify").out, "row: unchanged\nst: unchanged\nzip: unchanged\n")
        self.assertEqual(len(os.listdir(self.kept)), 6)

    def test_found_by_name(self):
        write_zip(self.path("net.pth"), arrays())
        self.photos()
        self.transfer("--network", "net.pth", "--report", "report.json", out="file.png")
        self.networks("import", "net.pth")
        self.check_kept()
        self.transfer("--network", "vgg16", "--report", "report.json", out="name.png")
        np.testing.assert_array_equal(self.pixels("file.png"), self.pixels("name.png"))
        self.assertEqual(self.report()["network"], "vgg16.safetensors")
        self.refused("VGG-19 isn't there yet; “photo-style networks fetch vgg19” fetches it",
                     "--network", "vgg19")
        self.refused("there is no such file", "--network", "vgg20")

    def test_nothing_is_lost(self):
        write_zip(self.path("net.pth"), arrays())
        self.networks("import", "net.pth")
        for arguments, sentence in (([], "called vgg16 is kept already"),
                                    (["--name", "../x"], "can't be a network's name"),
                                    (["--name", "builtin"], "can't be a network's name")):
            self.check_sentence(self.networks("import", "net.pth", *arguments, code=1), sentence)
        self.assertEqual(sorted(os.listdir(self.kept)), ["vgg16.origin", "vgg16.safetensors"])

    def test_nothing_is_run(self):
        class Evil:
            def __reduce__(self):
                return os.system, ("touch run",)

        write_zip(self.path("evil.pth"), arrays(), lambda t: {**t, "x": Evil()})
        done = self.networks("import", "evil.pth", code=1)
        self.check_sentence(done, r"wants posix\.system to be run")
        self.assertFalse(os.path.exists(self.path("run")))
        self.assertEqual(os.listdir(self.kept), [])

    def test_a_checkpoint(self):
        write_zip(self.path("net.pth"), arrays(), lambda t: {"epoch": 3, "state_dict": t})
        self.networks("import", "net.pth")
        self.check_kept()

    def test_incomplete(self):
        found = arrays()
        del found["features.12.bias"]
        write_row(self.path("net.pth"), found)
        self.check_sentence(self.networks("import", "net.pth", code=1), r"no tensor features\.12\.bias")

    def test_changed(self):
        write_row(self.path("net.pth"), arrays())
        self.networks("import", "net.pth")
        with open(os.path.join(self.kept, "vgg16.safetensors"), "r+b") as file:
            file.seek(-1, 2)
            file.write(b"x")
        done = self.networks("verify", "vgg16", code=1)
        self.assertIn("vgg16.safetensors: the file isn't what it was", done.err)
        self.assertIn("no network called other is kept", self.networks("verify", "other", code=1).err)

    def test_list(self):
        os.environ.pop("DPS_NETWORKS", None)
        write_row(self.path("net.pth"), arrays())
        self.networks("import", "net.pth", "--name", "mine")
        lines = self.networks("list").out.splitlines()
        self.assertRegex(lines[0], r"^vgg19 +VGG-19 +574\.7\sMB  can be fetched$")
        self.assertRegex(lines[-2], r"^mine +VGG-16 +kept$")
        listed = json.loads(self.networks("list", "--json").out)
        self.assertEqual(listed["folder"], self.kept)
        for entry in listed["networks"][:-1]:
            self.assertRegex(entry["sha256"], "^[0-9a-f]{64}$")
            # PyTorch's own files have the beginning of their sum in their names.
            self.assertIn("-" + entry["sha256"][:8], entry["source"])


class Fetching(NetworksTest):
    def setUp(self):
        super().setUp()
        write_row(self.path("net.pth"), arrays(12))
        with open(self.path("net.pth"), "rb") as file:
            content = file.read()
        self.server = Server(content)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.register(self.server.url, content)
        self.part = os.path.join(self.kept, "vgg16.part")

    def register(self, url, content):
        with open(self.path("networks.ini"), "w", encoding="utf-8") as file:
            file.write(f"[vgg16]\ntitle=VGG-16\nsource={url}\nbytes={len(content)}\n"
                       f"sha256={hashlib.sha256(content).hexdigest()}\nlicence=as you like\n")
        os.environ["DPS_NETWORKS"] = self.path("networks.ini")

    def fetch(self, manner="good", code=0):
        self.server.manner, self.server.asked = manner, []
        return self.networks("fetch", "vgg16", "--yes", "--patience", "1", code=code)

    def check_fetched(self):
        self.assertEqual(sorted(os.listdir(self.kept)), ["vgg16.origin", "vgg16.safetensors"])
        self.networks("verify", "vgg16")

    def check_failed(self, pattern, manner, tries):
        done = self.fetch(manner, code=1)
        self.assertRegex(done.err, pattern)
        self.assertEqual(len(done.err.splitlines()), 1, done.err)
        self.assertEqual(len(self.server.asked), tries)
        self.assertFalse(os.path.exists(os.path.join(self.kept, "vgg16.safetensors")))

    def test_good(self):
        out = self.fetch().out
        for word in ("VGG-16", self.server.url, "as you like", self.kept, "vgg16 uses it"):
            self.assertIn(word, out)
        self.check_fetched()
        self.assertEqual(self.server.asked, [None])
        self.assertEqual(self.networks("fetch", "vgg16", "--yes").out, "VGG-16 is kept already.\n")

    def test_never_without_asking(self):
        done = self.networks("fetch", "vgg16", code=2)
        self.assertIn("--yes agrees to it", done.err)
        self.assertEqual(self.server.asked, [])
        for answer, code in ((b"n\n", 1), (b"y\n", 0)):
            ours, theirs = pty.openpty()
            with subprocess.Popen([PROGRAM, "networks", "fetch", "vgg16"], cwd=self.folder, stdin=theirs,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                os.write(ours, answer)
                self.assertEqual(process.wait(), code)
            os.close(ours)
            os.close(theirs)
        self.check_fetched()

    def test_moved(self):
        self.fetch("moved")
        self.check_fetched()

    def test_drops(self):
        self.fetch("drops")
        self.check_fetched()
        half = len(self.server.content) // 2
        self.assertEqual(self.server.asked[:2], [None, f"bytes={half}-"])

    def test_no_ranges(self):
        self.fetch("no ranges")
        self.check_fetched()

    def test_always_drops(self):
        self.check_failed("the transfer broke off|terminated", "always drops", 3)
        self.assertGreater(os.path.getsize(self.part), len(self.server.content) // 2)
        self.fetch()
        self.check_fetched()
        self.assertRegex(self.server.asked[0], r"^bytes=\d+-$")

    def test_stalls(self):
        self.check_failed("can't be fetched: .*timed out", "stalls", 3)

    def test_refusals(self):
        self.check_failed("the server says “404 Not Found”", "absent", 1)
        self.check_failed("the server says “503 Service Unavailable”", "busy", 3)
        self.check_failed("the file there has another size", "longer", 1)
        self.check_failed("the file there is longer", "endless", 1)
        self.check_failed(r"isn't the file that is meant \(its SHA-256 is \w{64}\)", "wrong", 1)
        self.assertEqual(os.listdir(self.kept), [])

    def test_a_part_of_another_file(self):
        os.makedirs(self.kept)
        with open(self.part, "wb") as file:
            file.write(b"something else")
        self.fetch()
        self.check_fetched()
        self.assertEqual(self.server.asked, ["bytes=14-", None])

    def test_another_size_than_before(self):
        os.makedirs(self.kept)
        with open(self.part, "wb") as file:
            file.write(self.server.content[:100])
        self.fetch("changed")
        self.check_fetched()
        self.assertEqual(self.server.asked, ["bytes=100-", None])

    def test_nobody_there(self):
        self.register("http://127.0.0.1:1/net.pth", self.server.content)
        done = self.fetch(code=1)
        self.assertRegex(done.err, "can't be fetched: .*; look at the connection and the proxy")
        self.assertEqual(os.listdir(self.kept), [])

    def test_interrupted(self):
        self.server.manner = "slow"
        with subprocess.Popen([PROGRAM, "networks", "fetch", "vgg16", "--yes"], cwd=self.folder,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            while not os.path.exists(self.part) or not os.path.getsize(self.part):
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            error = process.stderr.read().decode()
            self.assertEqual(process.wait(), 130)
        self.assertIn("what has come is kept", error)
        had = os.path.getsize(self.part)
        self.fetch()
        self.check_fetched()
        self.assertEqual(self.server.asked, [f"bytes={had}-"])

    def test_names(self):
        self.assertIn("there is no network “vgg99” to fetch",
                      self.networks("fetch", "vgg99", "--yes", code=2).err)
        self.assertIn("which network should be fetched?", self.networks("fetch", code=2).err)
        self.assertIn("can't be done with networks", self.networks("frobnicate", code=2).err)


if "can't fetch" in subprocess.run([PROGRAM, "networks", "fetch", "squeezenet1_1"], capture_output=True,
                                   stdin=subprocess.DEVNULL, encoding="utf-8").stderr:
    print("SKIP: fetching: the program was built without libsoup 3")
    del Fetching

if __name__ == "__main__":
    tool.main()
