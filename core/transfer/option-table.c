/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The table of options: what each is called, may be and means.  To add one, add a member to
 * DpsOptions and an entry here. */

#include "message.h"
#include "option-table.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const DpsChoice methods[] = {
    [DPS_METHOD_TRANSFER] = { "transfer", N_("Photo transfer: light, colours and textures") },
    [DPS_METHOD_COLOURS] = { "colours", N_("Colours alone: what a transfer begins with") },
    [DPS_METHOD_REINHARD] = { "reinhard", N_("Reinhard: means and deviations of colours") },
    [DPS_METHOD_HISTOGRAM] = { "histogram", N_("Histogram: red, green and blue one by one") },
    { 0 }
};
static const DpsChoice presets[] = {
    [DPS_PRESET_DRAFT] = { "draft", N_("Draft: a quick look") },
    [DPS_PRESET_NORMAL] = { "normal", N_("Normal: good for most photos") },
    [DPS_PRESET_BEST] = { "best", N_("Best: takes several times as long") },
    [DPS_PRESET_REFERENCE] = { "reference", N_("Reference: the published procedure, very slow") },
    [DPS_PRESET_ARTISTIC] = { "artistic", N_("Artistic: a painting in the manner of the style") },
    { 0 }
};
static const DpsChoice takes[] = {
    [DPS_TAKE_ALL] = { "all", N_("Brightness and colour") },
    [DPS_TAKE_COLOUR] = { "colour", N_("Colour only: the photo's brightness is kept") },
    [DPS_TAKE_BRIGHTNESS] = { "brightness", N_("Brightness only: the photo's colour is kept") },
    { 0 }
};
static const DpsChoice unmatched[] = {
    [DPS_UNMATCHED_KEEP] = { "keep", N_("keep their look") },
    [DPS_UNMATCHED_NEAREST] = { "nearest", N_("use the most similar region of the style") },
    [DPS_UNMATCHED_WHOLE] = { "whole", N_("use the whole style") },
    { 0 }
};
static const DpsChoice minimisers[] = {
    [DPS_MINIMISER_AUTO] = { "auto", N_("As the quality says") },
    [DPS_MINIMISER_PRECONDITIONED] = { "preconditioned", N_("Preconditioned L-BFGS") },
    [DPS_MINIMISER_LBFGS] = { "lbfgs", N_("Plain L-BFGS") },
    [DPS_MINIMISER_ADAM] = { "adam", N_("Adam") },
    [DPS_MINIMISER_DESCENT] = { "descent", N_("Gradient descent") },
    { 0 }
};
static const DpsChoice starts[] = {
    [DPS_START_AUTO] = { "auto", N_("As the quality says") },
    [DPS_START_GUESS] = { "guess", N_("The content with its colours matched") },
    [DPS_START_CONTENT] = { "content", N_("The content") },
    [DPS_START_STYLE] = { "style", N_("The style") },
    [DPS_START_NOISE] = { "noise", N_("Noise") },
    [DPS_START_IMAGE] = { "image", N_("The picture “start-image”") },
    { 0 }
};
static const DpsChoice poolings[] = { [DPS_POOLING_AUTO] = { "auto",
                                                             N_("As the network was trained") },
                                      [DPS_POOLING_MAX] = { "max", N_("Maxima") },
                                      [DPS_POOLING_AVERAGE] = { "average", N_("Averages") },
                                      { 0 } };

static const DpsChoice statistics[] = {
    [DPS_STATISTICS_GRAM] = { "gram", N_("Gram matrices") },
    [DPS_STATISTICS_MOMENTS] = { "moments", N_("Means and deviations") },
    { 0 }
};

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define AT(member) offsetof(DpsOptions, member)
#define CHOICE(member, choices, which) \
    DPS_OPTION_CHOICE, AT(member), .most = COUNT(choices) - 2, .usual = (which), .choice = (choices)

