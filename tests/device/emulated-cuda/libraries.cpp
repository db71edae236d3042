/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cusparse.h"

#include <string.h>
#include <vector>

/* ------------------------------------------------------------------------- cuBLAS */

struct EmulatedBlas {
    int unused;
};

cublasStatus_t cublasCreate(cublasHandle_t *h)
{
    *h = new EmulatedBlas();
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy(cublasHandle_t h)
{
    delete h;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetStream(cublasHandle_t, cudaStream_t)
{
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetWorkspace(cublasHandle_t, void *, size_t)
{
    return CUBLAS_STATUS_SUCCESS;
}

/* What TF32 keeps of a number: 10 bits after the point, the rest cut off, which is the worst
 * case. */
static float shortened(float v, cublasComputeType_t type)
{
    uint32_t bits;

    if (type != CUBLAS_COMPUTE_32F_FAST_TF32)
        return v;
    memcpy(&bits, &v, sizeof bits);
    bits &= 0xffffe000u;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* op(a), shortened, row after row. */
static std::vector<float> factor(const float *a, bool turned, int rows, int cols, int ld,
                                 cublasComputeType_t type)
{
    std::vector<float> f((size_t) rows * cols);

    for (int i = 0; i < rows; i++)
        for (int j = 0; j < cols; j++)
            f[(size_t) i * cols + j] =
                shortened(turned ? a[(size_t) i * ld + j] : a[(size_t) j * ld + i], type);
    return f;
}

static void multiply(float *out, int ldc, int m, int n, int k, const std::vector<float> &left,
                     const std::vector<float> &right, float one, float keep)
{
    for (int j = 0; j < n; j++)
        for (int i = 0; i < m; i++) {
            const float *x = &left[(size_t) i * k], *y = &right[(size_t) j * k];
            float sum = 0, *to = out + (size_t) j * ldc + i;
            for (int l = 0; l < k; l++)
                sum += x[l] * y[l];
            *to = one * sum + (keep != 0 ? keep * *to : 0);
        }
}

cublasStatus_t cublasGemmEx(cublasHandle_t, cublasOperation_t ta, cublasOperation_t tb, int m,
                            int n, int k, const void *alpha, const void *a, cudaDataType, int lda,
                            const void *b, cudaDataType, int ldb, const void *beta, void *c,
                            cudaDataType, int ldc, cublasComputeType_t type, cublasGemmAlgo_t)
{
    float one = *(const float *) alpha, keep = *(const float *) beta;

    if (m < 1 || n < 1 || k < 1 || lda < (ta == CUBLAS_OP_T ? k : m) ||
        ldb < (tb == CUBLAS_OP_T ? n : k) || ldc < m)
        return CUBLAS_STATUS_INVALID_VALUE;
    emulated_do([=]() {
        EmulatedAccess access;
        if (emulated_lost(true)) {
            emulated_fail(cudaErrorLaunchFailure);
            return;
        }
        std::vector<float> left = factor((const float *) a, ta == CUBLAS_OP_T, m, k, lda, type);
        std::vector<float> right = factor((const float *) b, tb != CUBLAS_OP_T, n, k, ldb, type);
        multiply((float *) c, ldc, m, n, k, left, right,
                 emulated_failure("wrong") ? 1.1f * one : one, keep);
    });
    return emulated_lost(false) ? CUBLAS_STATUS_EXECUTION_FAILED : CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasGemmStridedBatchedEx(cublasHandle_t h, cublasOperation_t ta,
                                          cublasOperation_t tb, int m, int n, int k,
                                          const void *alpha, const void *a, cudaDataType t, int lda,
                                          long long stride_a, const void *b, cudaDataType, int ldb,
                                          long long stride_b, const void *beta, void *c,
                                          cudaDataType, int ldc, long long stride_c, int count,
                                          cublasComputeType_t type, cublasGemmAlgo_t algo)
{
    cublasStatus_t status = count < 0 ? CUBLAS_STATUS_INVALID_VALUE : CUBLAS_STATUS_SUCCESS;

    for (int i = 0; i < count && !status; i++)
        status = cublasGemmEx(h, ta, tb, m, n, k, alpha, (const float *) a + i * stride_a, t, lda,
                              (const float *) b + i * stride_b, t, ldb, beta,
                              (float *) c + i * stride_c, t, ldc, type, algo);
    return status;
}

/* ----------------------------------------------------------------------- cuSPARSE */

struct EmulatedSparse {
    int unused;
};

struct EmulatedSpMat {
    int64_t rows, cols, entries;
    const int *row, *col;
    const float *val;
};

struct EmulatedDnMat {
    int64_t rows, cols, ld;
    float *p;
    cusparseOrder_t order;
};

static int64_t last_row(const EmulatedSpMat *m)
{
    EmulatedAccess access;

    return m->row[m->rows];
}

static float *entry(const EmulatedDnMat *m, int64_t i, int64_t j)
{
    return m->p + (m->order == CUSPARSE_ORDER_COL ? j * m->ld + i : i * m->ld + j);
}

cusparseStatus_t cusparseCreate(cusparseHandle_t *h)
{
    *h = new EmulatedSparse();
    return CUSPARSE_STATUS_SUCCESS;
}

cusparseStatus_t cusparseDestroy(cusparseHandle_t h)
{
    delete h;
    return CUSPARSE_STATUS_SUCCESS;
}

cusparseStatus_t cusparseSetStream(cusparseHandle_t, cudaStream_t)
{
    return CUSPARSE_STATUS_SUCCESS;
}

cusparseStatus_t cusparseCreateCsr(cusparseSpMatDescr_t *m, int64_t rows, int64_t cols,
                                   int64_t entries, void *row, void *col, void *val,
                                   cusparseIndexType_t, cusparseIndexType_t, cusparseIndexBase_t,
                                   cudaDataType)
{
    if (rows < 1 || cols < 1 || entries < 1 || !row || !col || !val)
        return CUSPARSE_STATUS_INVALID_VALUE;
    *m = new EmulatedSpMat{
        rows, cols, entries, (const int *) row, (const int *) col, (const float *) val
    };
    return CUSPARSE_STATUS_SUCCESS;
}

cusparseStatus_t cusparseDestroySpMat(cusparseSpMatDescr_t m)
{
    delete m;
    return CUSPARSE_STATUS_SUCCESS;
}

cusparseStatus_t cusparseCreateDnMat(cusparseDnMatDescr_t *m, int64_t rows, int64_t cols,
                                     int64_t ld, void *p, cudaDataType, cusparseOrder_t order)
{
    if (rows < 1 || cols < 1 || ld < (order == CUSPARSE_ORDER_COL ? rows : cols) || !p)
        return CUSPARSE_STATUS_INVALID_VALUE;
    *m = new EmulatedDnMat{ rows, cols, ld, (float *) p, order };
    return CUSPARSE_STATUS_SUCCESS;
}

cusparseStatus_t cusparseDestroyDnMat(cusparseDnMatDescr_t m)
{
    delete m;
    return CUSPARSE_STATUS_SUCCESS;
}

cusparseStatus_t cusparseSpMM_bufferSize(cusparseHandle_t, cusparseOperation_t, cusparseOperation_t,
                                         const void *, cusparseSpMatDescr_t, cusparseDnMatDescr_t,
                                         const void *, cusparseDnMatDescr_t, cudaDataType,
                                         cusparseSpMMAlg_t, size_t *bytes)
{
    *bytes = 256;
    return CUSPARSE_STATUS_SUCCESS;
}

cusparseStatus_t cusparseSpMM(cusparseHandle_t, cusparseOperation_t, cusparseOperation_t,
                              const void *alpha, cusparseSpMatDescr_t a, cusparseDnMatDescr_t b,
                              const void *beta, cusparseDnMatDescr_t c, cudaDataType,
                              cusparseSpMMAlg_t, void *work)
{
    float one = *(const float *) alpha, keep = *(const float *) beta;

    if (!work || a->cols != b->rows || a->rows != c->rows || b->cols != c->cols ||
        last_row(a) != a->entries)
        return CUSPARSE_STATUS_INVALID_VALUE;
    EmulatedSpMat left = *a;
    EmulatedDnMat right = *b, out = *c;
    emulated_do([=]() {
        EmulatedAccess access;
        for (int64_t i = 0; i < left.rows; i++)
            for (int64_t j = 0; j < out.cols; j++) {
                float sum = 0, *to = entry(&out, i, j);
                for (int e = left.row[i]; e < left.row[i + 1]; e++)
                    sum += left.val[e] * *entry(&right, left.col[e], j);
                *to = one * sum + (keep != 0 ? keep * *to : 0);
            }
    });
    return CUSPARSE_STATUS_SUCCESS;
}
