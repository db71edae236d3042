/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* colour-field.c - a GEGL operation that changes a photo's colours by a field of colour maps: the result
 * of a transfer (dps.h) as a filter on the photo's layer, that stays editable and travels in its file.
 *
 * It knows the photo by its coordinates alone, so that any part of it can be asked for, at any zoom
 * level; the colours are those of the encoding in which the maps were fitted (plug-in/layers.h), and
 * alpha stays.  Without a field, or with a damaged one, it passes the picture through.
 *
 * GIMP drops a filter from a file when the operation's version is another than that in the file: name,
 * version and properties stay as they are, for ever. */

#include <gegl-plugin.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "dps.h"
#include "report/field-text.h"

#define VERSION "1:0"

typedef struct {
    GeglOperationPointFilter parent_instance;
    double amount, scale;
    int take, left, top;
    char *text;     /* of the field */
    char *read;     /* the text that `field` was read from */
    DpsField field; /* empty: there is none, or it is damaged */
    gboolean grey;  /* the picture that comes in has one channel */
} ColourField;

typedef struct {
    GeglOperationPointFilterClass parent_class;
} ColourFieldClass;

enum { AMOUNT = 1, TAKE, LEFT, TOP, SCALE, FIELD };

GType colour_field_get_type(void);
G_DEFINE_DYNAMIC_TYPE(ColourField, colour_field, GEGL_TYPE_OPERATION_POINT_FILTER)

/* ----------------------------------------------------------------- properties */

/* GIMP's dialog has a button that sets all properties to their defaults, and nobody wants the field gone:
 * it can be replaced only. */
