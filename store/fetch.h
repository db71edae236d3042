/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* fetch.h - a network from where its authors publish it, into the store.
 *
 * Nothing is fetched that the user hasn't agreed to: who calls this asks first.  What has come stays in
 * NAME.part when the transfer breaks off or is cancelled, and the next time goes on behind it where the
 * server can.  Nothing counts before its SHA-256 is the one in the list.  Needs libsoup 3; without it there
 * is a sentence.  Blocks: for a thread of its own. */

#ifndef FETCH_H
#define FETCH_H

#include "store.h"

#define FETCH_PATIENCE 30 /* seconds without a byte after which a server is given up */

/* Told now and then, in the calling thread: bytes of the file that are here, and how many come per second. */
typedef void (*FetchProgress)(gint64 done, double rate, gpointer data);

/* Whether this build can fetch at all. */
gboolean fetch_possible(GError **error);

/* The size in words ("575 MB"), to be freed. */
char *fetch_size(const StoreEntry *entry);

/* Fetches the network, checks it, and keeps it under its name; tries three times in a row.  FALSE and an error:
 * G_IO_ERROR_CANCELLED, or one of STORE_ERROR. */
gboolean fetch_network(const StoreEntry *entry, int patience, FetchProgress progress, gpointer data,
                       GCancellable *cancellable, GError **error);

#endif