static const DpsOption table[] = {
    { "method", 'm', CHOICE(method, methods, DPS_METHOD_TRANSFER), .value = N_("NAME"),
      .label = N_("Met_hod"),
      .help = N_("How the style is taken over; all but the transfer change colours only, region by "
                 "region, and are done at once"),
      .manual =
          "Colours: linear Monge-Kantorovitch maps, as the transfer's first guess has them.  "
          "Reinhard: means and deviations in l alpha beta (Reinhard, Ashikhmin, Gooch and "
          "Shirley, 2001).  Histogram: each of the three channels gets the style's distribution.  "
          "To these three no option matters that weighs or chooses what is optimised, nor a "
          "network; of the preset only the size counts, from which they go to full size as a "
          "transfer does, by local maps of colours.",
      .where = DPS_FOR_TRANSFER },
    { "preset", 'p', CHOICE(preset, presets, DPS_PRESET_NORMAL), .value = N_("NAME"),
      .label = N_("_Quality"),
      .help = N_("How much time to spend; a draft is for trying things out, normal for nearly "
                 "everything"),
      .manual =
          "The preset reference needs the original VGG-19 as the network.  For artistic there are "
          "no regions, and the style weight says how much of a painting it becomes.",
      .where = DPS_FOR_TRANSFER },
    { "amount", 'a', DPS_OPTION_REAL, AT(amount), .most = 1, .usual = 1, .value = "0-1",
      .label = N_("Amou_nt"),
      .help =
          N_("How much of the transfer is applied: 0 leaves the photo as it is, 1 is all of it"),
      .where = DPS_FOR_TRANSFER | DPS_FOR_LOOKS },
    { "strength", 0, DPS_OPTION_TEXT, AT(strength), .usual_text = "", .value = N_("LIST"),
      .label = N_("Strength of regions"),
      .help = N_("How much of the transfer single regions get, such as “sky=0.5,lake=0.8”; the others "
                 "get all of it"),
      .manual =
          "Regions are called as the report calls them; what no mask covers is \"the rest\".  A "
          "backslash goes before a comma or an equals sign that belongs to a name.  The amount "
          "counts beside this.",
      .where = DPS_FOR_TRANSFER },
    { "take", 0, CHOICE(take, takes, DPS_TAKE_ALL), .value = N_("WHAT"), .label = N_("Take o_ver"),
      .help =
          N_("What is taken over from the style; with one of the two, the photo keeps the other"),
      .manual = "Brightness is the luma of each pixel.  Colours that a screen can't show at the "
                "brightness they would have become paler.",
      .where = DPS_FOR_TRANSFER | DPS_FOR_LOOKS },
    { "content-weight", 0, DPS_OPTION_REAL, AT(content_weight), .most = 1e6, .usual = 1,
      .value = N_("NUMBER"), .label = N_("Struct_ure"),
      .help = N_("How firmly the photo's own structure is kept; less gives the style more freedom"),
      .manual = "In the presets for photos the style's weight is divided by this number, too, from 0.1 "
                "to 10.",
      .where = DPS_FOR_TRANSFER | DPS_FOR_LEARNING },
    { "photorealism", 0, DPS_OPTION_REAL, AT(photorealism), .most = 1e12, .usual = 1e4,
      .value = N_("NUMBER"), .label = N_("_Photorealism"),
      .help = N_("How strictly colours change together where the photo is smooth; less allows more "
                 "drastic changes, but also distortions"),
      .manual =
          "In the preset reference this is the paper's lambda, the weight of the matting energy; "
          "in the presets for photos the energy per pixel weighs half of it, so that a number "
          "means "
          "the same at every size.",
      .where = DPS_FOR_TRANSFER | DPS_FOR_LEARNING },
    { "detail", 0, DPS_OPTION_REAL, AT(detail), .most = 1, .usual = 0, .value = "0-1",
      .label = N_("_Detail"),
      .help = N_("How much of the photo's own fine detail is laid over the result"),
      .where = DPS_FOR_TRANSFER },
    { "style-weight", 0, DPS_OPTION_REAL, AT(style_weight), .most = 1e6, .usual = 1,
      .value = N_("NUMBER"), .label = N_("Style weight"),
      .help = N_("How strongly the style is pursued, against structure and photorealism"),
      .where = DPS_FOR_TRANSFER | DPS_FOR_LEARNING },
    { "smoothness", 0, DPS_OPTION_REAL, AT(smoothness), .most = 1e6, .usual = 0,
      .value = N_("NUMBER"), .label = N_("Smoothness"),
      .help = N_("How much the differences between neighbouring pixels weigh (total variation); 0: "
                 "as the quality says"),
      .manual =
          "In the preset reference 1 is the authors' weight, and its usual one; in artistic 1 "
          "is usual, too.  The presets for photos have none.",
      .expert = true, .where = DPS_FOR_TRANSFER | DPS_FOR_LEARNING },
    { "unmatched", 0, CHOICE(unmatched, unmatched, DPS_UNMATCHED_KEEP), .value = N_("RULE"),
      .label = N_("E_xtra regions"),
      .help = N_("What regions do that the photo has and the style hasn't"),
      .manual =
          "The most similar region is found by colour, texture and place.  The report says for "
          "each such region what was done.",
      .where = DPS_FOR_TRANSFER },
    { "merge-regions", 0, DPS_OPTION_TEXT, AT(merge_regions), .usual_text = "", .value = N_("LIST"),
      .label = N_("Merge regions"),
      .help = N_("Regions that are taken together, by name, such as “sky+clouds,blue+grey”"),
      .manual = "The first of a group gets what the others cover in both photos.  The names are those of masks, or of "
                "regions that were found; in label maps regions are called blue, green, black, white, red, "
                "yellow, grey, light blue and purple.",
      .where = DPS_FOR_TRANSFER },
    { "size", 's', DPS_OPTION_INTEGER, AT(size), .most = OPTIONS_MOST_SIZE, .usual = 0,
      .value = N_("PIXELS"), .label = N_("Working si_ze"),
      .help = N_("Long side at which the transfer is worked out; the result always has the photo's "
                 "full size; 0: as the quality says"),
      .where = DPS_FOR_TRANSFER },
    { "network", 'n', DPS_OPTION_FILE, AT(network), .usual_text = "builtin", .value = N_("FILE"),
      .label = N_("Net_work"),
      .help = N_("What looks at the photos: “builtin”, or, beside it, a trained network: its name or "
                 "file"),
      .manual = "\"photo-style networks\" lists and fetches networks that have names.  A file is a safetensors "
                "or a .pth file of a VGG-19, VGG-16, SqueezeNet 1.1, ResNet-50 or DenseNet-121 with torchvision's "
                "names, of any width.",
      .where = DPS_FOR_TRANSFER | DPS_FOR_LEARNING },
    { "device", 'd', DPS_OPTION_TEXT, AT(device), .usual_text = "auto", .value = N_("NAME"),
      .label = N_("Device"),
      .help = N_("The device that computes: “auto”, “cpu” or another that this computer has"),
      .manual = "\"photo-style devices\" lists them.",
      .where = DPS_FOR_TRANSFER | DPS_FOR_BENCHMARK | DPS_FOR_LEARNING },
    { "threads", 't', DPS_OPTION_INTEGER, AT(threads), .most = 1024, .usual = 0,
      .value = N_("NUMBER"), .label = N_("Num_ber of threads"),
      .help = N_(
          "Processor threads to compute with; 0: as many as may be used; with 1 results are the "
          "same to the last bit every time"),
      .where = DPS_FOR_TRANSFER | DPS_FOR_REGIONS | DPS_FOR_MEASURE | DPS_FOR_BENCHMARK |
               DPS_FOR_LOOKS | DPS_FOR_LEARNING },
    { "seed", 0, DPS_OPTION_UNSIGNED, AT(seed), .most = 4294967295.0, .usual = 0,
      .value = N_("NUMBER"), .label = N_("Seed"),
      .help = N_("Start of the random numbers; another seed gives a slightly different result"),
      .where = DPS_FOR_TRANSFER | DPS_FOR_REGIONS | DPS_FOR_LEARNING },
    { "regions-model", 0, DPS_OPTION_FILE, AT(regions_model), .usual_text = "", .value = N_("FILE"),
      .label = N_("Model"),
      .help = N_(
          "A network that finds the regions: an ONNX model of classes or of a matte, with its "
          "description beside it"),
      .manual = "Regions are then named by what they show and paired by these names.  See MODELS.",
      .where = DPS_FOR_TRANSFER | DPS_FOR_REGIONS },
    { "minimiser", 0, CHOICE(minimiser, minimisers, DPS_MINIMISER_AUTO), .value = N_("NAME"),
      .label = N_("Minimiser"), .help = N_("What brings the losses down; for comparisons"),
      .expert = true, .where = DPS_FOR_TRANSFER },
    { "start", 0, CHOICE(start, starts, DPS_START_AUTO), .value = N_("NAME"), .label = N_("Start"),
      .help = N_("The picture that the computation begins with"),
      .manual = "The picture is drawn to the content's shape.", .expert = true,
      .where = DPS_FOR_TRANSFER },
    { "pooling", 0, CHOICE(pooling, poolings, DPS_POOLING_AUTO), .value = N_("NAME"),
      .label = N_("Pooling"), .help = N_("How a network from a file shrinks its features"),
      .manual = "The preset artistic averages where nothing else is said, and so does the built-in "
                "network always.",
      .expert = true, .where = DPS_FOR_TRANSFER },
    { "style-statistics", 0, CHOICE(style_statistics, statistics, DPS_STATISTICS_GRAM),
      .value = N_("NAME"), .label = N_("Style statistics"),
      .help = N_("By what the style's features are compared: how strongly they come together, two and two, "
                 "or the mean and the deviation of each"),
      .manual = "Means and deviations are what batch normalisation and AdaIN (Huang and Belongie, 2017) go by.  In the "
                "presets for photos they weigh 1.7 times as much, by which they keep as much of the photo.",
      .expert = true, .where = DPS_FOR_TRANSFER },
    { "style-layers", 0, DPS_OPTION_TEXT, AT(style_layers), .usual_text = "", .value = N_("LIST"),
      .label = N_("Style layers"),
      .help = N_("The network's layers that see the style, with weights other than 1, such as "
                 "“relu1_1,relu3_1=0.5”; empty: the network's own choice"),
      .manual = "VGG: relu1_1 to relu5_4; SqueezeNet: relu1, fire2 to fire9; ResNet-50: relu, layer1.0 to layer4.2; "
                "DenseNet-121: relu0, denseblock1 to denseblock4, transition1 to transition3; the built-in network: "
                "level1 to level5.  With a list, a network from a file looks alone.",
      .expert = true, .where = DPS_FOR_TRANSFER },
    { "content-layers", 0, DPS_OPTION_TEXT, AT(content_layers), .usual_text = "",
      .value = N_("LIST"), .label = N_("Content layers"),
      .help = N_("The network's layers that see the structure, with weights other than 1, such as "
                 "“relu3_1,relu4_2=0.5”; empty: the network's own choice"),
      .expert = true, .where = DPS_FOR_TRANSFER },
    { "window-radius", 0, DPS_OPTION_INTEGER, AT(window_radius), .least = 1, .most = 16, .usual = 1,
      .value = N_("PIXELS"), .label = N_("Window radius"),
      .help = N_("Radius of the windows in which colours must change together: 1 means 3 by 3 "
                 "pixels"),
      .expert = true, .where = DPS_FOR_TRANSFER },
};

