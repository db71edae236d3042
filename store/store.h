/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* store.h - trained networks: which can be fetched, and those that are kept for the user.
 *
 * Networks are kept in the user's data folder as NAME.safetensors, with what is known of their origin beside
 * them in NAME.origin; a name is what --network and the dialog take.  What can be fetched is said by
 * data/networks.ini, or by the file that the environment's DPS_NETWORKS names.  Fetching itself is
 * fetch.h's.  Blocks; all functions may be called from any thread. */

#ifndef STORE_H
#define STORE_H

#include <gio/gio.h>

#include "dps.h"

typedef enum {
    STORE_ERROR_UNKNOWN, /* there is no such network */
    STORE_ERROR_FILE,    /* a file can't be read, used or written */
    STORE_ERROR_CHANGED, /* a file isn't what it was, or what it should be */
    STORE_ERROR_NETWORK  /* fetching failed */
} StoreError;

#define STORE_ERROR (store_error_quark())
GQuark store_error_quark(void);

/* A network that can be fetched. */
typedef struct {
    char *name, *title, *source, *sha256, *licence;
    gint64 bytes; /* of the file at `source` */
} StoreEntry;

/* All of them, in the order of the file; NULL and an error where that can't be read.  To be unreffed. */
GPtrArray *store_entries(GError **error);

/* By name; NULL: there is none. */
const StoreEntry *store_find(GPtrArray *entries, const char *name);

/* The folder, and a file in it: NAME and `end`.  To be freed. */
char *store_folder(void);
char *store_file(const char *name, const char *end);
#define STORE_NETWORK ".safetensors"
#define STORE_ORIGIN ".origin"
#define STORE_PART ".part"

/* The names of what is kept, sorted; to be freed with g_strfreev. */
char **store_kept(void);
gboolean store_is_kept(const char *name);

/* Where an option calls a network by the name of one that is kept, and no file is called so, its file takes the
 * name's place; *network is freed then.  FALSE and an error for one that has yet to be fetched. */
gboolean store_resolve(char **network, GError **error);

/* What is known of a kept network. */
typedef struct {
    char *title, *source, *licence, *sha256; /* "" where unknown */
    gint64 bytes;
} StoreOrigin;
void store_origin(const char *name, StoreOrigin *origin);
void store_origin_clear(StoreOrigin *origin);

/* Keeps the network of a file under a name (NULL: its architecture's), which must be free; *network is told
 * what it is.  `entry` is where the file is from, NULL: the user.  Returns the name, to be freed. */
char *store_keep(const char *file, const char *name, const StoreEntry *entry,
                 GCancellable *cancellable, DpsNetwork *network, GError **error);

/* Whether a kept network's file is what it was when it came. */
gboolean store_verify(const char *name, GCancellable *cancellable, GError **error);

/* The SHA-256 of a file, to be freed. */
char *store_sha256(const char *file, GCancellable *cancellable, GError **error);

#endif
