/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "store.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "report/translate.h"

#define RESOURCE "/deep-photo-style/networks.ini"
#define GROUP "network" /* of a file of origin */

extern GResource *dps_store_get_resource(void); /* data/networks.ini */

G_DEFINE_QUARK(photo - style - store - error, store_error)

/* -------------------------------------------------------------- what there is */

static void entry_free(gpointer data)
{
    StoreEntry *e = data;

    g_free(e->name);
    g_free(e->title);
    g_free(e->source);
    g_free(e->sha256);
    g_free(e->licence);
    g_free(e);
}

static GKeyFile *load_entries(GError **error)
{
    const char *other = g_getenv("DPS_NETWORKS");
    GKeyFile *file = g_key_file_new();
    gboolean good = FALSE;

    if (other)
        good = g_key_file_load_from_file(file, other, G_KEY_FILE_NONE, error);
    else {
        GBytes *bytes = g_resource_lookup_data(dps_store_get_resource(), RESOURCE,
                                               G_RESOURCE_LOOKUP_FLAGS_NONE, error);
        good = bytes && g_key_file_load_from_bytes(file, bytes, G_KEY_FILE_NONE, error);
        if (bytes)
            g_bytes_unref(bytes);
    }
    if (good)
        return file;
    g_prefix_error(error, "%s: ", other ? other : RESOURCE);
    g_key_file_unref(file);
    return NULL;
}

GPtrArray *store_entries(GError **error)
{
    GKeyFile *file = load_entries(error);
    GPtrArray *entries = g_ptr_array_new_with_free_func(entry_free);
    char **names = file ? g_key_file_get_groups(file, NULL) : NULL;
    GError *trouble = NULL;

    for (int i = 0; names && names[i] && !trouble; i++) {
        StoreEntry *e = g_new0(StoreEntry, 1);
        g_ptr_array_add(entries, e);
        e->name = g_strdup(names[i]);
        e->title = g_key_file_get_string(file, names[i], "title", &trouble);
        e->source = trouble ? NULL : g_key_file_get_string(file, names[i], "source", &trouble);
        e->sha256 = trouble ? NULL : g_key_file_get_string(file, names[i], "sha256", &trouble);
        e->licence = trouble ? NULL : g_key_file_get_string(file, names[i], "licence", &trouble);
        e->bytes = trouble ? 0 : g_key_file_get_int64(file, names[i], "bytes", &trouble);
    }
    g_strfreev(names);
    if (file)
        g_key_file_unref(file);
    if (trouble)
        g_propagate_error(error, trouble);
    if (file && !trouble)
        return entries;
    g_ptr_array_unref(entries);
    return NULL;
}

const StoreEntry *store_find(GPtrArray *entries, const char *name)
{
    for (guint i = 0; i < entries->len; i++) {
        const StoreEntry *e = entries->pdata[i];
        if (g_str_equal(e->name, name))
            return e;
    }
    return NULL;
}

/* ----------------------------------------------------------------- what is kept */

char *store_folder(void)
{
    return g_build_filename(g_get_user_data_dir(), "deep-photo-style", "networks", NULL);
}

char *store_file(const char *name, const char *end)
{
    char *folder = store_folder(), *file = g_strconcat(name, end, NULL);
    char *path = g_build_filename(folder, file, NULL);

    g_free(file);
    g_free(folder);
    return path;
}

/* What can be part of a file's name everywhere, and isn't taken for an option or a file. */
static gboolean is_name(const char *name)
{
    if (!g_ascii_isalnum(*name) || strlen(name) > 60)
        return FALSE;
    for (const char *c = name; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr("_-.", *c))
            return FALSE;
    return !g_str_equal(name, "builtin");
}

