/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* thread-order.c - tells ThreadSanitizer what GLib orders among threads.
 *
 * GLib's locks are its own, and a distribution's GLib is not built with the sanitizer, which therefore sees
 * nothing of them and would take every hand-over for a race.  Preloaded (LD_PRELOAD), this library stands between a
 * program and GLib: mutexes, conditions, and tasks that run in a thread.  It is harmless in programs without the
 * sanitizer.  tools/threads.sh compiles and uses it. */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <gio/gio.h>

/* Of the sanitizer's runtime, where the program has it. */
#pragma weak __tsan_acquire
#pragma weak __tsan_release
void __tsan_acquire(void *at);
void __tsan_release(void *at);

static void acquire(gpointer at)
{
    if (__tsan_acquire)
        __tsan_acquire(at);
}

static void release(gpointer at)
{
    if (__tsan_release)
        __tsan_release(at);
}

/* GLib's own function of this name. */
#define REAL(name)                                        \
    static __typeof__(name) *real;                        \
    if (!real)                                            \
        real = (__typeof__(name) *) dlsym(RTLD_NEXT, #name)

/* ------------------------------------------------------------- mutexes, conditions */

void g_mutex_lock(GMutex *mutex)
{
    REAL(g_mutex_lock);
    real(mutex);
    acquire(mutex);
}

gboolean g_mutex_trylock(GMutex *mutex)
{
    REAL(g_mutex_trylock);
    gboolean locked = real(mutex);
    if (locked)
        acquire(mutex);
    return locked;
}

void g_mutex_unlock(GMutex *mutex)
{
    REAL(g_mutex_unlock);
    release(mutex);
    real(mutex);
}

void g_cond_wait(GCond *cond, GMutex *mutex)
{
    REAL(g_cond_wait);
    release(mutex);
    real(cond, mutex);
    acquire(mutex);
}

gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end)
{
    REAL(g_cond_wait_until);
    release(mutex);
    gboolean told = real(cond, mutex, end);
    acquire(mutex);
    return told;
}

/* -------------------------------------------------------------------------- tasks */

typedef struct {
    GAsyncReadyCallback callback;
    gpointer data;
} Told;

static void on_ready(GObject *source, GAsyncResult *result, gpointer data)
{
    Told *told = data;
    acquire(result);
    told->callback(source, result, told->data);
    g_free(told);
}

GTask *(g_task_new) (gpointer source, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    GTask *(*real)(gpointer, GCancellable *, GAsyncReadyCallback, gpointer) = dlsym(RTLD_NEXT, "g_task_new");
    if (!callback)
        return real(source, cancellable, NULL, data);
    Told *told = g_new(Told, 1);
    *told = (Told) { callback, data };
    return real(source, cancellable, on_ready, told);
}

static void in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    GTaskThreadFunc function = g_object_get_data(G_OBJECT(task), "thread-order");
    acquire(task);
    function(task, source, data, cancellable);
    release(task);
}

void g_task_run_in_thread(GTask *task, GTaskThreadFunc function)
{
    REAL(g_task_run_in_thread);
    g_object_set_data(G_OBJECT(task), "thread-order", (gpointer) function);
    release(task);
    real(task, in_thread);
}
