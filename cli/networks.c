/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* networks.c - photo-style networks: which trained networks there are and are kept, fetching them, keeping
 * one from a file, and whether they are still what they were. */

#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "interrupt.h"
#include "options.h"
#include "progress.h"
#include "report/printable.h"
#include "report/report.h"
#include "store/fetch-thread.h"

typedef struct {
    gboolean yes, json, quiet;
    char *name, *patience_text;
    int patience; /* seconds */
    char **argument;
    GPtrArray *entries;
} Networks;

/* ------------------------------------------------------------------------- list */

/* "known" may be NULL: kept, and the user's own. */
static void print_row(const char *name, const StoreEntry *known, gboolean kept)
{
    StoreOrigin origin = { 0 };
    char *size = known ? fetch_size(known) : g_strdup("");

    if (kept)
        store_origin(name, &origin);
    char *title = printable(known ? known->title : origin.title);
    g_print("%-14s %-16s %10s  %s\n", name, title, size, kept ? _("kept") : _("can be fetched"));
    store_origin_clear(&origin);
    g_free(title);
    g_free(size);
}

static void add_json(JsonBuilder *builder, const char *name, const StoreEntry *known, gboolean kept)
{
    StoreOrigin origin = { 0 };
    char *path = store_file(name, STORE_NETWORK);

    if (kept)
        store_origin(name, &origin);
    json_builder_begin_object(builder);
    report_string(builder, "name", name);
    report_string(builder, "title", known ? known->title : origin.title);
    json_builder_set_member_name(builder, "kept");
    json_builder_add_boolean_value(builder, kept);
    if (kept)
        report_string(builder, "file", path);
    report_string(builder, "source", known ? known->source : origin.source);
    report_string(builder, "licence", known ? known->licence : origin.licence);
    if (known) {
        report_integer(builder, "bytes", known->bytes);
        report_string(builder, "sha256", known->sha256);
    }
    json_builder_end_object(builder);
    store_origin_clear(&origin);
    g_free(path);
}

static gboolean list(Networks *n, GError **error)
{
    char **kept = store_kept(), *folder = store_folder();
    JsonBuilder *builder = n->json ? report_new() : NULL;
    gboolean good = TRUE;

    if (builder) {
        report_string(builder, "folder", folder);
        json_builder_set_member_name(builder, "networks");
        json_builder_begin_array(builder);
    }
    for (guint i = 0; i < n->entries->len; i++) {
        const StoreEntry *e = n->entries->pdata[i];
        if (builder)
            add_json(builder, e->name, e, store_is_kept(e->name));
        else
            print_row(e->name, e, store_is_kept(e->name));
    }
    for (int i = 0; kept[i]; i++)
        if (!store_find(n->entries, kept[i])) {
            if (builder)
                add_json(builder, kept[i], NULL, TRUE);
            else
                print_row(kept[i], NULL, TRUE);
        }
    if (builder) {
        json_builder_end_array(builder);
        good = report_write(builder, "-", error);
    } else
        /* Translators: %s is a folder. */
        g_print(_("Kept are networks in %s.\n"), folder);
    g_strfreev(kept);
    g_free(folder);
    return good;
}

/* ------------------------------------------------------------------------ fetch */

/* Shows how far it is until it is over; a signal ends it. */
static void watch(FetchThread *fetching, const StoreEntry *entry, gboolean quiet)
{
    Progress progress;
    gint64 bytes = 0;
    double per_second = 0;

    progress_begin(&progress, quiet);
    while (fetch_thread_look(fetching, &bytes, &per_second)) {
        char *done = g_format_size((guint64) bytes), *rate = g_format_size((guint64) per_second);
        int percent = (int) (100 * (double) bytes / (double) MAX(entry->bytes, 1));
        /* Translators: "VGG-19 43 % · 247 MB · 5.1 MB/s", on a terminal. */
        char *line = g_strdup_printf(_("%s %d %% · %s · %s/s"), entry->title, percent, done, rate);
        progress_say(&progress, line);
        g_free(line);
        g_free(done);
        g_free(rate);
        g_usleep(G_USEC_PER_SEC / 20);
        if (interrupted())
            fetch_thread_cancel(fetching);
    }
    progress_end(&progress);
}

static gboolean fetch_one(const Networks *n, const StoreEntry *entry, GError **error)
{
    FetchThread *fetching = fetch_thread_start(entry, n->patience);
    GError *why = NULL;

    watch(fetching, entry, n->quiet);
    if (fetch_thread_end(fetching, &why)) {
        g_print(_("%s is kept; --network %s uses it.\n"), entry->title, entry->name);
        return TRUE;
    }
    if (interrupted()) {
        g_clear_error(&why);
        g_set_error(
            error, COMMAND_ERROR, COMMAND_ERROR_INTERRUPTED,
            _("interrupted; what has come is kept, and the same command goes on from there."));
    } else
        g_propagate_error(error, why);
    return FALSE;
}

