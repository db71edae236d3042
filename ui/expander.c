/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "expander.h"

GtkWidget *expander_new(const char *label, GtkWidget *child)
{
    GtkWidget *expander = gtk_expander_new_with_mnemonic(label);

    gtk_container_add(GTK_CONTAINER(expander), child);
    /* GTK 3 maps a visible child together with what is around the expander, even while it is folded: it isn't
     * drawn, but Tab comes to it. */
    g_object_bind_property(expander, "expanded", child, "visible", G_BINDING_SYNC_CREATE);
    return expander;
}
