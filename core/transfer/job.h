/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* job.h - whether a job can be run, and how much memory it takes: everything that is known before
 * anything is computed or allocated; and what a result says besides its picture. */

#ifndef JOB_H
#define JOB_H

#include "options.h"

/* Checks pictures, options and masks and makes the schedule.  DPS_OK, or DPS_BAD_INPUT and a
 * sentence. */
DpsStatus job_check(const DpsJob *, Schedule *, DpsMessage *message);

/* Whether a learnt style takes the place of the optimisation. */
bool job_learnt(const DpsJob *);

/* Whether a look takes the place of all that a transfer does. */
bool job_look(const DpsJob *);

/* Compares dps_estimate, which *bytes becomes, with the memory that may be had.  DPS_OK, or DPS_NO_MEMORY
 * and a sentence. */
DpsStatus job_check_memory(const DpsJob *, size_t *bytes, DpsMessage *message);

/* Where to say (message.h) what was done differently; NULL: no more room. */
DpsMessage *job_notice(DpsResult *);

/* Says what a status means, where nobody has said more: that it was cancelled always. */
void job_explain(DpsStatus status, DpsMessage *message);

#endif
