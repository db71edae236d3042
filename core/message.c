/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "message.h"

#include <stdio.h>
#include <string.h>

#define LONGEST_NAME (DPS_MESSAGE / 2)

static const char *const code_names[] = {
    [DPS_SAY_NOTHING] = "",
    [DPS_SAY_CANCELLED] = "cancelled",
    [DPS_SAY_NO_MEMORY] = "no-memory",
    [DPS_SAY_DEVICE_FAILED] = "device-failed",
    [DPS_SAY_BAD_PICTURE] = "bad-picture",
    [DPS_SAY_BAD_REGIONS] = "bad-regions",
    [DPS_SAY_BAD_OPTION] = "bad-option",
    [DPS_SAY_BAD_FILE] = "bad-file",
    [DPS_SAY_TOO_SMALL] = "too-small",
    [DPS_SAY_NO_DEVICE] = "no-device",
    [DPS_SAY_PROCESSOR] = "processor-used",
    [DPS_SAY_SMALLER] = "size-reduced",
    [DPS_SAY_LEFT_OUT] = "left-out",
    [DPS_SAY_PAINTING] = "paintings-have-no-regions",
    [DPS_SAY_OTHER_NETWORK] = "other-network",
    [DPS_SAY_WILD_STYLE] = "wild-style",
    [DPS_SAY_FLAT] = "flat-result",
    [DPS_SAY_NO_REGION] = "no-such-region",
    [DPS_SAY_KEPT] = "region-kept",
    [DPS_SAY_UNHELD] = "region-not-held",
    [DPS_SAY_BORROWED] = "region-borrowed",
    [DPS_SAY_UNUSED] = "region-unused",
    [DPS_SAY_APART] = "region-apart",
};

const char *dps_code_name(DpsCode code)
{
    return (size_t) code < sizeof code_names / sizeof *code_names ? code_names[code] : "";
}

/* --------------------------------------------------------------------- formats */

/* One conversion of a format: %[flags][width][.precision][size]kind. */
typedef struct {
    const char *begin, *end; /* in the format, end after the kind */
    int number;              /* of the parameter, from 1, as in "%2$s"; 0: the next */
    bool star;               /* ".*" */
    int size;                /* how often l is there */
    char kind;
} Conversion;

/* The next one from `at` on, "%%" not counted; false: there is none. */
static bool next_conversion(const char *at, Conversion *c)
{
    while ((at = strchr(at, '%')) && at[1] == '%')
        at += 2;
    if (!at)
        return false;
    *c = (Conversion){ .begin = at++ };
    size_t digits = strspn(at, "0123456789");
    if (digits && at[digits] == '$') {
        sscanf(at, "%d", &c->number);
        at += digits + 1;
    }
    at += strspn(at, "-+ #0123456789");
    if (*at == '.') {
        c->star = at[1] == '*';
        at += c->star ? 2 : 1 + strspn(at + 1, "0123456789");
    }
    for (; *at == 'l'; at++)
        c->size++;
    c->kind = *at;
    c->end = *at ? at + 1 : at;
    return true;
}

/* Cuts a text to at most `most` bytes, not within a character. */
static int shown_length(const char *text, int most)
{
    int n = 0;

    while (n < most && text[n])
        n++;
    if (text[n])
        while (n > 0 && ((unsigned char) text[n] & 0xc0) == 0x80)
            n--;
    return n;
}

/* Copies a text to the end of the message's; where it is. */
static int keep_text(DpsMessage *m, const char *text, int most)
{
    int at = m->used, room = DPS_MESSAGE - 1 - at;
    int n = shown_length(text, most < room ? most : room);

    for (int i = 0; i < n; i++) {
        unsigned char c = (unsigned char) text[i];
        m->texts[at + i] = c < 0x20 || c == 0x7f ? '?' : text[i];
    }
    m->texts[at + n] = '\0';
    m->used = at + n < DPS_MESSAGE - 1 ? at + n + 1 : at + n;
    return at;
}

/* ---------------------------------------------------------------------- making */

