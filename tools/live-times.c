/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How soon the dialog shows what a change brings: a module that GTK loads into the plug-in (GTK_MODULES), run by
 * bench-live.py.  It makes one change after the other by the dialog's own widgets, looks at the large view
 * after every frame that GTK has painted, and writes the file that LIVE_TIMES names: a line for each change, with
 * what was changed and the milliseconds to the first and to the last new picture that the view then showed.
 * A change begins when the last one's draft is done and nothing has moved for a while. */

#include <gtk/gtk.h>
#include <math.h>
#include <string.h>

/* Milliseconds: how often it looks, after how long without a new picture a change is over. */
#define TICK 10
#define QUIET 500

/* Milliseconds that a draft may take to begin; where a change brings none, it is over after that. */
#define LATEST 10000

G_MODULE_EXPORT void gtk_module_init(int *argc, char ***argv);

typedef enum { SPIN, SLIDER, COMBO } Kind;

static GType kind_type(Kind kind)
{
    return kind == SPIN     ? GTK_TYPE_SPIN_BUTTON
           : kind == SLIDER ? GTK_TYPE_RANGE
                            : GTK_TYPE_COMBO_BOX;
}

/* What is changed, and between which two values it goes on; of a list the places of the entries. */
typedef struct {
    const char *what, *widget;
    Kind kind;
    double value[2], step; /* added to the values each time */
    double zoom;           /* of the view; 0: all of the photo */
    int times;
} Change;

static const Change changes[] = {
    { "structure", "Structure", SPIN, { 65, 40 }, 1, 0, 7 },
    { "found regions, none", "Regions", COMBO, { 1, 0 }, 0, 0, 6 },
    { "style", "Style", COMBO, { 1, 0 }, 0, 0, 6 },
    { "amount", "Amount", SLIDER, { 0.9, 0.4 }, 0.01, 0, 10 },
    { "amount at 60 %", "Amount", SLIDER, { 0.9, 0.4 }, 0.01, 0.6, 15 },
    { "detail at 60 %", "Detail", SLIDER, { 0.1, 0.6 }, 0.01, 0.6, 5 },
};

static struct {
    const char *path;
    GString *lines;
    GtkWidget *view, *status;
    gsize change;                     /* the present one */
    int turn;                         /* of it */
    gint64 begun, first, last, quiet; /* microseconds; 0: not yet */
    guint picture;                    /* what the view shows, as a sum */
    gboolean drafted;                 /* a draft was begun since the change */
} bench;

/* ------------------------------------------------------------------------ widgets */

/* As a screen reader has it: its own name, or that of its label. */
static const char *name_of(GtkWidget *widget)
{
    AtkObject *object = gtk_widget_get_accessible(widget);
    AtkRelationSet *relations = atk_object_ref_relation_set(object);
    AtkRelation *label = atk_relation_set_get_relation_by_type(relations, ATK_RELATION_LABELLED_BY);
    const char *name = atk_object_get_name(object);

    if (label && atk_relation_get_target(label)->len && (!name || GTK_IS_COMBO_BOX(widget)))
        name = atk_object_get_name(g_ptr_array_index(atk_relation_get_target(label), 0));
    g_object_unref(relations);
    return name ? name : "";
}

typedef struct {
    const char *name, *type;
    GType kind;
    GtkWidget *found;
} Wanted;

static void look_for(GtkWidget *widget, gpointer data)
{
    Wanted *wanted = data;

    if (wanted->found)
        return;
    if (wanted->type ? strcmp(G_OBJECT_TYPE_NAME(widget), wanted->type) == 0
                     : g_type_is_a(G_OBJECT_TYPE(widget), wanted->kind) &&
                           strcmp(name_of(widget), wanted->name) == 0)
        wanted->found = widget;
    else if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), look_for, wanted);
}

static GtkWidget *find(Wanted wanted)
{
    GList *windows = gtk_window_list_toplevels();

    for (GList *l = windows; l && !wanted.found; l = l->next)
        look_for(l->data, &wanted);
    g_list_free(windows);
    return wanted.found;
}

/* The label that has a tooltip of the same words. */
static void look_for_status(GtkWidget *widget, gpointer data)
{
    char *tooltip = gtk_widget_get_tooltip_text(widget);

    if (GTK_IS_LABEL(widget) && tooltip &&
        strcmp(tooltip, gtk_label_get_text(GTK_LABEL(widget))) == 0)
        bench.status = widget;
    else if (GTK_IS_CONTAINER(widget) && !bench.status)
        gtk_container_forall(GTK_CONTAINER(widget), look_for_status, data);
    g_free(tooltip);
}