gboolean store_is_kept(const char *name)
{
    char *path = store_file(name, STORE_NETWORK);
    gboolean kept = is_name(name) && g_file_test(path, G_FILE_TEST_IS_REGULAR);

    g_free(path);
    return kept;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

char **store_kept(void)
{
    char *folder = store_folder();
    GDir *dir = g_dir_open(folder, 0, NULL);
    GPtrArray *names = g_ptr_array_new();

    for (const char *file = dir ? g_dir_read_name(dir) : NULL; file; file = g_dir_read_name(dir)) {
        if (!g_str_has_suffix(file, STORE_NETWORK))
            continue;
        char *name = g_strndup(file, strlen(file) - strlen(STORE_NETWORK));
        if (store_is_kept(name))
            g_ptr_array_add(names, name);
        else
            g_free(name);
    }
    if (dir)
        g_dir_close(dir);
    g_free(folder);
    g_ptr_array_sort(names, compare);
    g_ptr_array_add(names, NULL);
    return (char **) g_ptr_array_free(names, FALSE);
}

gboolean store_resolve(char **network, GError **error)
{
    char *name = *network;

    if (!name || !is_name(name) || g_file_test(name, G_FILE_TEST_EXISTS))
        return TRUE;
    if (store_is_kept(name)) {
        *network = store_file(name, STORE_NETWORK);
        g_free(name);
        return TRUE;
    }
    GPtrArray *entries = store_entries(NULL);
    const StoreEntry *known = entries ? store_find(entries, name) : NULL;
    if (known)
        g_set_error(error, STORE_ERROR, STORE_ERROR_UNKNOWN,
                    _("%s isn't there yet; “photo-style networks fetch %s” fetches it."),
                    known->title, name);
    if (entries)
        g_ptr_array_unref(entries);
    return !known;
}

/* ----------------------------------------------------------------------- origin */

static char *text_of(GKeyFile *file, const char *key)
{
    char *text = g_key_file_get_string(file, GROUP, key, NULL);

    return text ? text : g_strdup("");
}

void store_origin(const char *name, StoreOrigin *origin)
{
    char *path = store_file(name, STORE_ORIGIN);
    GKeyFile *file = g_key_file_new();

    g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL);
    origin->title = text_of(file, "title");
    origin->source = text_of(file, "source");
    origin->licence = text_of(file, "licence");
    origin->sha256 = text_of(file, "sha256");
    origin->bytes = g_key_file_get_int64(file, GROUP, "bytes", NULL);
    g_key_file_unref(file);
    g_free(path);
}

void store_origin_clear(StoreOrigin *origin)
{
    g_free(origin->title);
    g_free(origin->source);
    g_free(origin->licence);
    g_free(origin->sha256);
}

static gboolean write_origin(const char *name, const char *title, const char *sha256,
                             const char *from, const StoreEntry *entry, GError **error)
{
    char *path = store_file(name, STORE_ORIGIN);
    GKeyFile *file = g_key_file_new();

    g_key_file_set_string(file, GROUP, "title", title);
    g_key_file_set_string(file, GROUP, "source", entry ? entry->source : from);
    if (entry)
        g_key_file_set_string(file, GROUP, "licence", entry->licence);
    g_key_file_set_string(file, GROUP, "sha256", sha256);
    gboolean good = g_key_file_save_to_file(file, path, error);
    g_key_file_unref(file);
    g_free(path);
    return good;
}

/* ------------------------------------------------------------------------ sums */

char *store_sha256(const char *file, GCancellable *cancellable, GError **error)
{
    GFile *from = g_file_new_for_path(file);
    GFileInputStream *stream = g_file_read(from, cancellable, error);
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize room = 1 << 18;
    guchar *bytes = g_malloc(room);
    gssize got = stream ? 1 : -1;
    char *text = NULL;

    while (got > 0) {
        got = g_input_stream_read(G_INPUT_STREAM(stream), bytes, room, cancellable, error);
        if (got > 0)
            g_checksum_update(sum, bytes, got);
    }
    if (got == 0)
        text = g_strdup(g_checksum_get_string(sum));
    g_free(bytes);
    g_checksum_free(sum);
    if (stream)
        g_object_unref(stream);
    g_object_unref(from);
    return text;
}

