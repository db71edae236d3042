# SPDX-License-Identifier: LGPL-3.0-or-later
"""How the golden vectors are written: safetensors files beside these scripts."""
import json, os, struct
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = {np.dtype('float64'): 'F64', np.dtype('float32'): 'F32', np.dtype('int64'): 'I64', np.dtype('int32'): 'I32'}


def write(name, tensors, meta):
    """Writes arrays, or tensors of torch, as what they are."""
    head, at, blob = {'__metadata__': meta}, 0, []
    for key, t in tensors.items():
        a = np.ascontiguousarray(t.detach().numpy() if hasattr(t, 'detach') else t).reshape(np.shape(t))
        head[key] = {'dtype': TYPES[a.dtype], 'shape': list(a.shape), 'data_offsets': [at, at + a.nbytes]}
        at += a.nbytes
        blob.append(a.tobytes())
    text = json.dumps(head, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(os.path.join(HERE, name), 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + b''.join(blob))