static void keep_parameters(DpsMessage *m, va_list args)
{
    Conversion c;

    for (const char *at = m->format; m->parameters < DPS_PARAMETERS && next_conversion(at, &c);
         at = c.end) {
        DpsParameter *p = &m->parameter[m->parameters++];
        int most = c.star ? va_arg(args, int) : DPS_MESSAGE;
        *p = (DpsParameter){ .text = -1 };
        if (c.kind == 's')
            p->text = keep_text(m, va_arg(args, const char *), most);
        else if (c.kind == 'd')
            p->number = c.size > 1   ? (double) va_arg(args, long long)
                        : c.size > 0 ? (double) va_arg(args, long)
                                     : va_arg(args, int);
        else if (c.kind == 'u')
            p->number = va_arg(args, unsigned);
        else
            p->number = va_arg(args, double);
    }
}

void say_list(DpsMessage *m, DpsCode code, const char *name, const char *format, va_list args)
{
    if (!m)
        return;
    *m = (DpsMessage){ .code = code, .format = format, .name = -1 };
    if (name) {
        size_t length = strlen(name);
        if (length > LONGEST_NAME) {
            char end[LONGEST_NAME + 4];
            name += length - LONGEST_NAME;
            while (((unsigned char) *name & 0xc0) == 0x80)
                name++;
            snprintf(end, sizeof end, "...%s", name);
            m->name = keep_text(m, end, DPS_MESSAGE);
        } else
            m->name = keep_text(m, name, DPS_MESSAGE);
    }
    keep_parameters(m, args);
    dps_message_print(m, NULL, m->text, sizeof m->text);
}

void say(DpsMessage *message, DpsCode code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say_list(message, code, NULL, format, args);
    va_end(args);
}

void say_of(DpsMessage *message, DpsCode code, const char *name, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say_list(message, code, name, format, args);
    va_end(args);
}

void dps_message_set(DpsMessage *message, DpsCode code, const char *sentence)
{
    say(message, code, "%s", sentence);
}

void say_word(DpsMessage *message, int i)
{
    if (message)
        message->words |= 1u << i;
}

/* -------------------------------------------------------------------- printing */

typedef struct {
    char *text;
    size_t size, at;
} Out;

static void put(Out *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length && out->at + 1 < out->size; i++)
        out->text[out->at++] = text[i];
}

/* "%%" is one sign. */
static void put_plain(Out *out, const char *from, const char *to)
{
    for (; from < to; from++) {
        put(out, from, 1);
        from += *from == '%';
    }
}

static void put_number(Out *out, const Conversion *c, double number)
{
    char format[24] = "%", text[64];
    const char *from = c->number ? strchr(c->begin, '$') + 1 : c->begin + 1;
    size_t length = (size_t) (c->end - from) - 1 - (size_t) c->size;

    if (length + 6 > sizeof format)
        return;
    memcpy(format + 1, from, length);
    bool whole = c->kind == 'd' || c->kind == 'u';
    snprintf(format + 1 + length, sizeof format - 1 - length, whole ? "lld" : "%c", c->kind);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (whole)
        snprintf(text, sizeof text, format, (long long) number);
    else
        snprintf(text, sizeof text, format, number);
#pragma GCC diagnostic pop
    put(out, text, strlen(text));
}

static const char *parameter_text(const DpsMessage *m, int i,
                                  const char *(*translate)(const char *) )
{
    const char *text = m->texts + m->parameter[i].text;

    return translate && m->words & 1u << i && *text ? translate(text) : text;
}

void dps_message_print(const DpsMessage *m, const char *(*translate)(const char *), char *text,
                       size_t size)
{
    const char *at = !m->format ? "" : translate ? translate(m->format) : m->format;
    Out out = { text, size, 0 };
    Conversion c;

    if (!size)
        return;
    if (m->format && m->name >= 0) {
        put(&out, m->texts + m->name, strlen(m->texts + m->name));
        put(&out, ": ", 2);
    }
    for (int next = 0; next_conversion(at, &c); at = c.end) {
        int i = c.number ? c.number - 1 : next++;
        put_plain(&out, at, c.begin);
        if (i < 0 || i >= m->parameters)
            continue;
        if (m->parameter[i].text >= 0) {
            const char *value = parameter_text(m, i, translate);
            put(&out, value, strlen(value));
        } else if (c.kind != 's')
            put_number(&out, &c, m->parameter[i].number);
    }
    put_plain(&out, at, at + strlen(at));
    while (out.at + 1 == out.size && out.at > 0 && ((unsigned char) text[out.at - 1] & 0x80))
        out.at--; /* perhaps half a character */
    text[out.at] = '\0';
}
