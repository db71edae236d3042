# SPDX-License-Identifier: LGPL-3.0-or-later
"""Restyles every photo in a folder.  Say `photos`, the folder; `like`, the photo in whose style they
shall be; `out`, another folder, for the results; and run it in GIMP's Python:

    gimp-console -i --batch-interpreter=python-fu-eval --quit -b \
        "photos, like, out = '/home/me/holiday', '/home/me/dusk.jpg', '/home/me/evening'
    exec(open('folder.py').read())"

A file that is no photo is named and left out.
"""

import os

from gi.repository import Gimp, Gio


def load(path):
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(path))
    if not image:
        raise RuntimeError(Gimp.get_pdb().get_last_error())
    return image


def run(name, **arguments):
    """Calls a procedure of GIMP's; what goes wrong there becomes an exception here."""
    procedure = Gimp.get_pdb().lookup_procedure(name)
    config = procedure.create_config()
    for key, value in arguments.items():
        key = key.replace("_", "-")
        if isinstance(value, list):
            config.set_core_object_array(key, value)
        else:
            config.set_property(key, value)
    results = procedure.run(config)
    if results.index(0) != Gimp.PDBStatusType.SUCCESS:
        raise RuntimeError(Gimp.get_pdb().get_last_error())
    return results


def restyle(path, style, result):
    photo = load(path)
    try:
        run("plug-in-deep-photo-style", run_mode=Gimp.RunMode.NONINTERACTIVE, image=photo,
            drawables=photo.get_layers(), style=style, preset="normal", auto_regions=True)
        run("file-png-export", run_mode=Gimp.RunMode.NONINTERACTIVE, image=photo,
            file=Gio.File.new_for_path(result))
    finally:
        photo.delete()


opened = load(like)
for name in sorted(os.listdir(photos)):
    path = os.path.join(photos, name)
    try:
        if os.path.isfile(path):
            restyle(path, opened.get_layers()[0], os.path.join(out, name + ".png"))
    except RuntimeError as error:
        print("%s: left out: %s" % (name, error))
opened.delete()
