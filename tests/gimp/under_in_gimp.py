# SPDX-License-Identifier: LGPL-3.0-or-later
# Run by under.py inside GIMP; `folder` is the session's.

import json
import os
import subprocess

import gimp_session
from gimp_session import check
from in_gimp import *
from PIL import Image

SAMPLES = os.path.join(gimp_session.SOURCE, "data", "samples")


def photo(name, size):
    with Image.open(os.path.join(SAMPLES, name + ".jpg")) as image:
        return np.asarray(image.convert("RGB").resize(size, Image.LANCZOS), np.float32) / 255


def pasted(opacity=1.0):
    """A picture at dusk into which a piece of one at noon was pasted, an ellipse of it."""
    image, below = new_image(photo("dusk", (480, 320)), name="dusk")
    figure = photo("noon", (480, 320))[150:310, 250:470]
    y, x = np.mgrid[0:160, 0:220]
    inside = ((x - 110) / 105) ** 2 + ((y - 80) / 75) ** 2 < 1
    layer = add_layer(image, np.dstack([figure, inside * opacity]).astype(np.float32), "figure")
    layer.set_offsets(130, 140)
    return image, below, layer


def save(values, name):
    path = os.path.join(folder, name + ".png")
    Image.fromarray((np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)).save(path)
    return path


def whole_images():
    return len(Gimp.get_images())


def check_edges(before, below, after):
    """As the command line measures them; what can't be seen of the layer doesn't count."""
    program = os.environ.get("DPS_PHOTO_STYLE")
    if not program:
        return
    done = subprocess.run([program, "measure", save(before, "content"), save(below[:, :, :3], "style"),
                           save(after, "result"), "--json"], capture_output=True, text=True)
    edge = json.loads(done.stdout)["edge"]
    print("observed: edge %.3f" % edge)
    check(edge >= 0.95, "its edges are kept", edge)


def test_figure():
    """A pasted figure takes the light of its surroundings, keeps its edges, and leaves no image behind."""
    image, below, layer = pasted()
    before, images = pixels(layer), whole_images()
    good, result = transfer(image, [layer], under=True, size=220, preset="normal")
    if not check(good, "transfer", result):
        return
    after = pixels(result)
    check(whole_images() == images, "no image is left over", whole_images() - images)
    check((after.shape, result.get_offsets()[-2:]) == (before.shape, layer.get_offsets()[-2:]),
          "it lies over the figure")
    check(float(np.abs(after[:, :, 3] - before[:, :, 3]).max()) == 0, "as transparent as before")
    seen = before[:, :, 3] > 0
    around = pixels(below)[140 - 55:140 + 160 + 35, 130 - 55:130 + 220 + 55, :3].reshape(-1, 3).mean(0)
    far, near = [float(np.abs(p[seen][:, :3].mean(0) - around).mean()) for p in (before, after)]
    print("observed: from the surroundings' mean colour %.3f before, %.3f after" % (far, near))
    check(near < 0.4 * far, "it has its surroundings' colours", (far, near))
    check_edges(before, pixels(below), after)
    image.delete()


def test_light():
    """A piece pasted back into its own picture in another light takes that light, and keeps its edges."""
    noon = photo("noon", (480, 320))
    warm = np.clip(noon * np.array([1.0, 0.85, 0.65], np.float32), 0, 1)
    image, below = new_image(warm, name="warm")
    layer = add_layer(image, np.ascontiguousarray(noon[100:280, 150:400]), "figure")
    layer.set_offsets(150, 100)
    before = pixels(layer)
    good, result = transfer(image, [layer], under=True, size=250)
    if not check(good, "transfer", result):
        return
    after, there = pixels(result), warm[100:280, 150:400]
    far, near = [float(np.abs(p[:, :, :3] - there).mean()) for p in (before, after)]
    print("observed: from the picture around it %.3f before, %.3f after" % (far, near))
    check(near < 0.5 * far, "it has that light", (far, near))
    check_edges(before, pixels(below), after)
    image.delete()


def test_what_counts():
    """Only what lies under the layer counts: not what is above it, nor what is switched off."""
    results = []
    for more in (None, "above", "hidden"):
        image, below, layer = pasted()
        if more:
            extra = add_layer(image, np.ones((320, 480, 3), np.float32) * [1, 0, 0], more)
            image.reorder_item(extra, None, 0 if more == "above" else 1)
            extra.set_visible(more != "hidden")
        good, result = transfer(image, [layer], under=True)
        check(good, more, result)
        results.append(pixels(result))
        image.delete()
    for other in results[1:]:
        check(float(np.abs(other - results[0]).max()) < 1e-6, "it makes no difference")


def test_group():
    """In a group what lies under the group counts, too."""
    image, below, layer = pasted()
    alone = transfer(image, [layer], under=True)
    group = Gimp.GroupLayer.new(image, "group")
    image.remove_layer(alone[1])
    image.insert_layer(group, None, 0)
    image.reorder_item(layer, group, 0)
    grouped = transfer(image, [layer], under=True)
    if check(alone[0] and grouped[0], "both are made", (alone, grouped)):
        check(grouped[1].get_parent().get_id() == group.get_id(), "in the group")
    image.delete()


def test_nothing():
    """Nothing there is an error, and a sentence."""
    image, layer = new_image(photo("noon", (60, 40)))
    good, message = transfer(image, [layer], under=True)
    check(not good and "Nothing that can be seen lies under this layer" in message, "is said", message)
    image.delete()


gimp_session.run_all(globals())
