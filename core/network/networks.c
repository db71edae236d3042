/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What all networks have in common: recording them, and choosing among their layers. */

#include "networks.h"
#include "decimal.h"
#include "message.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Drops the layers from `first` on. */
static void cut(Network *n, int first)
{
    for (int i = first; i < n->layers; i++) {
        if (n->layer[i].borrowed)
            continue;
        if (n->layer[i].conv)
            n->dev->be->conv_drop(n->layer[i].conv);
        if (n->layer[i].second)
            n->dev->be->conv_drop(n->layer[i].second);
        if (n->layer[i].scale)
            n->dev->be->drop(n->layer[i].scale);
        if (n->layer[i].shift)
            n->dev->be->drop(n->layer[i].shift);
    }
    n->layers = first;
}

void network_free(Network *n)
{
    if (!n)
        return;
    cut(n, 0);
    free(n);
}

void network_record(const Network *n, int layers, Tape *t, Node *node[NETWORK_LAYERS])
{
    for (int i = 0; i < layers; i++) {
        const Layer *l = &n->layer[i];
        Node *x = l->from == NETWORK_INPUT ? tape_input(t) : node[l->from];
        switch (l->kind) {
        case LAYER_CONV:
            node[i] = tape_conv(t, x, l->conv);
            break;
        case LAYER_JOIN:
            node[i] = tape_join(t, x, l->conv, l->second);
            break;
        case LAYER_APPEND:
            node[i] = tape_append(t, node[l->other], x, l->conv);
            break;
        case LAYER_SUM:
            node[i] = tape_sum(t, x, node[l->other]);
            break;
        case LAYER_RECTIFY:
            node[i] = tape_rectify(t, x, l->scale, l->shift);
            break;
        case LAYER_POOL:
            node[i] = tape_pool(t, x, &l->pool, l->ceil);
            break;
        }
    }
}

int network_add_pool(Network *n, int from, PoolKind kind, bool ceil)
{
    n->layer[n->layers] = (Layer){ .kind = LAYER_POOL,
                                   .from = from,
                                   .planes = from == NETWORK_INPUT ? 3 : n->layer[from].planes,
                                   .pool = { .kind = kind, .k = 2, .stride = 2 },
                                   .ceil = ceil };
    return n->layers++;
}

int network_add_conv(Network *n, int from, const ConvShape *shape, const float *weight,
                     const float *bias)
{
    Conv *conv = n->dev->be->conv_new(n->dev, shape, weight, bias);

    if (!conv)
        return -1;
    n->layer[n->layers] =
        (Layer){ .kind = LAYER_CONV, .from = from, .planes = shape->cout, .conv = conv };
    return n->layers++;
}

/* Makes a network's style weights add up to a sum. */
static void scale_shares(double *share, int count, double sum)
{
    double total = 0;

    for (int i = 0; i < count; i++)
        total += share[i];
    for (int i = 0; i < count; i++)
        share[i] *= sum / total;
}

void network_add_ensemble(Network *n, const Network *other, double share, bool content)
{
    int before = n->layers;

    scale_shares(n->share, n->styles, 1 - share);
    for (int i = 0; i < other->layers; i++) {
        Layer *l = &n->layer[n->layers++];
        *l = other->layer[i];
        l->from += l->from == NETWORK_INPUT ? 0 : before;
        l->other += before;
        l->borrowed = true;
    }
    for (int i = 0; i < other->styles; i++) {
        n->style[n->styles + i] = other->style[i] + before;
        n->share[n->styles + i] = other->share[i];
    }
    scale_shares(n->share + n->styles, other->styles, share);
    n->styles += other->styles;
    if (content) {
        n->contents = other->contents;
        for (int i = 0; i < other->contents; i++) {
            n->content[i] = other->content[i] + before;
            n->content_share[i] = other->content_share[i];
        }
    }
    n->least = other->least > n->least ? other->least : n->least;
}

