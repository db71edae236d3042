/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "regions-say.h"
#include "message.h"

#include <math.h>

void say_unmatched(const RegionSet *set, DpsRegionReport *report, int counterpart)
{
    DpsMessage *why = &report->reason;
    bool small = report->style_coverage > 0;

    if (!report->borrowed)
        say(why, DPS_SAY_KEPT,
            small ? N_("Region \"%s\" is too small in the style; it keeps the content's look.")
                  : N_("Region \"%s\" is not in the style; it keeps the content's look."),
            report->name);
    else if (counterpart >= 0)
        say(why, DPS_SAY_BORROWED,
            small
                ? N_("Region \"%s\" is too small in the style; it uses the style's region \"%s\".")
                : N_("Region \"%s\" is not in the style; it uses the style's region \"%s\"."),
            report->name, set->report[counterpart].name);
    else
        say(why, DPS_SAY_BORROWED,
            small ? N_("Region \"%s\" is too small in the style; it uses the whole style.")
                  : N_("Region \"%s\" is not in the style; it uses the whole style."),
            report->name);
    if (report->borrowed && counterpart >= 0 && set->report[counterpart].unnamed)
        say_word(why, 1);
}

void say_unheld(DpsRegionReport *report)
{
    say(&report->reason, DPS_SAY_UNHELD,
        N_("Region \"%s\" is not in the style; in the preset \"reference\" nothing holds it, and "
           "it "
           "changes with the others."),
        report->name);
    if (report->unnamed)
        say_word(&report->reason, 0);
}

void say_unused(DpsRegionReport *report, bool in_style)
{
    DpsMessage *why = &report->reason;

    if (!in_style)
        say(why, DPS_SAY_UNUSED,
            N_("Region \"%s\" is in neither of the photos; there is nothing to do."), report->name);
    else if (report->content_coverage > 0)
        say(why, DPS_SAY_UNUSED,
            N_("Region \"%s\" is too small in the content; there is nothing to do."), report->name);
    else
        say(why, DPS_SAY_UNUSED, N_("Region \"%s\" is not in the content; there is nothing to do."),
            report->name);
}

bool say_apart(double content, double style, const char *name, DpsMessage *message)
{
    if (content < 0 || style < 0 || fabs(content - style) <= DPS_HEIGHTS_APART)
        return false;
    say(message, DPS_SAY_APART,
        content < style
            ? N_("Region \"%s\" lies much higher in the content than in the style, so the two may have little "
                 "in common; if the result looks odd, pair it with another region of the style, or with none and "
                 "let the nearest stand in, or apply less.")
            : N_("Region \"%s\" lies much lower in the content than in the style, so the two may have little "
                 "in common; if the result looks odd, pair it with another region of the style, or with none and "
                 "let the nearest stand in, or apply less."),
        name);
    return true;
}

bool dps_region_apart(const DpsRegion *region, DpsMessage *message)
{
    char name[DPS_NAME];

    if (!region->content.data || !region->style.data ||
        !say_apart(dps_mask_height(&region->content), dps_mask_height(&region->style),
                   regions_name(1, region, 0, name), message))
        return false;
    if (region->unnamed)
        say_word(message, 0);
    return true;
}

void say_no_pair(int regions, const DpsRegion *region, const RegionSet *set, DpsMessage *message)
{
    for (int k = 0; k < regions && k < set->count; k++) {
        const DpsRegionReport *report = &set->report[k];
        bool content = region[k].content.channels && !(report->content_coverage > 0);
        bool style = region[k].style.channels && !(report->style_coverage > 0);
        if (!content && !style)
            continue;
        say(message, DPS_SAY_BAD_REGIONS,
            N_("The %s mask of region \"%s\" is black where there is something to see, and no "
               "other "
               "region is in both photos: paint it white where the region is."),
            content ? N_("content") : N_("style"), report->name);
        say_word(message, 0);
        return;
    }
    say(message, DPS_SAY_BAD_REGIONS,
        N_("No region is in both photos, so there is nothing to transfer: give at least one "
           "region a mask in the content and in the style."));
}
