# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by pictures.py inside GIMP; `folder` is the session's.

import json
import os

import gimp_session
from gimp_session import check
from in_gimp import *

noon = scene(120, 80, *NOON)
dusk = scene(100, 90, *DUSK, seed=2)
style_image, style = new_image(dusk, name="dusk")


def max_difference(a, b):
    return float(np.abs(a - b).max())


def top_half(width, height):
    mask = np.zeros((height, width), np.float32)
    mask[:height // 2] = 1
    return mask


def test_place():
    """The result lies exactly over the layer, whatever the canvas."""
    for size, offset in (((120, 80), (0, 0)), ((200, 60), (37, -12)), ((50, 40), (-20, -10))):
        image, layer = new_image(noon, name="Noon")
        image.resize(size[0], size[1], 0, 0)
        layer.set_offsets(*offset)
        before = pixels(layer)
        good, result = transfer(image, [layer], style=style)
        if not check(good, "transfer", result):
            continue
        layers = image.get_layers()
        check([l.get_name() for l in layers] == ["Noon (styled)", "Noon"], "names and order",
              [l.get_name() for l in layers])
        check(result.get_id() == layers[0].get_id(), "the new layer is returned")
        check((result.get_width(), result.get_height()) == (120, 80), "size")
        check(result.get_offsets()[-2:] == layer.get_offsets()[-2:], "offsets")
        check(result.get_mask() is None, "no layer mask without a selection")
        check(max_difference(pixels(layer), before) == 0, "the photo itself is untouched")
        check(max_difference(pixels(result)[:, :, :3], before[:, :, :3]) > 0.1, "it changed")
        check(pixels(result)[:, :, 3].min() == 1, "opaque stays opaque")
        image.delete()


def test_groups():
    """A layer in a group gets its result beside it; a group is a picture too."""
    image, layer = new_image(noon, name="Noon")
    group = Gimp.GroupLayer.new(image, "Group")
    image.insert_layer(group, None, 0)
    image.reorder_item(layer, group, 0)
    good, result = transfer(image, [layer], style=style)
    if check(good, "layer in a group", result):
        check(result.get_parent().get_id() == group.get_id(), "in the same group")
        check([c.get_id() for c in group.get_children()] == [result.get_id(), layer.get_id()],
              "above the layer")
        image.remove_layer(result)
    good, result = transfer(image, [group], style=style)
    if check(good, "a group", result):
        check(result.get_parent() is None and image.get_layers()[0].get_id() == result.get_id(),
              "above the group")
        check((result.get_width(), result.get_height()) == (120, 80), "size of the group")
    image.delete()


def test_precisions():
    """The same picture in every precision gives the same result; amount 0 gives it back."""
    P = Gimp.Precision
    reference = None
    for precision, step in ((P.FLOAT_NON_LINEAR, 0), (P.U8_NON_LINEAR, 1 / 255),
                            (P.U16_NON_LINEAR, 1 / 65535), (P.FLOAT_LINEAR, 0),
                            (P.U16_LINEAR, 2e-3), (P.HALF_NON_LINEAR, 1e-3)):
        image, layer = new_image(noon, precision)
        good, result = transfer(image, [layer], style=style, amount=0.0)
        if check(good, str(precision), result):
            back = max_difference(pixels(result), pixels(layer))
            print("observed amount 0, %s: %.2g" % (precision.value_nick, back))
            check(back <= max(step, 1e-5), "amount 0 gives the photo back", back)
            image.remove_layer(result)
        good, result = transfer(image, [layer], style=style)
        if check(good, str(precision), result):
            if reference is None:
                reference = pixels(result)
            apart = float(np.abs(pixels(result) - reference).mean())
            print("observed mean difference from float, %s: %.2g" % (precision.value_nick, apart))
            check(apart <= 0.01, "the same result", apart)
        image.delete()


def test_profile():
    """In a wide space the numbers stay that space's, and the style's colours mean the same."""
    image, layer = new_image(noon, Gimp.Precision.FLOAT_NON_LINEAR)
    image.convert_color_profile(Gimp.ColorProfile.new_rgb_adobe(),
                                Gimp.ColorRenderingIntent.RELATIVE_COLORIMETRIC, False)
    before = pixels(layer)
    good, result = transfer(image, [layer], style=style, amount=0.0)
    if check(good, "Adobe RGB", result):
        back = max_difference(pixels(result), before)
        print("observed Adobe RGB, amount 0: %.2g" % back)
        check(back <= 1e-4, "amount 0 gives the photo back", back)
    wide_good, wide = transfer(image, [layer], style=style)
    plain_image, plain_layer = new_image(noon, Gimp.Precision.FLOAT_NON_LINEAR)
    plain_good, plain = transfer(plain_image, [plain_layer], style=style)
    if check(wide_good and plain_good, "both spaces", (wide, plain)):
        apart = float(np.abs(pixels(wide) - pixels(plain)).mean())
        print("observed mean difference of Adobe RGB from sRGB: %.2g" % apart)
        check(apart <= 0.03, "the same look in both spaces", apart)
    image.delete()
    plain_image.delete()


def test_grey():
    for precision in (Gimp.Precision.U8_NON_LINEAR, Gimp.Precision.U16_NON_LINEAR):
        image, layer = new_image(noon.mean(axis=2), precision, grey=True)
        good, result = transfer(image, [layer], style=style)
        if check(good, "grey", result):
            check(result.type() == Gimp.ImageType.GRAYA_IMAGE, "the result is grey")
            check(max_difference(pixels(result), pixels(layer)) > 0.05, "it changed")
        image.delete()
    image, layer = new_image(noon)
    grey_image, grey_style = new_image(dusk.mean(axis=2), grey=True)
    good, result = transfer(image, [layer], style=grey_style)
    check(good, "a grey style", result)
    image.delete()
    grey_image.delete()


def test_indexed_style():
    indexed_image, indexed = new_image(dusk)
    indexed_image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE,
                                  64, False, False, "")
    image, layer = new_image(noon)
    good, result = transfer(image, [layer], style=indexed)
    check(good, "a style with a palette", result)
    image.delete()
    indexed_image.delete()


