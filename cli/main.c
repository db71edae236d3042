/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* main.c - photo-style: the command line of Deep Photo Style.  Finds the subcommand. */

#include <glib.h>
#include <glib/gi18n.h>
#include <locale.h>

#include "command.h"
#include "dps.h"
#include "report/printable.h"

static const struct {
    const char *name, *about;
    int (*run)(int argc, char **argv);
} commands[] = {
    { "transfer", N_("give a photo the look of another one"), command_transfer },
    { "batch", N_("give many photos the look of another one"), command_batch },
    { "regions", N_("find the regions that two photos have in common"), command_regions },
    { "measure", N_("measure how good a result is"), command_measure },
    { "look", N_("make a table of colours for other programs"), command_look },
    { "apply", N_("give photos the look of such a table"), command_apply },
    { "devices", N_("list what this computer offers for computing"), command_devices },
    { "networks", N_("list, fetch and keep trained networks"), command_networks },
    { "bench", N_("measure how fast it all goes here"), command_bench },
};

static void print_help(void)
{
    g_print("%s\n\n", _("Usage: photo-style COMMAND [OPTION…] FILE…"));
    g_print("%s\n\n",
            _("Makes one photo take on the light, weather, season or time of day of another, and\n"
              "keeps it a photo.  Masks say which region takes its look from which."));
    g_print("%s\n", _("Commands:"));
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        g_print("  %-10s %s\n", commands[i].name, _(commands[i].about));
    g_print("\n%s\n", _("\"photo-style COMMAND --help\" explains each, with examples.  To begin:"));
    g_print("  photo-style transfer noon.jpg dusk.jpg -o out.jpg\n");
}

/* "did you mean" works by the letters that the words begin with. */
static const char *likely_command(const char *word)
{
    const char *likely = NULL;
    size_t best = 1;
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        size_t common = 0;
        while (word[common] && word[common] == commands[i].name[common])
            common++;
        if (common > best) {
            best = common;
            likely = commands[i].name;
        }
    }
    return likely;
}

static int unknown_command(const char *word)
{
    const char *likely = likely_command(word);
    char *name = printable(word);
    if (likely)
        g_printerr(_("photo-style: there is no command \"%s\"; did you mean \"%s\"?\n"), name,
                   likely);
    else
        g_printerr(_("photo-style: there is no command \"%s\".\n"), name);
    g_printerr(_("Try \"photo-style --help\".\n"));
    g_free(name);
    return COMMAND_MISUSED;
}

int main(int argc, char **argv)
{
    dps_wait_passively(argv);
    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, LOCALEDIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    if (!command_start())
        return COMMAND_FAILED;

    if (argc < 2) {
        g_printerr(_("photo-style: what should be done? Try \"photo-style --help\".\n"));
        return COMMAND_MISUSED;
    }
    if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h") ||
        g_str_equal(argv[1], "help")) {
        print_help();
        return COMMAND_DONE;
    }
    if (g_str_equal(argv[1], "--version")) {
        g_print("photo-style %s\n", dps_version());
        return COMMAND_DONE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_str_equal(argv[1], commands[i].name)) {
            char *name = g_strconcat("photo-style ", commands[i].name, NULL);
            g_set_prgname(name);
            g_free(name);
            return commands[i].run(argc - 1, argv + 1);
        }
    if (g_str_equal(argv[1], "train")) { /* not in the help: QUALITY.md says what it lacks */
        g_set_prgname("photo-style train");
        return command_train(argc - 1, argv + 1);
    }
    if (g_str_equal(argv[1], "describe")) /* for programs: not in the help */
        return command_describe(argc - 1, argv + 1);
    return unknown_command(argv[1]);
}
