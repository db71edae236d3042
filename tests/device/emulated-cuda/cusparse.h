/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* cusparse.h - the product of a sparse and a dense matrix that core/device/cuda asks cuSPARSE for. */

#ifndef EMULATED_CUSPARSE_H
#define EMULATED_CUSPARSE_H

#include "cublas_v2.h"

#include <stdint.h>

enum cusparseStatus_t {
    CUSPARSE_STATUS_SUCCESS = 0,
    CUSPARSE_STATUS_ALLOC_FAILED = 2,
    CUSPARSE_STATUS_INVALID_VALUE = 3,
    CUSPARSE_STATUS_INSUFFICIENT_RESOURCES = 11
};
enum cusparseOperation_t { CUSPARSE_OPERATION_NON_TRANSPOSE };
enum cusparseIndexType_t { CUSPARSE_INDEX_32I = 2 };
enum cusparseIndexBase_t { CUSPARSE_INDEX_BASE_ZERO };
enum cusparseOrder_t { CUSPARSE_ORDER_COL = 1, CUSPARSE_ORDER_ROW = 2 };
enum cusparseSpMMAlg_t { CUSPARSE_SPMM_CSR_ALG3 = 12 };

typedef struct EmulatedSparse *cusparseHandle_t;
typedef struct EmulatedSpMat *cusparseSpMatDescr_t;
typedef struct EmulatedDnMat *cusparseDnMatDescr_t;

cusparseStatus_t cusparseCreate(cusparseHandle_t *);
cusparseStatus_t cusparseDestroy(cusparseHandle_t);
cusparseStatus_t cusparseSetStream(cusparseHandle_t, cudaStream_t);
cusparseStatus_t cusparseCreateCsr(cusparseSpMatDescr_t *, int64_t rows, int64_t cols,
                                   int64_t entries, void *row, void *col, void *val,
                                   cusparseIndexType_t, cusparseIndexType_t, cusparseIndexBase_t,
                                   cudaDataType);
cusparseStatus_t cusparseDestroySpMat(cusparseSpMatDescr_t);
cusparseStatus_t cusparseCreateDnMat(cusparseDnMatDescr_t *, int64_t rows, int64_t cols, int64_t ld,
                                     void *, cudaDataType, cusparseOrder_t);
cusparseStatus_t cusparseDestroyDnMat(cusparseDnMatDescr_t);
cusparseStatus_t cusparseSpMM_bufferSize(cusparseHandle_t, cusparseOperation_t, cusparseOperation_t,
                                         const void *alpha, cusparseSpMatDescr_t,
                                         cusparseDnMatDescr_t, const void *beta,
                                         cusparseDnMatDescr_t, cudaDataType, cusparseSpMMAlg_t,
                                         size_t *bytes);
cusparseStatus_t cusparseSpMM(cusparseHandle_t, cusparseOperation_t, cusparseOperation_t,
                              const void *alpha, cusparseSpMatDescr_t, cusparseDnMatDescr_t,
                              const void *beta, cusparseDnMatDescr_t, cudaDataType,
                              cusparseSpMMAlg_t, void *work);

#endif