static void set_field(ColourField *op, const char *text)
{
    if (op->text && *op->text && !(text && *text))
        return;
    g_free(op->text);
    op->text = g_strdup(text);
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    ColourField *op = (ColourField *) object;

    switch (id) {
    case AMOUNT:
        op->amount = g_value_get_double(value);
        break;
    case TAKE:
        op->take = g_value_get_enum(value);
        break;
    case LEFT:
        op->left = g_value_get_int(value);
        break;
    case TOP:
        op->top = g_value_get_int(value);
        break;
    case SCALE:
        op->scale = g_value_get_double(value);
        break;
    case FIELD:
        set_field(op, g_value_get_string(value));
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    ColourField *op = (ColourField *) object;

    switch (id) {
    case AMOUNT:
        g_value_set_double(value, op->amount);
        break;
    case TAKE:
        g_value_set_enum(value, op->take);
        break;
    case LEFT:
        g_value_set_int(value, op->left);
        break;
    case TOP:
        g_value_set_int(value, op->top);
        break;
    case SCALE:
        g_value_set_double(value, op->scale);
        break;
    case FIELD:
        g_value_set_string(value, op->text);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
}

static void finalize(GObject *object)
{
    ColourField *op = (ColourField *) object;

    g_free(op->text);
    g_free(op->read);
    dps_field_clear(&op->field);
    G_OBJECT_CLASS(colour_field_parent_class)->finalize(object);
}

/* ------------------------------------------------------------------ processing */

/* Reads the field where it has changed. */
static void read_field(ColourField *op)
{
    if (g_strcmp0(op->text, op->read) == 0)
        return;
    g_free(op->read);
    op->read = g_strdup(op->text);
    dps_field_clear(&op->field);
    if (op->text && *op->text && !field_text_read(op->text, &op->field))
        g_warning("%s", _("The colour field of a photo style filter is damaged, so the filter "
                          "changes nothing. Make the filter again."));
}

static void prepare(GeglOperation *operation)
{
    ColourField *op = (ColourField *) operation;
    const Babl *input = gegl_operation_get_source_format(operation, "input");
    const Babl *space = input ? babl_format_get_space(input) : NULL, *trc = NULL, *format;
    gboolean linear;

    if (space)
        babl_space_get(space, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &trc, NULL, NULL);
    linear = trc && trc == babl_trc("linear");
    op->grey = input && babl_get_model_flags(input) & BABL_MODEL_FLAG_GRAY;
    if (op->grey)
        format = babl_format_with_space(linear ? "Y~A float" : "Y'A float", space);
    else
        format = babl_format_with_space(linear ? "R~G~B~A float" : "R'G'B'A float", space);
    gegl_operation_set_format(operation, "input", format);
    gegl_operation_set_format(operation, "output", format);
    read_field(op);
}

/* A grey value is repeated for the maps, as when they were made, and what they give has a luma. */
static void apply_grey(const ColourField *op, DpsFieldRow row, const float *in, float *out)
{
    enum { BLOCK = 64 };
    float colour[4 * BLOCK];
    int left = row.pixels;

    for (; left > 0; left -= BLOCK, in += 2 * BLOCK, out += 2 * BLOCK, row.x += BLOCK * row.step) {
        row.pixels = MIN(left, BLOCK);
        for (int i = 0; i < row.pixels; i++) {
            colour[4 * i] = colour[4 * i + 1] = colour[4 * i + 2] = in[2 * i];
            colour[4 * i + 3] = in[2 * i + 1];
        }
        dps_field_apply(&op->field, &row, op->take, op->amount, colour, colour);
        for (int i = 0; i < row.pixels; i++) {
            const float *c = colour + 4 * i;

            out[2 * i] = dps_luma(c[0], c[1], c[2]);
            out[2 * i + 1] = c[3];
        }
    }
}

/* At zoom level n pixels stand 2^n apart, and area counts them. */
static gboolean process(GeglOperation *operation, void *in_buffer, void *out_buffer, glong samples,
                        const GeglRectangle *area, int level)
{
    const ColourField *op = (const ColourField *) operation;
    const float *in = in_buffer;
    float *out = out_buffer;
    gsize row_size = (gsize) area->width * (op->grey ? 2 : 4);
    double step = (1 << level) / op->scale;

    if (!op->field.maps.data) {
        memmove(out, in, row_size * area->height * sizeof *out);
        return TRUE;
    }
    for (int y = 0; y < area->height; y++, in += row_size, out += row_size) {
        const DpsFieldRow row = { .x = (area->x + 0.5) * step + op->left,
                                  .y = (area->y + y + 0.5) * step + op->top,
                                  .step = step,
                                  .pixels = area->width };

        if (op->grey)
            apply_grey(op, row, in, out);
        else
            dps_field_apply(&op->field, &row, op->take, op->amount, in, out);
    }
    return TRUE;
}

/* --------------------------------------------------------------- registration */

/* An option's words for GIMP's dialogs, which have no letters that choose. */
static char *label_of(const DpsOption *option)
{
    char **parts = g_strsplit(_(option->label), "_", 2), *label = g_strjoinv("", parts);

    g_strfreev(parts);
    return label;
}

static GType take_enum;

/* The choices of the option "take". */
static GType take_type(GTypeModule *module)
{
    static GType type;
    static GEnumValue values[8];
    const DpsOption *option = dps_option_find("take");

    for (int i = 0; !type && option->choice[i].name; i++)
        values[i] = (GEnumValue){ i, _(option->choice[i].label), option->choice[i].name };
    if (!type)
        type = g_type_module_register_enum(module, "DeepPhotoStyleTake", values);
    return type;
}

/* Pixels: no picture is wider. */
#define MOST_CROPPED (1 << 20)

static GParamSpec *cropped(const char *name, const char *label, const char *help)
{
    GParamSpec *spec = gegl_param_spec_int(name, label, help, -MOST_CROPPED, MOST_CROPPED, 0, -1000,
                                           1000, 1.0, G_PARAM_READWRITE);

    gegl_param_spec_set_property_key(spec, "unit", "pixel-distance");
    return spec;
}

static void install_properties(GObjectClass *class)
{
    const DpsOption *amount = dps_option_find("amount"), *take = dps_option_find("take");
    char *amount_label = label_of(amount), *take_label = label_of(take);
    GParamSpec *field;

    g_object_class_install_property(
        class, AMOUNT,
        gegl_param_spec_double("amount", amount_label, _(amount->help), amount->least, amount->most,
                               amount->usual, amount->least, amount->most, 1.0,
                               G_PARAM_READWRITE | G_PARAM_CONSTRUCT));
    g_object_class_install_property(class, TAKE,
                                    gegl_param_spec_enum("take", take_label, _(take->help),
                                                         take_enum, (int) take->usual,
                                                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT));
    g_object_class_install_property(
        class, LEFT,
        cropped("left", _("Cropped at the left"),
                _("By how many pixels the layer was cropped at its left side after the filter was "
                  "made, which GIMP tells no filter; less than 0: it was made wider there")));
    g_object_class_install_property(
        class, TOP,
        cropped("top", _("Cropped at the top"),
                _("By how many pixels the layer was cropped at its upper side after the filter "
                  "was made; less than 0: it was made higher there")));
    g_object_class_install_property(
        class, SCALE,
        gegl_param_spec_double("scale", _("Scale"),
                               _("How many times as wide the layer was made after the filter was "
                                 "made and the layer cropped"),
                               0.001, 1000, 1, 0.1, 10, 3.0,
                               G_PARAM_READWRITE | G_PARAM_CONSTRUCT));
    field = gegl_param_spec_string("field", "Field", "Colour maps as a text", FALSE, TRUE, "",
                                   G_PARAM_READWRITE | G_PARAM_CONSTRUCT);
    gegl_param_spec_set_property_key(field, "visible", "0");
    g_object_class_install_property(class, FIELD, field);
    g_free(amount_label);
    g_free(take_label);
}

static void colour_field_class_init(ColourFieldClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);
    GeglOperationClass *operation_class = GEGL_OPERATION_CLASS(class);

    object_class->set_property = set_property;
    object_class->get_property = get_property;
    object_class->finalize = finalize;
    operation_class->prepare = prepare;
    GEGL_OPERATION_POINT_FILTER_CLASS(class)->process = process;
    install_properties(object_class);
    gegl_operation_class_set_keys(
        operation_class, "name", FIELD_TEXT_OPERATION, "op-version", VERSION, "title",
        _("Photo Style Transfer"), "categories", "color", "description",
        _("Gives a photo the light and colours that Photo Style Transfer found for it. Such a "
          "filter "
          "is made by Filters > Artistic > Photo Style Transfer; without a field of colour maps it "
          "changes nothing."),
        NULL);
}

static void colour_field_class_finalize(ColourFieldClass *class)
{
}

static void colour_field_init(ColourField *op)
{
}

G_MODULE_EXPORT const GeglModuleInfo *gegl_module_query(GTypeModule *module);
G_MODULE_EXPORT gboolean gegl_module_register(GTypeModule *module);

const GeglModuleInfo *gegl_module_query(GTypeModule *module)
{
    static const GeglModuleInfo info = { GEGL_MODULE_ABI_VERSION };

    return &info;
}

gboolean gegl_module_register(GTypeModule *module)
{
    /* The plug-in, which loads it too, has bound its own domain to where its catalogues are. */
    if (strcmp(textdomain(NULL), GETTEXT_PACKAGE) != 0) {
        bindtextdomain(GETTEXT_PACKAGE, LOCALEDIR);
        bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    }
    take_enum = take_type(module);
    colour_field_register_type(module);
    return TRUE;
}
