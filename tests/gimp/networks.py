# SPDX-License-Identifier: LGPL-3.0-or-later
"""The dialog's choice of a network, and the window that fetches one, here from a server on this computer:
networks_steps.py."""

import hashlib
import http.server
import json
import struct
import sys
import threading

from gimp_session import Session
from gimp_screen import needs_screen, on_screen, sample_photos

needs_screen()

def network():
    """A tiny VGG-16 as a safetensors file."""
    header, size, before = {}, 0, 3
    for place in (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28):
        for kind, shape in (("weight", [2, before, 3, 3]), ("bias", [2])):
            count = 18 * before if kind == "weight" else 2
            header[f"features.{place}.{kind}"] = {"dtype": "F32", "shape": shape,
                                                  "data_offsets": [size, size + 4 * count]}
            size += 4 * count
        before = 2
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + struct.pack("<f", 0.1) * (size // 4)


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.send_response(200 if self.path == "/net" else 404)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


content = network()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
session = Session("networks")
sample_photos(session, (300, 200))
with open(session.path("networks.ini"), "w", encoding="utf-8") as file:
    for name, title, path in (("vgg19", "VGG-19", "absent"), ("vgg16", "VGG-16", "net")):
        file.write(f"[{name}]\ntitle={title}\nsource=http://127.0.0.1:{server.server_address[1]}/{path}\n"
                   f"bytes={len(content)}\nsha256={hashlib.sha256(content).hexdigest()}\n"
                   "licence=as you like\n")
sys.exit(1 if on_screen(session, "networks_steps.py", ["noon.png", "dusk.png"], "1280x1100",
                        DPS_NETWORKS=session.path("networks.ini"),
                        XDG_DATA_HOME=session.path("data")) else 0)