static_assert(sizeof(DpsPreset) == sizeof(int), "an enum is as large as an int");

const DpsOption *dps_option(int i)
{
    return i >= 0 && (size_t) i < COUNT(table) ? &table[i] : NULL;
}

static bool same_name(const char *a, const char *b)
{
    while (*a && (*a == *b || (*a == '-' && *b == '_'))) {
        a++;
        b++;
    }
    return *a == *b;
}

const DpsOption *dps_option_find(const char *name)
{
    for (size_t i = 0; i < COUNT(table); i++)
        if (same_name(table[i].name, name))
            return &table[i];
    return NULL;
}

/* -------------------------------------------------------------------- values */

static bool is_text(const DpsOption *option)
{
    return option->type == DPS_OPTION_TEXT || option->type == DPS_OPTION_FILE;
}

double dps_option_number(const DpsOption *option, const DpsOptions *o)
{
    const char *at = (const char *) o + option->offset;
    unsigned natural;
    int integer;
    double real = 0;

    switch (option->type) {
    case DPS_OPTION_INTEGER:
    case DPS_OPTION_CHOICE:
        memcpy(&integer, at, sizeof integer);
        return integer;
    case DPS_OPTION_UNSIGNED:
        memcpy(&natural, at, sizeof natural);
        return natural;
    case DPS_OPTION_REAL:
        memcpy(&real, at, sizeof real);
        return real;
    case DPS_OPTION_TEXT:
    case DPS_OPTION_FILE:
        break;
    }
    return real;
}

