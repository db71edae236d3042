/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Looks as .cube texts and Hald CLUTs: what comes back, what other programs write, what is no table, and
 * texts that chance made. */

#include "check.h"
#include "host.h"
#include "report/look-text.h"

#include <stdlib.h>
#include <string.h>

static DpsLook some_look(int side)
{
    DpsLook look = { side, malloc(sizeof(float) * 3 * (size_t) (side * side * side)) };
    unsigned state = 3;

    if (!look.colour)
        abort();
    for (int i = 0; i < 3 * side * side * side; i++)
        look.colour[i] = host_random(&state);
    return look;
}

static double apart(const DpsLook *a, const DpsLook *b)
{
    double most = a->side == b->side ? 0 : INFINITY;

    for (int i = 0; i < 3 * a->side * a->side * a->side && a->side == b->side; i++)
        most = fmax(most, fabs((double) (a->colour[i] - b->colour[i])));
    return most;
}

static void test_round_trips(void)
{
    DpsLook look = some_look(9), cube, hald;
    DpsImage picture;
    char *text = look_cube(&look, "a \"title\"\nof two lines");

    CHECK(g_str_has_prefix(text, "TITLE \"a 'title'\\x0aof two lines\"\nLUT_3D_SIZE 9\n"), "%.60s", text);
    CHECK(!look_read_cube(text, &cube), "a .cube text is refused");
    CHECK(apart(&look, &cube) < 1e-6, "off by %g", apart(&look, &cube)); /* 5e-7 */
    CHECK(look_hald(&look, 3, &picture) && picture.width == 27 && picture.height == 27,
          "no picture of level 3");
    CHECK(!look_read_hald(&picture, &hald), "a Hald CLUT is refused");
    CHECK(apart(&look, &hald) < 1e-6, "off by %g", apart(&look, &hald)); /* 6e-8 */
    dps_look_clear(&look);
    dps_look_clear(&cube);
    dps_look_clear(&hald);
    dps_image_clear(&picture);
    g_free(text);
}

/* As other programs write them: comments, domains, blanks, other ends of lines, values beyond the range. */
static void test_others(void)
{
    const char *text =
        "# made elsewhere\r\nTITLE \"x 1 2 3\"\r\n\r\nDOMAIN_MIN 0.0 0 0\r\n"
        "DOMAIN_MAX 1 1.0 1\r\nLUT_3D_SIZE 2\r\n0 0 0\r\n 1 0 0\r\n0\t1 0\r\n1 1 0\r\n"
        "# half\r\n0 0 1\r\n1 0 1\r\n0 1 1.5\r\n1 1e0 1";
    DpsLook look;
    float out[3];

    CHECK(!look_read_cube(text, &look) && look.side == 2, "refused");
    dps_look_apply(&look, (float[]){ 0.25f, 0.5f, 0.75f }, out);
    CHECK(fabs((double) out[0] - 0.25) < 1e-6 && fabs((double) out[1] - 0.5) < 1e-6 &&
              fabs((double) out[2] - 0.75) < 1e-6,
          "the table of nothing changes a colour to %g %g %g", (double) out[0], (double) out[1],
          (double) out[2]);
    dps_look_clear(&look);
}

static void test_no_tables(void)
{
    const char *const bad[] = {
        "",
        "LUT_3D_SIZE 2",
        "LUT_3D_SIZE 2\n0 0 0\n",
        "0 0 0\nLUT_3D_SIZE 2\n",
        "LUT_3D_SIZE 1\n0 0 0\n",
        "LUT_3D_SIZE 100000\n",
        "LUT_3D_SIZE 2.5\n",
        "LUT_3D_SIZE 2\nLUT_3D_SIZE 2\n",
        "LUT_1D_SIZE 2\n0 0 0\n1 1 1\n",
        "LUT_3D_SIZE 2\nDOMAIN_MAX 2 2 2\n",
        "LUT_3D_SIZE 2\nDOMAIN_MIN 0 0\n",
        "LUT_3D_SIZE 2\n0 0\n0 0 0 0\n",
        "LUT_3D_SIZE 2\n0 0 nan\n",
        "LUT_3D_SIZE 2\n0 0 0\n0 0 0\n0 0 0\n0 0 0\n0 0 0\n0 0 0\n0 0 0\n0 0 "
        "0\n0 0 0\n"
    };
    DpsLook look;

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        const char *why = look_read_cube(bad[i], &look);
        CHECK(why && strlen(why) > 10 && !look.colour, "text %zu is taken for a table", i);
    }
    const int sizes[][2] = { { 1, 1 }, { 8, 7 }, { 9, 9 }, { 26, 26 } };
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        DpsImage picture = host_photo(3, sizes[i][0], sizes[i][1], 1);
        CHECK(look_read_hald(&picture, &look) && !look.colour, "%d x %d is taken for a table",
              sizes[i][0], sizes[i][1]);
        dps_image_clear(&picture);
    }
}

/* A good text with some letters changed: read or not, nothing breaks. */
static void test_chance(int rounds)
{
    DpsLook look = some_look(3), back;
    char *text = look_cube(&look, "x");
    gsize length = strlen(text);
    unsigned state = 7;
    int good = 0;

    for (int i = 0; i < rounds; i++) {
        char *other = g_strdup(text);
        for (int k = (int) (4 * host_random(&state)); k >= 0; k--)
            other[(gsize) ((double) host_random(&state) * (double) length)] =
                "0129. -\nLUT_#\0e+"[(int) (17 * host_random(&state))];
        if (!look_read_cube(other, &back)) {
            good++;
            for (int v = 0; v < 3 * back.side * back.side * back.side; v++)
                if (!(back.colour[v] >= 0 && back.colour[v] <= 1)) {
                    CHECK(false, "round %d: value %d is %g", i, v, (double) back.colour[v]);
                    break;
                }
            dps_look_clear(&back);
        }
        g_free(other);
    }
    CHECK(good > 0 && good < rounds, "%d of %d were read", good, rounds);
    g_free(text);
    dps_look_clear(&look);
}

int main(int argc, char **argv)
{
    test_round_trips();
    test_others();
    test_no_tables();
    test_chance(argc > 1 ? atoi(argv[1]) : 2000);
    return check_done("look-text");
}