gboolean store_verify(const char *name, GCancellable *cancellable, GError **error)
{
    char *path = store_file(name, STORE_NETWORK), *sum = NULL;
    StoreOrigin origin;
    gboolean good = FALSE;

    store_origin(name, &origin);
    if (!store_is_kept(name))
        g_set_error(error, STORE_ERROR, STORE_ERROR_UNKNOWN,
                    _("no network called %s is kept; “photo-style networks list” shows which are."),
                    name);
    else if (!*origin.sha256)
        g_set_error(
            error, STORE_ERROR, STORE_ERROR_CHANGED,
            _("%s: it isn't known what this file was when it came; remove it, and fetch or import "
              "the network again."),
            path);
    else if ((sum = store_sha256(path, cancellable, error))) {
        good = g_str_equal(sum, origin.sha256);
        if (!good)
            g_set_error(
                error, STORE_ERROR, STORE_ERROR_CHANGED,
                _("%s: the file isn't what it was when it came; remove it, and fetch or import the "
                  "network again."),
                path);
    }
    store_origin_clear(&origin);
    g_free(sum);
    g_free(path);
    return good;
}

/* --------------------------------------------------------------------- keeping */

static bool is_cancelled(void *data)
{
    return g_cancellable_is_cancelled(data);
}

/* The network of a file into another, which is new. */
static gboolean copy_network(const char *file, const char *to, GCancellable *cancellable,
                             DpsNetwork *network, GError **error)
{
    const DpsWork work = { .cancelled = cancellable ? is_cancelled : NULL, .data = cancellable };
    DpsMessage message = { 0 };
    DpsStatus status = dps_network_import(file, to, &work, network, &message);

    if (status == DPS_CANCELLED)
        g_cancellable_set_error_if_cancelled(cancellable, error);
    else if (status) {
        char *text = translate_message(&message);
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_FILE, text);
        g_free(text);
    }
    return status == DPS_OK;
}

static gboolean check_name(const char *name, GError **error)
{
    if (!is_name(name))
        g_set_error(error, STORE_ERROR, STORE_ERROR_UNKNOWN,
                    _("“%s” can't be a network's name; use letters, digits, “_”, “-” and “.”."),
                    name);
    else if (store_is_kept(name))
        g_set_error(
            error, STORE_ERROR, STORE_ERROR_FILE,
            _("a network called %s is kept already; give this one another name, or remove that "
              "one."),
            name);
    else
        return TRUE;
    return FALSE;
}

char *store_keep(const char *file, const char *name, const StoreEntry *entry,
                 GCancellable *cancellable, DpsNetwork *network, GError **error)
{
    char *folder = store_folder(), *unfinished = g_build_filename(folder, "XXXXXX.tmp", NULL);
    char *kept = NULL, *sum = NULL, *final = NULL;
    int fd = -1;

    if (name && !check_name(name, error))
        goto end;
    if (g_mkdir_with_parents(folder, 0777) != 0 || (fd = g_mkstemp_full(unfinished, 0, 0666)) < 0) {
        g_set_error(
            error, STORE_ERROR, STORE_ERROR_FILE,
            _("%s: networks can't be kept in this folder; look at its permissions and disk."),
            folder);
        goto end;
    }
    g_close(fd, NULL);
    if (copy_network(file, unfinished, cancellable, network, error) &&
        (sum = store_sha256(unfinished, cancellable, error))) {
        kept = g_strdup(name ? name : network->name);
        final = store_file(kept, STORE_NETWORK);
        if (!check_name(kept, error) ||
            !write_origin(kept, network->title, sum, file, entry, error) ||
            g_rename(unfinished, final) != 0) {
            if (error && !*error)
                g_set_error(error, STORE_ERROR, STORE_ERROR_FILE, _("%s: can't be written."),
                            final);
            g_clear_pointer(&kept, g_free);
        }
    }
    if (!kept)
        g_unlink(unfinished);
end:
    g_free(final);
    g_free(sum);
    g_free(unfinished);
    g_free(folder);
    return kept;
}