bool dps_option_set_number(const DpsOption *option, DpsOptions *o, double number)
{
    char *at = (char *) o + option->offset;

    if (is_text(option) || !(number >= option->least && number <= option->most) ||
        (option->type != DPS_OPTION_REAL && number != floor(number)))
        return false;
    if (option->type == DPS_OPTION_REAL)
        memcpy(at, &number, sizeof number);
    else if (option->type == DPS_OPTION_UNSIGNED)
        memcpy(at, &(unsigned) { (unsigned) number }, sizeof(unsigned));
    else
        memcpy(at, &(int) { (int) number }, sizeof(int));
    return true;
}

const char *dps_option_text(const DpsOption *option, const DpsOptions *o)
{
    const char *text = NULL;

    if (is_text(option))
        memcpy(&text, (const char *) o + option->offset, sizeof text);
    return text && *text ? text : option->usual_text ? option->usual_text : "";
}

void dps_option_set_text(const DpsOption *option, DpsOptions *o, const char *text)
{
    if (is_text(option))
        memcpy((char *) o + option->offset, &text, sizeof text);
}

void dps_options_default(DpsOptions *o)
{
    *o = (DpsOptions){ 0 };
    for (size_t i = 0; i < COUNT(table); i++)
        dps_option_set_number(&table[i], o, table[i].usual);
}

/* ------------------------------------------------------------------- choices */

int dps_choice_find(const DpsOption *option, const char *name)
{
    for (int i = 0; option->choice && option->choice[i].name; i++)
        if (strcmp(option->choice[i].name, name) == 0)
            return i;
    return -1;
}

const char *dps_choice_name(const char *option, int choice)
{
    const DpsOption *of = dps_option_find(option);

    return of && of->choice && choice >= 0 && choice <= of->most ? of->choice[choice].name : "";
}

/* -------------------------------------------------------------------- checks */

const DpsOption *options_out_of_range(const DpsOptions *o)
{
    for (size_t i = 0; i < COUNT(table); i++) {
        double value = dps_option_number(&table[i], o);
        if (!is_text(&table[i]) && !(value >= table[i].least && value <= table[i].most))
            return &table[i];
    }
    return NULL;
}