def test_alpha():
    """Transparency is copied, and what is under it counts for nothing."""
    alpha = np.linspace(0, 1, 120, dtype=np.float32)[None, :].repeat(80, 0)
    alpha[:, :30] = 0
    image, layer = new_image(np.dstack([noon, alpha]))
    good, result = transfer(image, [layer], style=style)
    if check(good, "transparent content", result):
        check(max_difference(pixels(result)[:, :, 3], pixels(layer)[:, :, 3]) == 0, "alpha copied")
        check(max_difference(pixels(result)[:, :29, :3], pixels(layer)[:, :29, :3]) <= 1 / 255,
              "hidden colours stay")
    image.delete()

    results = []
    for hidden in ((1, 0, 0), (0, 1, 0)):
        values = np.dstack([dusk, np.ones((90, 100), np.float32)])
        values[:, 60:, :3] = hidden
        values[:, 60:, 3] = 0
        hidden_image, hidden_style = new_image(values)
        image, layer = new_image(noon)
        good, result = transfer(image, [layer], style=hidden_style)
        if check(good, "transparent style", result):
            results.append(pixels(result))
        image.delete()
        hidden_image.delete()
    if check(len(results) == 2, "both ran"):
        apart = float(np.abs(results[0] - results[1]).mean())
        print("observed mean difference by hidden colours: %.2g" % apart)
        check(apart <= 1e-3, "hidden colours don't count", apart)  # observed: 0

    clear_image, clear = new_image(np.zeros((20, 20, 4), np.float32))
    image, layer = new_image(noon)
    for content_image, content, other in ((clear_image, clear, style), (image, layer, clear)):
        good, message = transfer(content_image, [content], style=other)
        check(not good and "transparent everywhere" in message, "all transparent", message)
    image.delete()
    clear_image.delete()


def test_selection():
    image, layer = new_image(noon)
    layer.set_offsets(10, 5)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 30, 20, 40, 30)
    Gimp.Selection.feather(image, 6)
    good, result = transfer(image, [layer], style=style)
    if check(good, "with a selection", result):
        mask = result.get_mask()
        if check(mask is not None, "a layer mask"):
            whole = pixels(image.get_selection(), "Y float")[:, :, 0]
            expected = np.zeros((80, 120), np.float32)
            part = whole[5:80, 10:120]
            expected[:part.shape[0], :part.shape[1]] = part
            check(max_difference(pixels(mask, "Y float")[:, :, 0], expected) <= 1 / 255,
                  "the mask is the selection")
            check(0.2 < expected.max() <= 1 and (expected % 1).any(), "and it is feathered")
        image.remove_layer(result)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 5, 3)
    good, message = transfer(image, [layer], style=style)
    check(not good and "selection" in message, "a selection beside the layer", message)
    check(len(image.get_layers()) == 1, "and no layer")
    image.delete()