/* What will be fetched, from where, and whether the user wants that. */
static gboolean agreed(const Networks *n, const StoreEntry *e, GError **error)
{
    char *size = fetch_size(e), *folder = store_folder(), answer[8] = "";

    g_print(_("%s\n  size:    %s\n  from:    %s\n  licence: %s\n  to:      %s\n"), e->title, size,
            e->source, e->licence, folder);
    g_free(folder);
    g_free(size);
    if (n->yes)
        return TRUE;
    if (!isatty(STDIN_FILENO)) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("nothing is fetched without being asked for: --yes agrees to it."));
        return FALSE;
    }
    g_print(_("Fetch it? [y/N] "));
    fflush(stdout);
    if (fgets(answer, sizeof answer, stdin) &&
        (*answer == 'y' || *answer == 'Y' || *answer == *_("y")))
        return TRUE;
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_ENGINE, _("nothing was fetched."));
    return FALSE;
}

static gboolean fetch(Networks *n, GError **error)
{
    if (!n->argument[0]) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("which network should be fetched? “photo-style networks list” names them."));
        return FALSE;
    }
    for (int i = 0; n->argument[i]; i++) {
        const StoreEntry *e = store_find(n->entries, n->argument[i]);
        if (!e) {
            g_set_error(
                error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                _("there is no network “%s” to fetch; “photo-style networks list” names them."),
                n->argument[i]);
            return FALSE;
        }
        if (store_is_kept(e->name))
            g_print(_("%s is kept already.\n"), e->title);
        else if (!fetch_possible(error) || !agreed(n, e, error) || !fetch_one(n, e, error))
            return FALSE;
    }
    return TRUE;
}

/* --------------------------------------------------------------- import, verify */

static gboolean import(Networks *n, GError **error)
{
    DpsNetwork network;

    if (!n->argument[0] || n->argument[1]) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("which file is to be imported? Name one, a .safetensors or a .pth file."));
        return FALSE;
    }
    char *name = store_keep(n->argument[0], n->name, NULL, NULL, &network, error);
    if (name)
        g_print(_("%s is kept; --network %s uses it.\n"), network.title, name);
    g_free(name);
    return name != NULL;
}

static gboolean verify(Networks *n, GError **error)
{
    char **kept = store_kept(), **names = n->argument[0] ? n->argument : kept;
    int failed = 0;

    for (int i = 0; names[i]; i++) {
        GError *trouble = NULL;
        if (store_verify(names[i], NULL, &trouble))
            g_print(_("%s: unchanged\n"), names[i]);
        else {
            char *text = printable(trouble->message);
            g_printerr("photo-style: %s\n", text);
            g_free(text);
            g_error_free(trouble);
            failed++;
        }
    }
    g_strfreev(kept);
    if (failed > 0)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_ENGINE,
                    ngettext("%d network can't be relied on.", "%d networks can't be relied on.",
                             (gulong) failed),
                    failed);
    return failed == 0;
}

/* -------------------------------------------------------------------- the command */

static const struct {
    const char *name;
    gboolean (*run)(Networks *, GError **);
} actions[] = { { "list", list }, { "fetch", fetch }, { "import", import }, { "verify", verify } };

static gboolean run(Networks *n, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "yes", 'y', 0, G_OPTION_ARG_NONE, &n->yes, N_("Fetch without asking"), NULL },
        { "name", 0, 0, G_OPTION_ARG_STRING, &n->name,
          N_("Keep an imported network under this name"), N_("NAME") },
        { "patience", 0, 0, G_OPTION_ARG_STRING, &n->patience_text,
          N_("Give up on a server that sends nothing for so long (30)"), N_("SECONDS") },
        { "json", 'j', 0, G_OPTION_ARG_NONE, &n->json, N_("Print the list as JSON"), NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &n->quiet, N_("Show no progress"), NULL },
        { 0 }
    };
    GOptionContext *context = options_context(
        _("list|fetch|import|verify [NAME…|FILE]"),
        _("Trained networks see more than the built-in one.  They aren't part of this program: "
          "\"list\"\n"
          "says which can be fetched, \"fetch\" asks and fetches them from where their authors "
          "publish\n"
          "them, \"import\" takes a file that you have (.safetensors, or PyTorch's .pth, of which "
          "nothing\n"
          "is run), and \"verify\" looks whether they are what they were.  Other commands find "
          "them by\n"
          "name: --network vgg19."),
        _("Examples:\n"
          "  photo-style networks list\n"
          "  photo-style networks fetch vgg19\n"
          "  photo-style networks import ~/Downloads/vgg16-397923af.pth --name vgg16"),
        NULL);
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    if (!options_parse(context, &argc, &argv, 1, G_MAXINT, _("list, fetch, import or verify"),
                       error) ||
        !options_integer("--patience", n->patience_text, 1, 3600, &n->patience, error))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++)
        if (g_str_equal(argv[1], actions[i].name)) {
            n->argument = argv + 2;
            n->entries = store_entries(error);
            return n->entries && actions[i].run(n, error);
        }
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                _("“%s” can't be done with networks; list, fetch, import and verify can."),
                argv[1]);
    return FALSE;
}

int command_networks(int argc, char **argv)
{
    Networks n = { .patience = FETCH_PATIENCE };
    GError *error = NULL;

    interrupt_install();
    gboolean good = run(&n, argc, argv, &error);
    if (n.entries)
        g_ptr_array_unref(n.entries);
    g_free(n.name);
    g_free(n.patience_text);
    return good ? COMMAND_DONE : command_end("networks", error);
}
