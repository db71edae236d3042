/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The matting Laplacian against the golden matrix, and on pictures that break careless code:
 * smaller than a window, grey, flat. */
#include "check.h"
#include "golden.h"
#include "image/matting.h"

#include "host.h"

enum { W = 17, H = 13, N = W * H };

static void multiply(const MattingMatrix *m, const float *x, double *y)
{
    for (int i = 0; i < m->n; i++) {
        y[i] = 0;
        for (int k = m->row[i]; k < m->row[i + 1]; k++)
            y[i] += (double) m->val[k] * (double) x[m->col[k]];
    }
}

/* x'Lx from the explicit matrix. */
static double quadratic(const MattingMatrix *m, const DpsImage *p)
{
    double *y = malloc((size_t) m->n * sizeof *y), sum = 0;
    for (int c = 0; c < p->channels; c++) {
        multiply(m, image_plane(p, c), y);
        for (int i = 0; i < m->n; i++)
            sum += y[i] * (double) image_plane(p, c)[i];
    }
    free(y);
    return sum;
}

static void test_matrix_is_golden(Golden *g, const DpsImage *image)
{
    const double *dense = GOLDEN(g, "laplacian", N, N);
    MattingMatrix m;
    CHECK(matting_matrix(image, 1, MATTING_EPS, THREADS(2), &m) == DPS_OK, "small matrix");
    float *mine = calloc((size_t) N * N, sizeof *mine);
    bool ascending = true;
    for (int i = 0; i < N; i++)
        for (int k = m.row[i]; k < m.row[i + 1]; k++) {
            mine[(size_t) i * N + (size_t) m.col[k]] = m.val[k];
            ascending = ascending && (k == m.row[i] || m.col[k] > m.col[k - 1]);
        }
    double error = golden_error(mine, dense, (long) N * N);
    printf("matrix: %.1e\n", error);
    CHECK(error < 1e-6, "error %.3g", error); /* 1.4e-7: the image is rounded to float */
    CHECK(ascending, "columns out of order");
    CHECK(m.row[W * 6 + 9] - m.row[W * 6 + 8] == 25, "%d entries in an interior row",
          m.row[W * 6 + 9] - m.row[W * 6 + 8]);
    CHECK(m.row[1] == 9, "%d entries in the corner's row", m.row[1]);
    free(mine);
    matting_matrix_clear(&m);
}

static void test_energy_is_golden(Golden *g, const DpsImage *image)
{
    DpsImage p = host_image(GOLDEN_FLOATS(g, "p", 3, H, W), 3, W, H);
    double expected = GOLDEN(g, "energy", 1)[0], one = 0, two = 0;
    CHECK(matting_energy(image, &p, 1, MATTING_EPS, THREADS(1), &one), "memory");
    CHECK(matting_energy(image, &p, 1, MATTING_EPS, THREADS(2), &two), "memory");
    printf("energy: %.1e\n", fabs(one / expected - 1));
    CHECK(fabs(one / expected - 1) < 1e-6, "%.9g, not %.9g", one, expected); /* 4.6e-9 */
    CHECK(one == two, "depends on the number of threads: %.17g, %.17g", one, two);
    dps_image_clear(&p);
}

/* The explicit matrix, made from `stats`, must agree with the energy for any radius. */
static void test_radius(int radius)
{
    DpsImage image = host_photo(3, 23, 19, 5), p = host_photo(3, 23, 19, 9);
    MattingMatrix m;
    double energy;
    CHECK(matting_matrix(&image, radius, 1e-5, THREADS(2), &m) == DPS_OK, "radius %d", radius);
    CHECK(matting_energy(&image, &p, radius, 1e-5, THREADS(2), &energy), "radius %d", radius);
    double explicitly = quadratic(&m, &p);
    printf("radius %d: %.1e\n", radius, fabs(explicitly / energy - 1));
    CHECK(fabs(explicitly / energy - 1) < 1e-6, "radius %d: %.9g, not %.9g", radius, explicitly,
          energy); /* 5.9e-9 */
    double worst = 0;
    for (int i = 0; i < m.n; i++) {
        double sum = 0;
        for (int k = m.row[i]; k < m.row[i + 1]; k++)
            sum += (double) m.val[k];
        worst = fmax(worst, fabs(sum));
    }
    printf("radius %d: row sums %.1e\n", radius, worst);
    CHECK(worst < 1e-5, "rows sum to %.3g", worst); /* 2.2e-6 */
    matting_matrix_clear(&m);
    dps_image_clear(&image);
    dps_image_clear(&p);
}

/* A grey picture: the covariance has two eigenvalues of 0.  Affine changes still cost nothing, and
 * what is statistics times their covariance must give back the identity. */
