# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by filter.py inside GIMP; `folder` is the session's.

import os

import gimp_session
from gimp_session import check
from in_gimp import *

OPERATION = "deep-photo-style:colour-field"
LEVEL = 1.01 / 255
noon, dusk = scene(160, 120, *NOON), scene(140, 130, *DUSK, seed=2)
style_image, style = new_image(dusk, Gimp.Precision.FLOAT_NON_LINEAR, name="Dusk")


def shown(layer):
    """What one sees of a layer with filters."""
    image = layer.get_image()
    copy = layer.copy()
    image.insert_layer(copy, None, 0)
    copy.merge_filters()
    values = pixels(copy)
    image.remove_layer(copy)
    return values


def ours(layer):
    return [f for f in layer.get_filters() if f.get_operation_name() == OPERATION]


def filtered(image, layer, **arguments):
    """Runs the transfer; what the layer then shows, or None."""
    before = pixels(layer)
    good, result = transfer(image, [layer], result="filter", style=style, **arguments)
    if not check(good, "a filter", result):
        return None
    check(result.get_id() == layer.get_id(), "the layer itself is returned")
    check(len(ours(layer)) == 1, "it has one filter", ours(layer))
    check(np.array_equal(pixels(layer), before), "its pixels stay")
    return shown(layer)


def compare(what, image, layer, tolerance=LEVEL, **arguments):
    good, result = transfer(image, [layer], style=style, **arguments)
    if not check(good, what, result):
        return
    wanted = pixels(result)
    image.remove_layer(result)
    have = filtered(image, layer, **arguments)
    if have is None:
        return
    seen = wanted[..., 3:] > 0
    apart = float(np.abs((np.clip(have, 0, 1) - np.clip(wanted, 0, 1)) * seen).max())
    print("observed %s: at most %.2f levels from the layer" % (what, apart * 255))
    check(apart <= tolerance, what + ": as the layer", apart * 255)
    check(float(np.abs(have - pixels(layer)).max()) > 0.1, what + ": it changes the photo")


def test_same():
    for precision in (Gimp.Precision.U8_NON_LINEAR, Gimp.Precision.U16_LINEAR,
                      Gimp.Precision.FLOAT_NON_LINEAR):
        image, layer = new_image(noon, precision)
        compare(precision.value_nick, image, layer)
        image.delete()
    image, layer = new_image(noon, Gimp.Precision.FLOAT_NON_LINEAR)
    compare("colour only", image, layer, take="colour", amount=0.7)
    compare("brightness only", image, layer, take="brightness")
    compare("as large as the working size", image, layer, size=160)
    image.delete()
    image, layer = new_image(noon, Gimp.Precision.U16_NON_LINEAR)
    image.convert_color_profile(Gimp.ColorProfile.new_rgb_adobe(),
                                Gimp.ColorRenderingIntent.RELATIVE_COLORIMETRIC, False)
    compare("Adobe RGB", image, layer)
    image.delete()
    image, layer = new_image(noon.mean(axis=2), grey=True)
    compare("grey", image, layer)
    image.delete()
    alpha = np.ones((120, 160, 1), np.float32)
    alpha[20:50, 30:90] = 0
    alpha[60:, 100:] = 0.5
    image, layer = new_image(np.concatenate([noon, alpha], axis=2))
    compare("with transparency", image, layer)
    check(np.array_equal(shown(layer)[..., 3], pixels(layer)[..., 3]), "alpha stays")
    image.delete()


def test_selection():
    image, layer = new_image(noon)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 40, 30, 70, 50)
    filtered(image, layer)
    Gimp.Selection.none(image)
    have = shown(layer)
    inside = np.zeros((120, 160), bool)
    inside[30:80, 40:110] = True
    moved = np.abs(have - pixels(layer)).max(axis=2)
    check(moved[~inside].max() == 0, "nothing beyond the selection", moved[~inside].max())
    check(moved[inside].mean() > 0.05, "the selection", moved[inside].mean())
    whole = filtered(image, layer)
    apart = np.abs(whole - have)[inside].max()
    check(apart <= LEVEL, "the colours of the whole", apart * 255)
    image.delete()


def set_filter(layer, **properties):
    item = ours(layer)[0]
    config = item.get_config()
    for name, value in properties.items():
        config.set_property(name, value)
    item.update()


