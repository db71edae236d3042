/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Sequences of calls as CUDA graphs: an evaluation is a hundred small kernels and more, and
 * launching them one by one takes the host longer than the GPU takes for some of them. */
#include "cuda-private.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    Recording r;
    cudaGraphExec_t graph;
    unsigned moves; /* of the workspace, when it was recorded: its address is part of the graph */
} CudaRecording;

void cuda_record_begin(Device *d)
{
    Cuda *cuda = cuda_of(d);
    const char *wanted = getenv("DPS_CUDA_GRAPH");

    cuda->recording = cuda_goes_on(cuda) && !(wanted && strcmp(wanted, "0") == 0) &&
                      !cudaStreamBeginCapture(cuda->stream, cudaStreamCaptureModeThreadLocal);
    cuda->outgrown = false;
    cudaGetLastError();
}

/* The graph in a form that can run; NULL when there is none. */
static cudaGraphExec_t end_capture(Cuda *cuda)
{
    cudaGraph_t graph = NULL;
    cudaGraphExec_t exec = NULL;

    if (cudaStreamEndCapture(cuda->stream, &graph) || !graph || cuda->status || cuda->outgrown ||
        cudaGraphInstantiateWithFlags(&exec, graph, 0))
        exec = NULL;
    if (graph)
        cudaGraphDestroy(graph);
    cudaGetLastError();
    return exec;
}

Recording *cuda_record_end(Device *d)
{
    Cuda *cuda = cuda_of(d);

    if (!cuda->recording)
        return NULL;
    cuda->recording = false;
    cudaGraphExec_t exec = end_capture(cuda);
    /* What can't be recorded can still be done: a real failure will show again. */
    if (cuda->status != DPS_CANCELLED)
        cuda->status = DPS_OK;
    CudaRecording *kept = exec ? (CudaRecording *) calloc(1, sizeof *kept) : NULL;
    if (!kept) {
        if (exec)
            cudaGraphExecDestroy(exec);
        return NULL;
    }
    kept->r.dev = d;
    kept->graph = exec;
    kept->moves = cuda->work_moves;
    return &kept->r;
}

bool cuda_replay(const Recording *r)
{
    const CudaRecording *kept = (const CudaRecording *) r;
    Cuda *cuda = cuda_of(r->dev);

    if (kept->moves != cuda->work_moves)
        return false;
    if (cuda_goes_on(cuda))
        cuda_good(cuda, cudaGraphLaunch(kept->graph, cuda->stream));
    return true;
}

void cuda_recording_drop(Recording *r)
{
    if (!r)
        return;
    cudaStreamSynchronize(cuda_of(r->dev)->stream);
    cudaGraphExecDestroy(((CudaRecording *) r)->graph);
    cudaGetLastError();
    free(r);
}
