/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cuda_runtime.h"

#include <algorithm>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <vector>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

#define STACK 65536
#define MOST_THREADS 1024 /* of a block */

dim3 threadIdx(0), blockIdx(0), blockDim(1), gridDim(1);

/* Where a stack waits, for the compiler's own jumps.  The C library's would ask the kernel for the signals'
 * stack at each, under AddressSanitizer.  No function may both prepare such a jump and make one. */
typedef void *Jump[5];

/* One thread of a block that waits somewhere inside.  It begins on a stack of its own and then
 * serves block after block; going from one to another is a jump, hundreds of times faster than
 * swapcontext. */
struct Coroutine {
    Jump jump; /* where it waits */
    char *stack;
    bool done;
};

static Coroutine team[MOST_THREADS];
static Jump scheduler;     /* where it waits */
static Coroutine *running; /* NULL: a thread that runs through */
static std::function<void()> body;
static long launches;

static void *scheduler_fake; /* AddressSanitizer wants to know which stack is in use */
#ifdef __SANITIZE_ADDRESS__
static const void *scheduler_stack;
static size_t scheduler_stack_size;
#define SWITCH_BEGINS(fake, stack, size) __sanitizer_start_switch_fiber(fake, stack, size)
#define SWITCH_ENDS(fake, stack, size) __sanitizer_finish_switch_fiber(fake, stack, size)
#define SWITCHES __attribute__((noinline, no_sanitize_address)) /* may never return */
#else
#define SWITCH_BEGINS(fake, stack, size) (void) (fake)
#define SWITCH_ENDS(fake, stack, size) (void) (fake)
#define SWITCHES __attribute__((noinline))
#endif

static SWITCHES void go_back()
{
    __builtin_longjmp(scheduler, 1);
}

static SWITCHES void leave(Coroutine *c)
{
    void *fake = NULL;

    SWITCH_BEGINS(&fake, scheduler_stack, scheduler_stack_size);
    if (!__builtin_setjmp(c->jump))
        go_back();
    SWITCH_ENDS(fake, &scheduler_stack, &scheduler_stack_size);
}

static SWITCHES void coroutine_main()
{
    SWITCH_ENDS(NULL, &scheduler_stack, &scheduler_stack_size);
    for (;;) {
        body();
        running->done = true;
        leave(running);
    }
}

/* On a new stack. */
static SWITCHES void begin(Coroutine *c)
{
    ucontext_t context;

    c->stack = (char *) malloc(STACK);
    if (!c->stack)
        emulated_die("no memory");
    getcontext(&context);
    context.uc_stack.ss_sp = c->stack;
    context.uc_stack.ss_size = STACK;
    context.uc_link = NULL;
    makecontext(&context, coroutine_main, 0);
    SWITCH_BEGINS(&scheduler_fake, c->stack, STACK);
    setcontext(&context);
}

static SWITCHES void resume(Coroutine *c)
{
    SWITCH_BEGINS(&scheduler_fake, c->stack, STACK);
    __builtin_longjmp(c->jump, 1);
}

/* On until it waits or ends. */
static SWITCHES void enter(Coroutine *c)
{
    running = c;
    if (!__builtin_setjmp(scheduler)) {
        if (c->stack)
            resume(c);
        else
            begin(c);
    }
    SWITCH_ENDS(scheduler_fake, NULL, NULL);
    running = NULL;
}

void __syncthreads()
{
    if (!running)
        emulated_die("a thread waits for others of its block that have ended");
    leave(running);
}

void __syncwarp()
{
    __syncthreads();
}

/* Every thread of the team up to where it waits or ends.  Returns how many ended. */
static unsigned run_round(unsigned n, unsigned first, bool backward)
{
    unsigned done = 0;

    for (unsigned k = first; k < n; k++) {
        threadIdx.x = backward ? n - 1 - (k - first) : k;
        enter(&team[threadIdx.x]);
        done += team[threadIdx.x].done;
    }
    return done;
}

/* ------------------------------------------------------------------------- blocks */

/* Thread 0 shows whether the block's threads wait for each other.  Otherwise the rest are
 * called one by one.  Every other launch goes backwards: no result may depend on the order. */
static void run_block(unsigned n, bool backward)
{
    for (unsigned k = 0; k < n; k++)
        team[k].done = false;
    threadIdx.x = 0;
    enter(&team[0]);
    if (team[0].done) {
        for (unsigned k = 1; k < n; k++) {
            threadIdx.x = backward ? n - k : k;
            body();
        }
        return;
    }
    unsigned done = run_round(n, 1, backward);
    while (!done)
        done = run_round(n, 0, backward);
    if (done != n)
        emulated_die("some threads of a block have ended while others wait");
}

static void run_grid(dim3 grid, dim3 block, const std::function<void()> &thread)
{
    EmulatedAccess access;
    bool backward = launches++ % 2;

    if (emulated_lost(true)) {
        emulated_fail(cudaErrorLaunchFailure);
        return;
    }
    body = thread;
    gridDim = grid;
    blockDim = block;
    for (blockIdx.y = 0; blockIdx.y < grid.y; blockIdx.y++)
        for (unsigned k = 0; k < grid.x; k++) {
            blockIdx.x = backward ? grid.x - 1 - k : k;
            run_block(block.x, backward);
        }
}

void emulated_launch(dim3 grid, dim3 block, std::function<void()> thread)
{
    if (!grid.x || !grid.y || !block.x || block.x > MOST_THREADS || grid.y > 65535 || grid.z != 1 ||
        block.y != 1 || block.z != 1) {
        emulated_fail(cudaErrorInvalidConfiguration);
        return;
    }
    emulated_do([=]() { run_grid(grid, block, thread); });
}