def test_kept():
    """Saved and loaded, changed afterwards, moved and cropped."""
    image, layer = new_image(noon)
    first = filtered(image, layer, amount=0.6, take="colour")
    path = Gio.File.new_for_path(os.path.join(folder, "filter.xcf"))
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, path, None)
    image.delete()
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, path)
    layer = image.get_layers()[0]
    if not check(len(ours(layer)) == 1, "the file keeps the filter"):
        return
    config = ours(layer)[0].get_config()
    check(abs(config.get_property("amount") - 0.6) < 1e-6 and
          config.get_property("take") == "colour", "and its properties")
    check(np.array_equal(shown(layer), first), "and what it does")
    set_filter(layer, amount=0.0)
    check(max_difference(shown(layer), pixels(layer)) <= 1e-6, "amount 0 shows the photo")
    set_filter(layer, amount=1.0, take="all")
    whole = shown(layer)
    good, result = transfer(image, [layer], style=style)
    check(good and max_difference(whole, pixels(result)) <= LEVEL, "amount 1 shows all of it")
    image.remove_layer(result)

    layer.set_offsets(31, -17)
    check(np.array_equal(shown(layer), whole), "moved with its layer")
    layer.resize(130, 100, 0, 0)
    check(np.array_equal(shown(layer), whole[:100, :130]), "cropped at the right and below")
    layer.resize(110, 90, -20, -10)
    set_filter(layer, left=20, top=10)
    check(np.array_equal(shown(layer), whole[10:100, 20:130]), "cropped at the left and above")
    image.delete()


def test_again():
    """A second run begins with the photo, and replaces the filter; other filters stay and count."""
    image, layer = new_image(noon)
    first = filtered(image, layer)
    check(np.array_equal(filtered(image, layer), first), "the same once more")
    good, result = transfer(image, [layer], style=style)
    check(good and max_difference(first, pixels(result)) <= LEVEL, "a layer of the photo itself")
    image.delete()
    image, layer = new_image(noon)
    other = Gimp.DrawableFilter.new(layer, "gegl:invert-gamma", None)
    layer.append_filter(other)
    good, result = transfer(image, [layer], style=style)
    have = filtered(image, layer)
    check(max_difference(have, pixels(result)) <= LEVEL, "over another filter")
    check(len(layer.get_filters()) == 2, "which stays")
    image.delete()


def test_new_image():
    image, layer = new_image(noon, Gimp.Precision.U16_NON_LINEAR)
    image.convert_color_profile(Gimp.ColorProfile.new_rgb_adobe(),
                                Gimp.ColorRenderingIntent.RELATIVE_COLORIMETRIC, False)
    image.set_resolution(200, 100)
    layer.set_offsets(5, 6)
    good, wanted = transfer(image, [layer], style=style)
    good_too, result = transfer(image, [layer], style=style, result="image")
    if check(good and good_too, "a new image", result):
        other = result.get_image()
        check(other.get_id() != image.get_id(), "of its own")
        check((other.get_width(), other.get_height()) == (160, 120), "as large as the layer")
        check(other.get_precision() == image.get_precision(), "of the same precision")
        check(tuple(other.get_resolution())[-2:] == (200, 100), "and resolution",
              other.get_resolution())
        stored = [np.frombuffer(layer.get_buffer().get(rect(layer), 1.0, None, Gegl.AbyssPolicy.NONE), np.uint16)
                  for layer in (result, wanted)]
        apart = np.abs(stored[0].astype(int) - stored[1]).max()
        print("observed a new image: %d steps of 16 bits from the layer" % apart)
        # each run's babl chooses among its conversions by timing them, and two may round one step apart
        check(apart <= 1, "with the same pixels", apart)
        other.delete()
    check(len(image.get_layers()) == 2, "nothing else in the photo's image")
    image.delete()


def test_refused():
    image, layer = new_image(noon)
    for arguments, word in (({"detail": 0.5}, "detail"), ({"preset": "artistic"}, "painting")):
        good, message = transfer(image, [layer], style=style, result="filter", **arguments)
        check(not good and word in message, "refused: " + word, message)
    check(len(layer.get_filters()) == 0, "nothing was put there")
    image.delete()


def max_difference(a, b):
    return float(np.abs(np.clip(a, 0, 1) - np.clip(b, 0, 1)).max())


gimp_session.run_all(globals())