static void test_grey(void)
{
    DpsImage image = host_photo(3, 21, 18, 3), p;
    size_t n = image_pixels(&image);
    memcpy(image_plane(&image, 1), image.data, n * sizeof(float));
    memcpy(image_plane(&image, 2), image.data, n * sizeof(float));
    CHECK(image_copy(&image, &p), "memory");
    for (size_t i = 0; i < n; i++)
        p.data[i] = 0.5f * image.data[i] + 0.25f;
    double energy;
    CHECK(matting_energy(&image, &p, 1, MATTING_EPS, THREADS(2), &energy), "memory");
    printf("grey: %.1e\n", energy / (double) n);
    CHECK(energy >= 0 && energy / (double) n < 1e-6, "affine change costs %.3g", energy); /* 6e-8 */
    double *stats = malloc(9 * n * sizeof *stats);
    CHECK(matting_stats(&image, 1, MATTING_EPS, THREADS(2), stats), "memory");
    size_t at = 5 * 21 + 7;
    double s = 0, sum = 0;
    for (int y = 4; y < 7; y++)
        for (int x = 6; x < 9; x++)
            s += pow((double) image.data[y * 21 + x] - stats[at], 2) / 9;
    for (size_t k = 3; k < 6; k++)
        sum += stats[k * n + at] * 9;
    /* (s 11' + e)^-1 1 = 1 / (3 s + e) */
    double expected = 1 / (3 * s + MATTING_EPS / 9);
    printf("grey inverse: %.1e\n", fabs(sum / expected - 1));
    CHECK(fabs(sum / expected - 1) < 1e-6, "%.9g, not %.9g", sum, expected); /* 3e-10 */
    free(stats);
    dps_image_clear(&image);
    dps_image_clear(&p);
}

static void test_flat(void)
{
    DpsImage image, p = host_photo(3, 9, 8, 3);
    CHECK(dps_image_init(&image, 3, 9, 8), "memory");
    double energy, spread = 0;
    CHECK(matting_energy(&image, &p, 1, MATTING_EPS, THREADS(2), &energy), "memory");
    for (int c = 0; c < 3; c++) /* each window's sum of squared deviations */
        for (int y = 0; y < 6; y++)
            for (int x = 0; x < 7; x++) {
                double sum = 0, squares = 0;
                for (int k = 0; k < 9; k++) {
                    double v = (double) image_plane(&p, c)[(y + k / 3) * 9 + x + k % 3];
                    sum += v;
                    squares += v * v;
                }
                spread += squares - sum * sum / 9;
            }
    printf("flat: %.1e\n", fabs(energy / spread - 1));
    CHECK(fabs(energy / spread - 1) < 1e-9, "%.9g, not %.9g", energy, spread); /* 6e-16 */
    dps_image_clear(&image);
    dps_image_clear(&p);
}

/* Without a window L is 0, with a full diagonal so that solvers find it. */
static void test_small(int width, int height)
{
    DpsImage image = host_photo(3, width, height, 1);
    int n = width * height;
    double *stats = malloc(9 * (size_t) n * sizeof *stats), energy = 1, most = 0;
    MattingMatrix m;
    CHECK(matting_stats(&image, 1, MATTING_EPS, THREADS(2), stats), "memory");
    for (int i = 0; i < 9 * n; i++)
        most = fmax(most, fabs(stats[i]));
    CHECK(most == 0, "%dx%d: statistics of no window", width, height);
    CHECK(matting_energy(&image, &image, 1, MATTING_EPS, THREADS(2), &energy) && energy == 0,
          "%dx%d: energy %g", width, height, energy);
    CHECK(matting_matrix(&image, 1, MATTING_EPS, THREADS(2), &m) == DPS_OK, "memory");
    CHECK(m.n == n && m.row[n] == n && m.col[n - 1] == n - 1 && m.val[n - 1] == 0,
          "%dx%d: matrix of %d", width, height, m.n);
    matting_matrix_clear(&m);
    free(stats);
    dps_image_clear(&image);
}

int main(void)
{
    Golden *g = golden_open("matting.safetensors");
    DpsImage image = host_image(GOLDEN_FLOATS(g, "image", 3, H, W), 3, W, H);
    test_matrix_is_golden(g, &image);
    test_energy_is_golden(g, &image);
    dps_image_clear(&image);
    golden_close(g);
    for (int radius = 1; radius <= 3; radius++)
        test_radius(radius);
    test_grey();
    test_flat();
    test_small(1, 1);
    test_small(2, 9);
    test_small(500, 2);
    return check_done("matting");
}