/* ----------------------------------------------------------------------- the view */

static guint sum_of_view(void)
{
    GdkWindow *window = gtk_widget_get_window(bench.view);
    int width = gdk_window_get_width(window), height = gdk_window_get_height(window);
    guint sum = 5381;

    for (int i = 1; i < 8; i++) {
        GdkPixbuf *row = gdk_pixbuf_get_from_window(window, 0, i * height / 8, width, 1);
        const guchar *bytes = gdk_pixbuf_read_pixels(row);

        for (gsize k = 0; k < gdk_pixbuf_get_byte_length(row); k++)
            sum = 33 * sum + bytes[k];
        g_object_unref(row);
    }
    return sum;
}

static void on_painted(GdkFrameClock *clock, gpointer unused)
{
    gint64 now = g_get_monotonic_time();
    guint picture = sum_of_view();

    if (picture == bench.picture)
        return;
    bench.picture = picture;
    bench.quiet = bench.last = now;
    if (!bench.first)
        bench.first = now;
}

/* ----------------------------------------------------------------------- changing */

static void make(const Change *change)
{
    double value = change->value[bench.turn % 2] + change->step * (bench.turn / 2);
    GtkWidget *widget = find((Wanted) { .name = change->widget, .kind = kind_type(change->kind) });

    bench.begun = bench.quiet = g_get_monotonic_time();
    bench.first = bench.last = 0;
    bench.drafted = change->kind == SLIDER; /* which needs none */
    if (!widget)
        g_string_append_printf(bench.lines, "# there is no %s\n", change->widget);
    else if (change->kind == SPIN)
        gtk_spin_button_set_value(GTK_SPIN_BUTTON(widget), value);
    else if (change->kind == SLIDER)
        gtk_range_set_value(GTK_RANGE(widget), value);
    else
        gtk_combo_box_set_active(GTK_COMBO_BOX(widget), (int) lround(value));
}

/* Nothing is computed, and nothing has changed for a while. */
static gboolean is_resting(void)
{
    gint64 now = g_get_monotonic_time();

    if (strcmp(gtk_label_get_text(GTK_LABEL(bench.status)), "Draft") != 0) {
        bench.drafted = TRUE;
        bench.quiet = now;
    }
    return now - bench.quiet > QUIET * 1000 &&
           (!bench.begun || bench.drafted || now - bench.begun > LATEST * 1000);
}

static double milliseconds(gint64 until)
{
    return until ? (double) (until - bench.begun) / 1000 : -1;
}

/* A change is over. */
static void note(void)
{
    const Change *change = &changes[bench.change];

    g_string_append_printf(bench.lines, "%s\t%.1f\t%.1f\n", change->what, milliseconds(bench.first),
                           milliseconds(bench.last));
    bench.begun = 0;
    if (++bench.turn == change->times) {
        bench.turn = 0;
        bench.change++;
    }
    if (bench.change == G_N_ELEMENTS(changes))
        g_string_append(bench.lines, "end\n");
    g_file_set_contents(bench.path, bench.lines->str, -1, NULL);
}

/* Whether the view is there. */
static gboolean find_view(void)
{
    if (bench.status)
        return TRUE;
    bench.view = find((Wanted) { .type = "DpsPhotoView" });
    if (!bench.view || !gtk_widget_get_mapped(bench.view))
        return FALSE;
    look_for_status(gtk_widget_get_toplevel(bench.view), NULL);
    if (!bench.status)
        return FALSE;
    bench.quiet = g_get_monotonic_time();
    g_signal_connect(gtk_widget_get_frame_clock(bench.view), "after-paint", G_CALLBACK(on_painted),
                     NULL);
    return TRUE;
}

static gboolean on_tick(gpointer unused)
{
    double zoom;

    if (!find_view() || !is_resting())
        return G_SOURCE_CONTINUE;
    if (bench.begun)
        note();
    if (bench.change == G_N_ELEMENTS(changes))
        return G_SOURCE_REMOVE;
    g_object_get(bench.view, "zoom", &zoom, NULL);
    if (zoom == changes[bench.change].zoom) {
        make(&changes[bench.change]);
    } else {
        g_object_set(bench.view, "zoom", changes[bench.change].zoom, NULL);
        bench.quiet = g_get_monotonic_time();
    }
    return G_SOURCE_CONTINUE;
}

void gtk_module_init(int *argc, char ***argv)
{
    bench.path = g_getenv("LIVE_TIMES");
    bench.lines = g_string_new(NULL);
    if (bench.path && g_strcmp0(g_get_prgname(), "deep-photo-style") == 0)
        g_timeout_add(TICK, on_tick, NULL);
}
