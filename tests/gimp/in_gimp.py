# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the tests inside GIMP's Python share: making pictures, reading pixels, running the plug-in."""

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
import numpy as np
from gi.repository import Gegl, Gimp, Gio

PROCEDURE = "plug-in-deep-photo-style"
COMPONENTS = {"R'G'B' float": 3, "R'G'B'A float": 4, "Y' float": 1, "Y float": 1, "A float": 1}


def rect(drawable):
    return Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())


def pixels(drawable, form="R'G'B'A float"):
    """height x width x components."""
    data = drawable.get_buffer().get(rect(drawable), 1.0, form, Gegl.AbyssPolicy.NONE)
    values = np.frombuffer(data, np.float32)
    return values.reshape(drawable.get_height(), drawable.get_width(), COMPONENTS[form]).copy()


def paint(drawable, values, form=None):
    """The opposite of pixels()."""
    values = np.ascontiguousarray(values, np.float32)
    if values.ndim == 2:
        values = values[:, :, None]
    form = form or {1: "Y' float", 3: "R'G'B' float", 4: "R'G'B'A float"}[values.shape[2]]
    buffer = drawable.get_buffer()
    buffer.set(rect(drawable), form, values.tobytes())
    buffer.flush()
    drawable.update(0, 0, drawable.get_width(), drawable.get_height())


def scene(width, height, sky, ground, seed=1):
    """Two regions, lit from one side, with texture and noise: a photo, as far as numbers go."""
    noise = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    top = (y < height / 2)[:, :, None]
    light = (0.7 + 0.3 * np.sin(0.11 * x + 0.05 * y) * np.cos(0.07 * y - 0.02 * x))[:, :, None]
    values = np.where(top, np.array(sky, np.float32), np.array(ground, np.float32)) * light
    return np.clip(values + noise.normal(0, 0.02, (height, width, 3)), 0, 1).astype(np.float32)


NOON = ((0.45, 0.65, 0.95), (0.25, 0.5, 0.15))
DUSK = ((0.95, 0.5, 0.25), (0.15, 0.1, 0.2))


def new_image(values, precision=Gimp.Precision.U8_NON_LINEAR, grey=False, name="photo"):
    """An image with one layer that holds `values`."""
    height, width = values.shape[:2]
    image = Gimp.Image.new_with_precision(
        width, height, Gimp.ImageBaseType.GRAY if grey else Gimp.ImageBaseType.RGB, precision)
    layer = add_layer(image, values, name)
    return image, layer


def add_layer(image, values, name):
    height, width = values.shape[:2]
    grey = image.get_base_type() == Gimp.ImageBaseType.GRAY
    alpha = values.ndim == 3 and values.shape[2] == 4
    kind = {(False, False): Gimp.ImageType.RGB_IMAGE, (False, True): Gimp.ImageType.RGBA_IMAGE,
            (True, False): Gimp.ImageType.GRAY_IMAGE,
            (True, True): Gimp.ImageType.GRAYA_IMAGE}[grey, alpha]
    layer = Gimp.Layer.new(image, name, width, height, kind, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    paint(layer, values)
    return layer


def add_channel(image, values, name):
    """A channel whose stored values are `values`."""
    height, width = values.shape
    channel = Gimp.Channel.new(image, name, image.get_width(), image.get_height(), 50,
                               Gegl.Color.new("black"))
    image.insert_channel(channel, None, 0)
    full = np.zeros((image.get_height(), image.get_width()), np.float32)
    full[:height, :width] = values
    paint(channel, full, "Y' float" if image.get_precision() == Gimp.Precision.U8_NON_LINEAR
          else "Y float")
    return channel


def transfer(image, drawables, **arguments):
    """Runs the plug-in; (True, layer) or (False, message)."""
    procedure = Gimp.get_pdb().lookup_procedure(PROCEDURE)
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    config.set_core_object_array("drawables", drawables)
    settings = {"preset": "draft", "size": 64, "threads": 1}
    settings.update(arguments)
    for name, value in settings.items():
        name = name.replace("_", "-")
        if isinstance(value, list):
            config.set_core_object_array(name, value)
        else:
            config.set_property(name, value)
    result = procedure.run(config)
    if result.index(0) == Gimp.PDBStatusType.SUCCESS:
        return True, result.index(1)
    return False, Gimp.get_pdb().get_last_error()
