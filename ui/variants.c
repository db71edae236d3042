/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "variants.h"

#include <glib/gi18n.h>

#define WIDTH 108
#define HEIGHT 72

/* Milliseconds: results that follow each other sooner have their pictures made once. */
#define PAUSE 150

static const struct {
    const char *label, *tooltip;
} looks[LOOKS] = {
    [LOOK_NO_REGIONS] = { N_("No regions"), N_("The whole photo takes its look from the whole "
                                               "style") },
    [LOOK_FOUND_REGIONS] = { N_("Found regions"), N_("Parts that both photos have take their look "
                                                     "from each other") },
    [LOOK_MORE_STYLE] = { N_("More style"), N_("The style weighs three times as much as now") },
    [LOOK_COLOUR] = { N_("Colour only"), N_("The photo's brightness is kept") },
    [LOOK_HALF] = { N_("Half as strong"), N_("Half of the change: Amount 0.5") },
};

struct Variants {
    Showing *showing;
    GtkWidget *widget, *button[LOOKS], *image[LOOKS];
    gboolean there[LOOKS];
    const DpsField *result; /* whose pictures are shown, or will be */
    guint making;           /* not 0: they will be made */
    void (*taken)(Look look, gpointer data);
    gpointer data;
};

static void on_clicked(GtkWidget *button, Variants *variants)
{
    for (int k = 0; k < LOOKS; k++)
        if (variants->button[k] == button)
            variants->taken(k, variants->data);
}

static GtkWidget *make_button(Variants *variants, Look look)
{
    GtkWidget *button = gtk_button_new(), *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    GtkWidget *label = gtk_label_new(_(looks[look].label));
    GtkWidget *image = variants->image[look] = gtk_image_new();

    gtk_widget_set_size_request(image, WIDTH, HEIGHT);
    gtk_box_pack_start(GTK_BOX(box), image, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
    gtk_container_add(GTK_CONTAINER(button), box);
    gtk_widget_set_tooltip_text(button, _(looks[look].tooltip));
    atk_object_set_name(gtk_widget_get_accessible(button), _(looks[look].label));
    gtk_widget_set_sensitive(button, FALSE);
    g_signal_connect(button, "clicked", G_CALLBACK(on_clicked), variants);
    return button;
}

static void variants_free(gpointer data)
{
    Variants *variants = data;

    if (variants->making)
        g_source_remove(variants->making);
    g_free(variants);
}

Variants *variants_new(Showing *showing, void (*taken)(Look look, gpointer data), gpointer data)
{
    Variants *variants = g_new0(Variants, 1);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    variants->showing = showing;
    variants->taken = taken;
    variants->data = data;
    for (int k = 0; k < LOOKS; k++) {
        variants->button[k] = make_button(variants, k);
        gtk_box_pack_start(GTK_BOX(box), variants->button[k], TRUE, TRUE, 0);
    }
    variants->widget = gtk_scrolled_window_new(NULL, NULL);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(variants->widget), GTK_POLICY_AUTOMATIC,
                                   GTK_POLICY_NEVER);
    gtk_container_add(GTK_CONTAINER(variants->widget), box);
    atk_object_set_name(gtk_widget_get_accessible(variants->widget), _("Choose by looking"));
    gtk_widget_show_all(variants->widget);
    g_object_set_data_full(G_OBJECT(variants->widget), "variants", variants,
                           variants_free);
    return variants;
}

GtkWidget *variants_widget(Variants *variants)
{
    return variants->widget;
}

/* ---------------------------------------------------------------------- pictures */

static void show(Variants *variants, Look look, const DpsField *field, double amount, DpsTake take)
{
    DpsOptions options;
    cairo_surface_t *picture;

    dps_options_default(&options);
    options.amount = amount;
    options.take = take;
    picture = showing_small(variants->showing, field, &options, WIDTH, HEIGHT);
    if (!picture)
        return;
    gtk_image_set_from_surface(GTK_IMAGE(variants->image[look]), picture);
    variants->there[look] = TRUE;
    gtk_widget_set_sensitive(variants->button[look], TRUE);
    cairo_surface_destroy(picture);
}

void variants_set(Variants *variants, LiveVariant variant, const DpsField *field)
{
    variants->there[variant] = FALSE;
    gtk_image_clear(GTK_IMAGE(variants->image[variant]));
    gtk_widget_set_sensitive(variants->button[variant], FALSE);
    if (field)
        show(variants, (Look) variant, field, 1, DPS_TAKE_ALL);
}

static gboolean make(gpointer data)
{
    Variants *variants = data;

    variants->making = 0;
    show(variants, LOOK_COLOUR, variants->result, 1, DPS_TAKE_COLOUR);
    show(variants, LOOK_HALF, variants->result, 0.5, DPS_TAKE_ALL);
    return G_SOURCE_REMOVE;
}

void variants_set_result(Variants *variants, const DpsField *field)
{
    variants->result = field;
    if (!variants->making)
        variants->making = g_timeout_add(PAUSE, make, variants);
}

void variants_set_computing(Variants *variants, gboolean computing)
{
    for (int k = 0; k < LOOKS; k++)
        gtk_widget_set_sensitive(variants->button[k], !computing && variants->there[k]);
}
