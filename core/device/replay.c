/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "replay.h"

#define TRIES 3

void replay_run(Replay *r, Device *dev, void (*work)(void *data), void *data)
{
    const Backend *be = dev->be;

    if (!be->replay || r->refused == TRIES || !r->warm) {
        r->warm = true;
        work(data);
        return;
    }
    if (r->kept && be->replay(r->kept))
        return;
    replay_drop(r, dev);
    be->record_begin(dev);
    work(data);
    r->kept = be->record_end(dev);
    if (r->kept && be->replay(r->kept)) {
        r->refused = 0;
        return;
    }
    r->refused++;
    work(data);
}

void replay_drop(Replay *r, Device *dev)
{
    if (r->kept)
        dev->be->recording_drop(r->kept);
    r->kept = NULL;
}