def test_layer_mask():
    """What the layer's own mask hides, the result doesn't uncover."""
    image, layer = new_image(noon)
    own = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(own)
    paint(own, top_half(120, 80), "Y float")
    good, result = transfer(image, [layer], style=style)
    if check(good, "a layer with a mask", result) and check(result.get_mask(), "has a mask"):
        check(max_difference(pixels(result.get_mask(), "Y float"), pixels(own, "Y float")) == 0,
              "the same")
    good, message = transfer(image, [own], style=style)
    check(not good and "not on a mask" in message, "the mask itself can't be styled", message)
    image.delete()


def test_live_filters():
    """What is styled is what one sees: a layer with live filters, as if they were merged."""
    results = []
    for merged in (False, True):
        image, layer = new_image(noon, Gimp.Precision.FLOAT_NON_LINEAR)
        for operation in ("gegl:invert-gamma", "gegl:gaussian-blur"):
            layer.append_filter(Gimp.DrawableFilter.new(layer, operation, operation))
        if merged:
            layer.merge_filters()
            layer.resize(120, 80, layer.get_offsets()[-2], layer.get_offsets()[-1])
        good, result = transfer(image, [layer], style=style)
        if check(good, "live filters", result):
            results.append(pixels(result))
            check((result.get_width(), result.get_height()) == (120, 80), "the layer's size")
            check(len(layer.get_filters()) == (0 if merged else 2), "the filters stay")
            check(len(image.get_layers()) == 2, "no other layer is left")
        image.delete()
    if check(len(results) == 2, "both ran"):
        apart = float(np.abs(results[0] - results[1])[8:-8, 8:-8].mean())
        print("observed mean difference of live from merged filters: %.2g" % apart)
        check(apart <= 0.005, "the same picture", apart)


def test_mask_kinds():
    """Channel, layer, painted layer and layer mask mean the same region."""
    values = top_half(120, 80)
    # babl picks its conversions by measured speed, so the last bit of what is read may differ.
    for precision, step in ((Gimp.Precision.U8_NON_LINEAR, 1 / 255),  # observed: 0 or 1/255
                            (Gimp.Precision.U16_NON_LINEAR, 2 / 65535),  # observed: 0
                            (Gimp.Precision.FLOAT_LINEAR, 1e-5)):  # observed: 0 to 4.2e-7
        image, layer = new_image(noon, precision)
        other, other_style = new_image(dusk, precision)
        style_mask = add_channel(other, top_half(100, 90), "top")
        flat = add_layer(image, np.dstack([values] * 3), "flat")
        red = add_layer(image, np.dstack([0 * values + 1, 0 * values, 0 * values, values]), "red")
        masked = add_layer(image, noon, "masked")
        mask = masked.create_mask(Gimp.AddMaskType.WHITE)
        masked.add_mask(mask)
        paint(mask, values, "Y float")
        channel = add_channel(image, values, "channel")
        results = []
        for kind in (channel, flat, red, mask):
            good, result = transfer(image, [layer], style=other_style, content_masks=[kind],
                                    style_masks=[style_mask])
            if check(good, kind.get_name(), result):
                results.append(pixels(result))
        for k, result in enumerate(results[1:]):
            check(max_difference(result, results[0]) <= 1.01 * step,
                  "kind %d gives the channel's result, %s" % (k + 1, precision.value_nick),
                  max_difference(result, results[0]))
        image.delete()
        other.delete()


