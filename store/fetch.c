/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

char *fetch_size(const StoreEntry *entry)
{
    return g_format_size((guint64) entry->bytes);
}

#ifdef HAVE_SOUP

#include <libsoup/soup.h>

#define TRIES 3
#define BLOCK (1 << 16)
#define STEP (1 << 20) /* bytes that make a try worth another three */

typedef struct {
    const StoreEntry *entry;
    SoupSession *session;
    GCancellable *cancellable;
    FetchProgress progress;
    gpointer data;
    char *path; /* of the part */
    int fd;
    gint64 done, before; /* bytes in the part; when this run began */
    gint64 begun, next;  /* monotonic microseconds; the next report */
} Fetch;

gboolean fetch_possible(GError **error)
{
    return TRUE;
}

static void report(Fetch *f)
{
    gint64 now = g_get_monotonic_time();

    if (!f->progress || now < f->next)
        return;
    f->next = now + G_USEC_PER_SEC / 10;
    f->progress(f->done,
                (double) (f->done - f->before) * G_USEC_PER_SEC / (double) (now - f->begun + 1),
                f->data);
}

static gboolean disk_error(const Fetch *f, int number, GError **error)
{
    g_set_error(error, STORE_ERROR, STORE_ERROR_FILE, _("%s: can't be written (%s)."), f->path,
                g_strerror(number));
    return FALSE;
}

/* Opens the part for this process alone, and leaves what it has if that can be a beginning. */
static gboolean open_part(Fetch *f, GError **error)
{
    char *folder = store_folder();

    g_mkdir_with_parents(folder, 0777);
    g_free(folder);
    f->fd = g_open(f->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (f->fd < 0)
        return disk_error(f, errno, error);
    if (flock(f->fd, LOCK_EX | LOCK_NB) != 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FILE,
                    _("%s: another program is fetching this network; wait for it."), f->path);
        return FALSE;
    }
    f->done = lseek(f->fd, 0, SEEK_END);
    return TRUE;
}

/* Forgets what the part has. */
static gboolean begin_anew(Fetch *f, GError **error)
{
    f->done = f->before = 0;
    f->begun = g_get_monotonic_time();
    return (ftruncate(f->fd, 0) == 0 && lseek(f->fd, 0, SEEK_SET) == 0) ||
           disk_error(f, errno, error);
}

/* Room for what is to come, and for the network that is made from it. */
static gboolean check_room(const Fetch *f, GError **error)
{
    GFile *file = g_file_new_for_path(f->path);
    GFileInfo *info = g_file_query_filesystem_info(file, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL,
                                                   NULL);
    guint64 needed = (guint64) (2 * f->entry->bytes - f->done), room = needed;

    if (info && g_file_info_has_attribute(info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE))
        room = g_file_info_get_attribute_uint64(info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE);
    g_clear_object(&info);
    g_object_unref(file);
    if (room >= needed)
        return TRUE;
    char *wanted = g_format_size(needed), *there = g_format_size(room);
    g_set_error(error, STORE_ERROR, STORE_ERROR_FILE,
                _("%s: %s are needed on this disk for a while, and there are %s; make room first."),
                f->path, wanted, there);
    g_free(wanted);
    g_free(there);
    return FALSE;
}

/* ------------------------------------------------------------------- one request */

typedef enum { DONE, AGAIN, GIVEN_UP } Outcome;

static Outcome network_error(const Fetch *f, const char *reason, Outcome outcome, GError **error)
{
    g_clear_error(error);
    g_set_error(
        error, STORE_ERROR, STORE_ERROR_NETWORK,
        _("%s can't be fetched: %s; look at the connection and the proxy, or fetch the file "
          "elsewhere and use “photo-style networks import”."),
        f->entry->source, reason);
    return outcome;
}

/* What the server's answer means for the part. */
static Outcome judge(Fetch *f, SoupMessage *message, GError **error)
{
    SoupMessageHeaders *headers = soup_message_get_response_headers(message);
    guint status = soup_message_get_status(message);
    goffset start, end, total, length;

    if (status == SOUP_STATUS_PARTIAL_CONTENT &&
        soup_message_headers_get_content_range(headers, &start, &end, &total) && start == f->done &&
        (total == f->entry->bytes || total == -1))
        return DONE;
    if (status == SOUP_STATUS_PARTIAL_CONTENT ||
        status == SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE)
        return begin_anew(f, error) ? network_error(f, _("the file there is another"), AGAIN, error)
                                    : GIVEN_UP;
    if (status != SOUP_STATUS_OK) {
        char *reason = g_strdup_printf(_("the server says “%u %s”"), status,
                                       soup_message_get_reason_phrase(message));
        network_error(f, reason, 0, error);
        g_free(reason);
        return status >= 500 ? AGAIN : GIVEN_UP;
    }
    length = soup_message_headers_get_content_length(headers);
    if (soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CONTENT_LENGTH &&
        length != f->entry->bytes)
        return network_error(f, _("the file there has another size"), GIVEN_UP, error);
    return f->done == 0 || begin_anew(f, error) ? DONE : GIVEN_UP; /* it has no ranges */
}

