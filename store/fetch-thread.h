/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* fetch-thread.h - a network that is being fetched, by a thread of its own.
 *
 * For a program that shows how far it is: it asks now and then.  fetch.h says what fetching does. */

#ifndef FETCH_THREAD_H
#define FETCH_THREAD_H

#include "fetch.h"

typedef struct FetchThread FetchThread;

/* The entry must live until fetch_thread_end. */
FetchThread *fetch_thread_start(const StoreEntry *entry, int patience);

/* Bytes of the file that are here, and how many come per second.  FALSE: it is over. */
gboolean fetch_thread_look(FetchThread *thread, gint64 *done, double *rate);

/* Has it end soon. */
void fetch_thread_cancel(FetchThread *thread);

/* Waits until it is over, and frees it.  The result and the error of fetch_network. */
gboolean fetch_thread_end(FetchThread *thread, GError **error);

#endif