def test_pairing():
    """By name where names match; by order otherwise; a crossed pairing gives another picture."""
    top, bottom = top_half(120, 80), 1 - top_half(120, 80)
    style_top, style_bottom = top_half(100, 90), 1 - top_half(100, 90)
    image, layer = new_image(noon)
    other, other_style = new_image(dusk)
    masks = [add_channel(image, top, "Sky"), add_channel(image, bottom, "ground")]
    named = [add_channel(other, style_top, "sky"), add_channel(other, style_bottom, "Ground ")]
    plain = [add_channel(other, style_top, "one"), add_channel(other, style_bottom, "two")]
    extra = add_channel(other, 0 * style_top, "sun")

    def run(style_masks, **arguments):
        good, result = transfer(image, [layer], style=other_style, content_masks=masks,
                                style_masks=style_masks, **arguments)
        return pixels(result) if check(good, "pairing", result) else np.zeros((80, 120, 4))

    straight = run(plain)
    step = 1.01 / 255  # observed: 0
    check(max_difference(run(named), straight) <= step, "names in order")
    check(max_difference(run(named[::-1]), straight) <= step, "names out of order")
    crossed = run(plain[::-1])
    check(max_difference(crossed, straight) > 0.05, "order matters without names")
    check(max_difference(run(named[::-1], pairing="order"), crossed) <= step, "order on request")
    check(max_difference(run(named + [extra]), straight) <= step, "an extra named mask is allowed")
    for style_masks, arguments, words in (
            (plain + [extra], {}, "2 masks for the content and 3"), (plain[:1], {}, "and 1 for"),
            ([], {}, "none for the style"), ([other_style, named[0]], {"pairing": "name"}, "")):
        good, message = transfer(image, [layer], style=other_style, content_masks=masks,
                                 style_masks=style_masks, **arguments)
        if words:
            check(not good and words in message, words, message)
    image.delete()
    other.delete()


def test_bad_masks():
    image, layer = new_image(noon)
    other, other_style = new_image(dusk)
    empty = add_channel(image, np.zeros((80, 120), np.float32), "empty")
    mask = add_channel(other, top_half(100, 90), "mask")
    path = os.path.join(folder, "empty.json")
    good, message = transfer(image, [layer], style=other_style, content_masks=[empty],
                             style_masks=[mask], report=Gio.File.new_for_path(path))
    if check(good, "an empty mask is allowed", message):
        regions = json.load(open(path))["regions"]
        check(regions[0]["name"] == "empty" and not regions[0]["matched"] and
              regions[0]["reason"], "and reported", regions)
        check(regions[1]["matched"], "the rest goes with the rest", regions)
    good, message = transfer(image, [layer], style=other_style, content_masks=[empty],
                             style_masks=[add_channel(other, 0 * top_half(100, 90) + 1, "all")])
    check(not good and "region" in message, "no region in both photos", message)
    good, message = transfer(image, [layer], style=other_style, style_masks=[mask])
    check(not good and "none for the content" in message, "masks on one side", message)
    good, message = transfer(image, [layer], style=other_style, content_labels=layer)
    check(not good and "label map" in message, "labels on one side", message)
    good, message = transfer(image, [layer], style=other_style, content_masks=[empty],
                             style_masks=[mask], content_labels=layer, style_labels=other_style)
    check(not good and "not both" in message, "masks and labels", message)
    image.delete()
    other.delete()


