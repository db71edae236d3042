/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* dps-message.h - what the engine says, in sentences that programs can tell apart and translate.  A part of dps.h,
 * which includes it. */

#ifndef DPS_MESSAGE_H
#define DPS_MESSAGE_H

#include <stddef.h>

/* What the engine has to say, for programs to tell one thing from another. */
typedef enum {
    DPS_SAY_NOTHING,
    /* why there is no result */
    DPS_SAY_CANCELLED,
    DPS_SAY_NO_MEMORY,
    DPS_SAY_DEVICE_FAILED,
    DPS_SAY_BAD_PICTURE,
    DPS_SAY_BAD_REGIONS,
    DPS_SAY_BAD_OPTION,
    DPS_SAY_BAD_FILE,  /* a network's file */
    DPS_SAY_TOO_SMALL, /* for the network */
    DPS_SAY_NO_DEVICE, /* such a device isn't there, or can't be used; also a notice */
    /* what was done differently: notices */
    DPS_SAY_PROCESSOR, /* computes in place of a GPU */
    DPS_SAY_SMALLER,   /* parameter 0: the working size */
    DPS_SAY_LEFT_OUT,  /* of a benchmark */
    DPS_SAY_PAINTING,
    DPS_SAY_OTHER_NETWORK,
    DPS_SAY_WILD_STYLE, /* values beyond black and white; parameters: least, greatest */
    DPS_SAY_FLAT,       /* the result has hardly any contrast; parameter: how much, in per cent */
    DPS_SAY_NO_REGION,  /* that a strength could count for; parameter 0: its name */
    /* why a region isn't matched; parameter 0: its name */
    DPS_SAY_KEPT,     /* the style lacks it: it keeps its look */
    DPS_SAY_UNHELD,   /* the style lacks it, and the preset reference changes it all the same */
    DPS_SAY_BORROWED, /* the style lacks it; parameter 1: what it uses instead */
    DPS_SAY_UNUSED,   /* the content lacks it */
    /* what is odd about one that is matched; parameter 0: its name */
    DPS_SAY_APART     /* it lies much higher in one photo than in the other */
} DpsCode;

/* "no-memory", "size-reduced" and so on, for reports. */
const char *dps_code_name(DpsCode code);

#define DPS_MESSAGE 512
#define DPS_PARAMETERS 6

/* A number, or a text: where in texts, else -1. */
typedef struct {
    double number;
    int text;
} DpsParameter;

/* A sentence that says what is wrong or was done differently, where, and what to do.  `text` is the
 * English one.  A zeroed one says nothing. */
typedef struct {
    DpsCode code;
    const char
        *format; /* as printf's, of the text without its name: what a translator translates */
    int name;    /* of what it is about, put before it: where in texts, else -1 */
    int parameters;
    DpsParameter parameter[DPS_PARAMETERS];
    unsigned words; /* bit i: parameter i is a word of the engine's own, to be translated, too */
    int used;       /* of texts */
    char texts[DPS_MESSAGE];
    char text[DPS_MESSAGE];
} DpsMessage;

/* The message in another language: `translate` gives the translation of an English text, as gettext
 * does; NULL: English.  In a translation parameters may change places: "%2$s".  At most `size` bytes,
 * with a 0 at the end. */
void dps_message_print(const DpsMessage *message, const char *(*translate)(const char *english),
                       char *text, size_t size);

/* A sentence of a program's own, which is copied. */
void dps_message_set(DpsMessage *message, DpsCode code, const char *sentence);

#endif