static Outcome receive(Fetch *f, GInputStream *stream, GError **error)
{
    char *block = g_malloc(BLOCK);
    gssize got = 0;
    Outcome outcome = DONE;

    while (outcome == DONE &&
           (got = g_input_stream_read(stream, block, BLOCK, f->cancellable, error)) > 0) {
        for (gssize at = 0; at < got && outcome == DONE;) {
            ssize_t n = write(f->fd, block + at, (size_t) (got - at));
            if (n < 0 && errno != EINTR) {
                disk_error(f, errno, error);
                outcome = GIVEN_UP;
            }
            at += MAX(n, 0);
        }
        f->done += got;
        if (f->done > f->entry->bytes) {
            begin_anew(f, NULL);
            outcome = network_error(f, _("the file there is longer than it should be"), GIVEN_UP,
                                    error);
        }
        report(f);
    }
    g_free(block);
    if (outcome != DONE || g_cancellable_is_cancelled(f->cancellable))
        return GIVEN_UP;
    if (got < 0) {
        char *reason = g_strdup(error && *error ? (*error)->message : "");
        network_error(f, reason, AGAIN, error);
        g_free(reason);
        return AGAIN;
    }
    return f->done == f->entry->bytes ? DONE
                                      : network_error(f, _("the transfer broke off"), AGAIN, error);
}

static Outcome request(Fetch *f, GError **error)
{
    SoupMessage *message = soup_message_new(SOUP_METHOD_GET, f->entry->source);

    if (!message)
        return network_error(f, _("this is no address"), GIVEN_UP, error);
    SoupMessageHeaders *headers = soup_message_get_request_headers(message);
    soup_message_headers_append(headers, "Accept-Encoding", "identity");
    if (f->done > 0)
        soup_message_headers_set_range(headers, f->done, -1);
    GInputStream *stream = soup_session_send(f->session, message, f->cancellable, error);
    Outcome outcome;
    if (stream) {
        outcome = judge(f, message, error);
        if (outcome == DONE)
            outcome = receive(f, stream, error);
        g_object_unref(stream);
    } else {
        char *reason = g_strdup(error && *error ? (*error)->message : "");
        outcome = g_cancellable_is_cancelled(f->cancellable)
                      ? GIVEN_UP
                      : network_error(f, reason, AGAIN, error);
        g_free(reason);
    }
    g_object_unref(message);
    return outcome;
}

/* Seconds that a cancel cuts short. */
static void pause_for(Fetch *f, int seconds)
{
    for (int i = 0; i < 10 * seconds && !g_cancellable_is_cancelled(f->cancellable); i++)
        g_usleep(G_USEC_PER_SEC / 10);
}

/* Requests until all bytes are here. */
static gboolean transfer(Fetch *f, GError **error)
{
    for (int tries = 1; f->done < f->entry->bytes; tries++) {
        gint64 had = f->done;
        g_clear_error(error);
        Outcome outcome = request(f, error);
        if (outcome == DONE)
            break;
        if (f->done >= had + STEP)
            tries = 1;
        if (outcome == GIVEN_UP || tries == TRIES)
            return FALSE;
        pause_for(f, tries);
    }
    g_clear_error(error);
    return !g_cancellable_set_error_if_cancelled(f->cancellable, error);
}

/* The sum of what has come.  A part that an earlier run began may be of another file: then once more. */
static gboolean check_sum(Fetch *f, gboolean *again, GError **error)
{
    char *sum = store_sha256(f->path, f->cancellable, error);
    gboolean good = sum && g_str_equal(sum, f->entry->sha256);

    *again = sum && !good && f->before > 0;
    if (sum && !good && begin_anew(f, error) && !*again)
        g_set_error(error, STORE_ERROR, STORE_ERROR_CHANGED,
                    _("%s: what comes from there isn't the file that is meant (its SHA-256 is %s); "
                      "nothing was "
                      "kept."),
                    f->entry->source, sum);
    g_free(sum);
    return good;
}

static gboolean fetch_part(Fetch *f, GError **error)
{
    gboolean again = FALSE;

    do {
        f->before = f->done;
        f->begun = g_get_monotonic_time();
        if (!transfer(f, error))
            return FALSE;
        if (check_sum(f, &again, error))
            return TRUE;
    } while (again && !(error && *error));
    return FALSE;
}

gboolean fetch_network(const StoreEntry *entry, int patience, FetchProgress progress, gpointer data,
                       GCancellable *cancellable, GError **error)
{
    GError *trouble = NULL;
    DpsNetwork network;
    Fetch f = { .entry = entry,
                .cancellable = cancellable,
                .progress = progress,
                .data = data,
                .path = store_file(entry->name, STORE_PART),
                .fd = -1 };

    f.session = soup_session_new_with_options("timeout", (guint) patience, "user-agent",
                                              "deep-photo-style/" DPS_VERSION, NULL);
    soup_session_remove_feature_by_type(f.session, SOUP_TYPE_CONTENT_DECODER);
    if (open_part(&f, &trouble) && check_room(&f, &trouble) && fetch_part(&f, &trouble)) {
        char *name = store_keep(f.path, entry->name, entry, cancellable, &network, &trouble);
        if (name)
            g_unlink(f.path);
        g_free(name);
    } else if (f.fd >= 0 && f.done == 0)
        g_unlink(f.path);
    if (f.fd >= 0)
        close(f.fd);
    g_object_unref(f.session);
    g_free(f.path);
    if (trouble)
        g_propagate_error(error, trouble);
    return !trouble;
}

#else

gboolean fetch_possible(GError **error)
{
    g_set_error(error, STORE_ERROR, STORE_ERROR_NETWORK,
                _("this program was built without libsoup 3 and can't fetch; get the file with a "
                  "browser and use "
                  "“photo-style networks import”."));
    return FALSE;
}

gboolean fetch_network(const StoreEntry *entry, int patience, FetchProgress progress, gpointer data,
                       GCancellable *cancellable, GError **error)
{
    return fetch_possible(error);
}

#endif