def test_labels():
    """A label map and the masks that it means give the same picture."""
    def labels(width, height):
        values = np.zeros((height, width, 3), np.float32)
        values[:height // 2] = (0, 0, 1)
        values[height // 2:] = (0, 1, 0)
        return values

    image, layer = new_image(noon)
    other, other_style = new_image(dusk)
    content_map, style_map = add_layer(image, labels(120, 80), "map"), None
    map_image, style_map = new_image(labels(100, 90))
    good, by_labels = transfer(image, [layer], style=other_style, content_labels=content_map,
                               style_labels=style_map)
    check(good, "label maps", by_labels)
    masks = [add_channel(image, top_half(120, 80), "a"),
             add_channel(image, 1 - top_half(120, 80), "b")]
    style_masks = [add_channel(other, top_half(100, 90), "c"),
                   add_channel(other, 1 - top_half(100, 90), "d")]
    good, by_masks = transfer(image, [layer], style=other_style, content_masks=masks,
                              style_masks=style_masks)
    if check(good, "masks", by_masks):
        check(max_difference(pixels(by_labels), pixels(by_masks)) <= 1.01 / 255,  # observed: 0
              "the same picture", max_difference(pixels(by_labels), pixels(by_masks)))
    image.delete()
    other.delete()
    map_image.delete()


def test_unmatched():
    """Masks of other names in the style: the upper half keeps its look, or takes the nearest one's."""
    path = os.path.join(folder, "unmatched.json")
    image, layer = new_image(noon)
    other, other_style = new_image(dusk)
    top = [add_channel(image, top_half(120, 80), "sky")]
    style_top = [add_channel(other, top_half(100, 90), "evening")]
    upper = {}
    for rule, words in (("keep", "keeps"), ("nearest", "evening"), ("whole", "whole style")):
        good, result = transfer(image, [layer], style=other_style, content_masks=top,
                                style_masks=style_top, pairing="name", unmatched=rule,
                                report=Gio.File.new_for_path(path))
        if check(good, "rule " + rule, result):
            regions = {r["name"]: r for r in json.load(open(path))["regions"]}
            check(words in regions["sky"]["reason"], "what was done", regions["sky"]["reason"])
            upper[rule] = pixels(result)[:30]
    if check(len(upper) == 3, "all rules"):
        apart = [max_difference(upper["keep"], upper["nearest"]),
                 max_difference(upper["nearest"], upper["whole"])]
        print("observed between rules: %.2g, %.2g" % tuple(apart))
        check(min(apart) > 0.1, "each rule has its effect", apart)  # 0.64
    image.delete()
    other.delete()


def test_odd_sizes():
    for width, height in ((1, 1), (2, 2), (3, 1), (5000, 7), (63, 65)):
        image, layer = new_image(scene(width, height, *NOON))
        good, result = transfer(image, [layer], style=style)
        if check(good, "%dx%d" % (width, height), result):
            check((result.get_width(), result.get_height()) == (width, height), "its size")
            check(np.isfinite(pixels(result)).all(), "finite")
        image.delete()


def test_choices_for_scripts():
    image, layer = new_image(noon)
    good, plain = transfer(image, [layer], style=style)
    check(good, "a transfer", plain)
    for arguments in ({"preset": "artistic"}, {"method": "colours"}, {"method": "histogram"},
                      {"take": "colour"}, {"take": "brightness"}, {"minimiser": "adam"}, {"start": "noise"},
                      {"start_image": style}, {"style_layers": "level1,level3=2"},
                      {"content_layers": "level2"}, {"style_statistics": "moments"}):
        good, other = transfer(image, [layer], style=style, **arguments)
        if check(good, str(arguments), other):
            check(max_difference(pixels(plain), pixels(other)) > 1 / 255, "has an effect")
    image.delete()


def test_refusals():
    image, layer = new_image(noon)
    second = add_layer(image, noon, "second")
    channel = add_channel(image, top_half(120, 80), "channel")
    indexed_image, indexed = new_image(noon)
    indexed_image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE,
                                  64, False, False, "")
    for where, drawables, arguments, words in (
            (image, [layer], {}, "no style"),
            (image, [layer], {"style": layer}, "layer itself"),
            (image, [], {"style": style}, "got 0"),
            (image, [layer, second], {"style": style}, "got 2"),
            (image, [channel], {"style": style}, "not on a mask"),
            (indexed_image, [indexed], {"style": style}, "palette"),
            (image, [layer], {"style": style, "network": "/no/such.safetensors"},
             "/no/such.safetensors"),
            (image, [layer], {"style": style, "style_layers": "relu1_1"}, "level1"),
            (image, [layer], {"style": style, "start": "image"}, "starting picture"),
            (image, [layer], {"style": style, "device": "abacus"}, "abacus")):
        before = len(where.get_layers())
        good, message = transfer(where, drawables, **arguments)
        check(not good and words in message, words, message)
        check(len(where.get_layers()) == before, "and no layer")
    image.delete()
    indexed_image.delete()


def test_report():
    path = os.path.join(folder, "report.json")
    image, layer = new_image(noon)
    good, result = transfer(image, [layer], style=style, report=Gio.File.new_for_path(path))
    if check(good, "with a report", result):
        report = json.load(open(path))
        for key in ("version", "device", "network", "seconds", "evaluations", "levels", "regions",
                    "peak_memory_bytes", "notices"):
            check(key in report, "report has " + key)
    good, message = transfer(image, [layer], style=style,
                             report=Gio.File.new_for_path("/no/such/folder/report.json"))
    check(not good and "report.json" in message, "a report that can't be written", message)
    check(len(image.get_layers()) == 2, "leaves no layer")
    image.delete()


gimp_session.run_all(globals())