DpsStatus network_check_size(const Network *n, int width, int height, DpsMessage *message)
{
    if (width >= n->least && height >= n->least)
        return DPS_OK;
    say(message, DPS_SAY_TOO_SMALL,
        N_("At this size a picture is %d by %d pixels, but %s needs %d by %d at least; choose a "
           "larger size or another network."),
        width, height, n->name, n->least, n->least);
    return DPS_BAD_INPUT;
}

/* ------------------------------------------------------------------ choosing */

/* A layer by name, -1 and a sentence when there is none. */
static int find_layer(const Network *n, const char *name, int length, DpsMessage *message)
{
    for (int i = 0; i < n->layers; i++)
        if (*n->layer[i].name && (int) strlen(n->layer[i].name) == length &&
            strncmp(n->layer[i].name, name, (size_t) length) == 0)
            return i;
    char names[DPS_MESSAGE / 2];
    size_t at = 0;
    *names = '\0';
    for (int i = 0; i < n->layers && at < sizeof names; i++)
        if (*n->layer[i].name)
            at += (size_t) snprintf(names + at, sizeof names - at, "%s%s", at ? " " : "",
                                    n->layer[i].name);
    say(message, DPS_SAY_BAD_OPTION, N_("%s has no layer \"%.*s\"; its layers are %s."), n->name,
        length < 40 ? length : 40, name, names);
    return -1;
}

/* One entry of a list, up to a comma: a name, or name=weight.  Returns what follows it. */
static const char *read_entry(const Network *n, const char *text, int *layer, double *weight,
                              DpsMessage *message)
{
    text += strspn(text, " ");
    size_t whole = strcspn(text, ","), length = strcspn(text, " =,");
    const char *equals = memchr(text, '=', whole);

    *weight = 1;
    *layer = find_layer(n, text, (int) length, message);
    if (*layer < 0)
        return NULL;
    const char *rest = text + length + strspn(text + length, " ");
    if (equals && rest == equals) {
        const char *end = decimal_read(equals + 1, weight);
        rest = end == equals + 1 ? equals : end + strspn(end, " ");
    }
    if (rest != text + whole || !(*weight > 0 && *weight <= 1e6)) {
        say(message, DPS_SAY_BAD_OPTION,
            N_("\"%.*s\" does not choose a layer; write its name, or name=weight with a weight "
               "above 0, and commas between them."),
            whole < 60 ? (int) whole : 60, text);
        return NULL;
    }
    return rest;
}

/* The layers of a list and their shares, for which there is room: fewer layers have names.  `kind` is a
 * word: "style".  Returns how many; 0 and a sentence for a list that can't be followed. */
static int choose_layers(const Network *n, const char *list, const char *kind, int *chosen,
                         double *share, DpsMessage *message)
{
    int count = 0;
    bool more = true;

    for (const char *at = list; more; at++) {
        int layer;
        double weight;
        if (!(at = read_entry(n, at, &layer, &weight, message)))
            return 0;
        for (int i = 0; i < count; i++)
            if (chosen[i] == layer) {
                say(message, DPS_SAY_BAD_OPTION,
                    N_("The %s layer %s is named twice; name it once."), kind,
                    n->layer[layer].name);
                say_word(message, 0);
                return 0;
            }
        chosen[count] = layer;
        share[count++] = weight;
        more = *at == ',';
    }
    return count;
}

DpsStatus network_choose(Network *n, const NetworkChoice *c, DpsMessage *message)
{
    if (c && c->style && *c->style &&
        !(n->styles = choose_layers(n, c->style, N_("style"), n->style, n->share, message)))
        return DPS_BAD_INPUT;
    if (c && c->content && *c->content &&
        !(n->contents = choose_layers(n, c->content, N_("content"), n->content, n->content_share,
                                      message)))
        return DPS_BAD_INPUT;
    int last = 0;
    for (int i = 0; i < n->contents; i++)
        last = n->content[i] > last ? n->content[i] : last;
    for (int i = 0; i < n->styles; i++)
        last = n->style[i] > last ? n->style[i] : last;
    cut(n, last + 1);
    return DPS_OK;
}
