# SPDX-License-Identifier: LGPL-3.0-or-later
"""Runs in the Python of a GIMP with windows, as long as that does: whoever connects to the port that it writes to a
file sends an expression, and gets what it gives as JSON.  Asking a second `gimp` would take a second each time, and
bring GIMP's window to the front."""

import json
import os
import socket
import traceback


def answer(connection):
    with connection, connection.makefile("rwb") as stream:
        try:
            reply = {"value": eval(json.loads(stream.readline()), globals())}
            text = json.dumps(reply)
        except Exception:
            text = json.dumps({"error": traceback.format_exc()})
        stream.write(text.encode())


server = socket.create_server(("127.0.0.1", 0))
server.settimeout(2)
with open(port_file + ".new", "w") as file:
    file.write(str(server.getsockname()[1]))
os.rename(port_file + ".new", port_file)
parent = os.getppid()
while os.getppid() == parent:
    try:
        answer(server.accept()[0])
    except (TimeoutError, ConnectionError):
        pass
