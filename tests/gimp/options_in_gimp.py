# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by options.py inside GIMP; `folder` is the session's.

import json
import os
import sys

import gimp_session
from gimp_session import check
from in_gimp import *

sys.path.append(os.path.join(gimp_session.SOURCE, "tests", "cli"))
import onnx_file

RECIPE = "deep-photo-style-recipe"
noon, dusk = scene(90, 60, *NOON), scene(80, 70, *DUSK, seed=2)


def top_half(width, height):
    mask = np.zeros((height, width), np.float32)
    mask[:height // 2] = 1
    return mask


def test_arguments():
    """Each option of the engine is an argument, with its range, words, choices and default."""
    with open(os.path.join(folder, "table.json")) as file:
        table = [o for o in json.load(file)["options"] if "transfer" in o["commands"]]
    arguments = {a.name: a for a in Gimp.get_pdb().lookup_procedure(PROCEDURE).get_arguments()}
    for option in table:
        if not check(option["name"] in arguments, "an argument", option["name"]):
            continue
        spec = arguments[option["name"]]
        check(spec.blurb == option["help"], option["name"], spec.blurb)
        default = spec.get_default_value()
        if option["type"] in ("integer", "real"):
            check((spec.minimum, spec.maximum) == (option["least"], option["most"]),
                  option["name"], (spec.minimum, spec.maximum))
            check(default == float(option["default"]), option["name"], default)
        else:
            check((default or "") == option["default"], option["name"], default)
        if option["choices"]:
            choice = Gimp.param_spec_choice_get_choice(spec)
            names = [c["name"] for c in option["choices"]]
            check(choice.list_nicks() == names, option["name"], choice.list_nicks())
            check([choice.get_label(n) for n in names] == [c["label"] for c in option["choices"]],
                  option["name"])
    check(len(table) > 15, "options")


def report_of(layer):
    parasite = layer.get_parasite(RECIPE)
    if not check(parasite is not None, "the layer keeps its recipe"):
        return {}
    return json.loads(bytes(parasite.get_data()).rstrip(b"\0"))


def run(image, layer, **arguments):
    """Without in_gimp's defaults: what isn't said comes from the recipe."""
    return transfer(image, [layer], **{"preset": "normal", "size": 0, "threads": 0, **arguments})


def test_recipe():
    image, layer = new_image(noon, name="Noon")
    style_image, style = new_image(dusk, name="Dusk")
    masks = [add_channel(image, top_half(90, 60), "sky")]
    style_masks = [add_channel(style_image, top_half(80, 70), "sky")]
    path = Gio.File.new_for_path(os.path.join(folder, "report.json"))
    settings = {"style": style, "content_masks": masks, "style_masks": style_masks,
                "preset": "draft", "size": 48, "threads": 1, "amount": 0.75, "take": "colour",
                "seed": 4000000000, "window_radius": 2, "report": path}
    good, first = run(image, layer, **settings)
    if not check(good, "a transfer", first):
        return
    report = report_of(first)
    check(report["options"]["amount"] == 0.75 and report["options"]["seed"] == 4000000000 and
          report["options"]["window_radius"] == 2, "its options", report["options"])
    check(report["drawables"]["style"]["name"] == "Dusk" and
          report["drawables"]["content-masks"][0]["name"] == "sky", "its inputs")
    with open(path.get_path()) as file:
        check(json.load(file) == report, "the same report in a file")
    wanted = pixels(first)
    good, again = run(image, layer, recipe_layer=first)
    if check(good, "once more from the layer", again):
        check(np.array_equal(pixels(again), wanted), "the same picture to the last bit")
        check(report_of(again)["options"] == report["options"], "and the same recipe")
    good, again = run(image, layer, recipe=path, style=style, content_masks=masks,
                      style_masks=style_masks)
    if check(good, "from the report's file", again):
        check(np.array_equal(pixels(again), wanted), "the same picture to the last bit")
    good, again = run(image, layer, recipe_layer=first, amount=0.25)
    if check(good, "an argument goes first", again):
        check(report_of(again)["options"]["amount"] == 0.25, "amount")
        check(not np.array_equal(pixels(again), wanted), "another picture")
    good, found = run(image, layer, style=style, preset="draft", size=48, threads=1,
                      auto_regions=True)
    good, again = run(image, layer, recipe_layer=found)
    if check(good, "regions that are found", again):
        check(report_of(again)["drawables"]["auto-regions"], "are looked for again")
        check(np.array_equal(pixels(again), pixels(found)), "the same picture to the last bit")
    if os.environ["DPS_ONNX"] == "1":
        model = os.path.join(folder, "model.onnx")
        onnx_file.pixels(model, [[-9, -9, 19], [9, 9, -19]], [0, 0])
        onnx_file.describe(model, task="classes", classes=["sky", "field"])
        good, seen = run(image, layer, style=style, preset="draft", size=48, threads=1,
                         auto_regions=True, regions_model=model)
        if check(good, "regions that a model sees", seen):
            names = {r["name"] for r in report_of(seen)["regions"]}
            check(names == {"sky", "ground"}, "are called by what they are", names)
        os.remove(model)
        good, message = run(image, layer, style=style, auto_regions=True, regions_model=model)
        check(not good and "model.onnx: is no file" in message, "a model that is gone", message)
    good, message = run(image, layer, recipe_layer=layer)
    check(not good and "no recipe" in message, "a layer without one", message)
    with open(os.path.join(folder, "bad.json"), "w") as file:
        file.write('{"options": {"amount": 9}}')
    good, message = run(image, layer, style=style,
                        recipe=Gio.File.new_for_path(os.path.join(folder, "bad.json")))
    check(not good and "from 0 to 1" in message, "a recipe that can't be used", message)
    image.delete()
    style_image.delete()


def test_recipe_in_file():
    """The recipe is in the XCF, and finds the style and the masks again where they are open."""
    files = [Gio.File.new_for_path(os.path.join(folder, n)) for n in ("noon.xcf", "dusk.xcf")]
    for file, (image, layer) in zip(files, (new_image(noon, name="Noon"),
                                            new_image(dusk, name="Dusk"))):
        add_channel(image, top_half(image.get_width(), image.get_height()), "sky")
        Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, file, None)
        image.delete()
    image, other = (Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file) for file in files)
    good, first = run(image, image.get_layers()[0], style=other.get_layers()[0], preset="draft",
                      size=48, threads=1, content_masks=[image.get_channels()[0]],
                      style_masks=[other.get_channels()[0]])
    if not check(good, "a transfer", first):
        return
    wanted, name = pixels(first), first.get_name()
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, files[0], None)
    image.delete()
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, files[0])
    good, again = run(image, image.get_layers()[-1], recipe_layer=image.get_layer_by_name(name))
    if check(good, "from the file", again):
        check(np.array_equal(pixels(again), wanted), "the same picture to the last bit")
        check(len(report_of(again)["drawables"]["content-masks"]) == 1, "with its masks")
    other.delete()
    good, message = run(image, image.get_layers()[-1], recipe_layer=image.get_layer_by_name(name))
    check(not good and "There is no style" in message, "a style that is closed", message)
    image.delete()


test_arguments()
test_recipe()
test_recipe_in_file()
if not gimp_session.failures:
    print("ok %d checks" % gimp_session.checks)
else:
    raise SystemError("%d of %d checks failed" % (gimp_session.failures, gimp_session.checks))
