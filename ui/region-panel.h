/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* region-panel.h - the part of the dialog that says which region belongs to which.
 *
 * Three ways: no regions, pairs of masks in rows, or two label maps.  Each pair has a colour, by
 * which the panel tints both photos' previews.  It writes into the procedure's config only when
 * asked to. */

#ifndef UI_REGION_PANEL_H
#define UI_REGION_PANEL_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include "plug-in/request.h"

typedef struct RegionPanel RegionPanel;

typedef struct {
    /* The user has chosen something else. */
    void (*changed)(gpointer data);
    /* The request whose regions were found; NULL: none yet. */
    const Request *(*found)(gpointer data);
} RegionPanelTold;

/* The panel lives as long as its widget.  `content_view` is a photo-view.h, `style_view` a preview;
 * the labels join `labels`.  `unmatched` is the row for the procedure's argument of that name, and is
 * shown where there are regions; `model` (model-row.h) where they are found. */
RegionPanel *region_panel_new(GimpDrawable *content, GtkWidget *content_view, GtkWidget *style_view,
                              GtkWidget *unmatched, GtkWidget *model, GtkSizeGroup *labels,
                              const RegionPanelTold *told, gpointer data);
GtkWidget *region_panel_widget(RegionPanel *panel);

/* Another style was chosen; NULL: none yet. */
void region_panel_set_style(RegionPanel *panel, GimpDrawable *style);

/* The same style is another drawable now. */
void region_panel_renew_style(RegionPanel *panel, GimpDrawable *style);

/* Lists anew what can be chosen: masks may have been painted meanwhile. */
void region_panel_refresh(RegionPanel *panel);

/* Whether pixels of masks or label maps count, which may have been painted meanwhile. */
gboolean region_panel_is_painted(RegionPanel *panel);

/* Chooses none, or those that are found. */
void region_panel_choose(RegionPanel *panel, gboolean found);

/* Regions have been found. */
void region_panel_show_found(RegionPanel *panel);

/* Shows what the config has. */
void region_panel_load(RegionPanel *panel, GimpProcedureConfig *config);

/* A row in which one side isn't chosen is an error; without one, what the panel shows can be written. */
gboolean region_panel_check(RegionPanel *panel, GError **error);
void region_panel_store(RegionPanel *panel, GimpProcedureConfig *config);

#endif
