/* Tensors by number: the data stays on the run's device, and every operation runs on the host.
 *
 *     // Root of the mean square.
 *     double rms = sqrt(cb_tensor_item(cb_tensor_mean(cb_tensor_square(of))));
 *
 * A tensor lives until the current batch is over; outside a batch, until the answer to the event was
 * applied. There is nothing to free. Reading waits for the device.
 *
 * Every call can fail: for an old number, for another shape or type than it needs, or because a
 * budget of operations, bytes or host time is spent. After that, this one and all that follow answer
 * 0, NaN or empty without asking the host, and the hook that they are in fails with the sentence,
 * whatever it answers. So calls are written one in the other, and looked at where it matters. */
#pragma once

#include "types.h"

/* Why the host could not do what was asked. */
typedef enum : uint8_t {
    CB_STALE = CALLBOX_PLUGIN_TYPES_FAILURE_STALE, /* its batch is over, or it is not this plugin's */
    CB_MISSING = CALLBOX_PLUGIN_TYPES_FAILURE_MISSING,   /* no such thing now, or under that name */
    CB_MISMATCH = CALLBOX_PLUGIN_TYPES_FAILURE_MISMATCH, /* shapes, types or ranges don't fit */
    CB_OVER_BUDGET = CALLBOX_PLUGIN_TYPES_FAILURE_OVER_BUDGET, /* of this event, or of its batch */
} cb_tensor_failure;

/* Whether a call has failed in this hook. Ask before a loop that ends by what it reads. */
bool cb_tensor_failed(void);

/* Whether a call has failed in this way; if so, it never did, and the next ones work again:
 *
 *     cb_tensor gradient = cb_model_gradient(name);
 *     if (cb_tensor_forgive(CB_MISSING))
 *         continue;
 */
bool cb_tensor_forgive(cb_tensor_failure failure);

/* Type of a tensor's elements. */
typedef enum : callbox_tensors_tensors_dtype_t {
    CB_FLOAT32 = CALLBOX_TENSORS_TENSORS_DTYPE_FLOAT32,
    CB_FLOAT64 = CALLBOX_TENSORS_TENSORS_DTYPE_FLOAT64,
    CB_FLOAT16 = CALLBOX_TENSORS_TENSORS_DTYPE_FLOAT16,
    CB_BFLOAT16 = CALLBOX_TENSORS_TENSORS_DTYPE_BFLOAT16,
    CB_INT64 = CALLBOX_TENSORS_TENSORS_DTYPE_INT64,
    CB_INT32 = CALLBOX_TENSORS_TENSORS_DTYPE_INT32,
    CB_UINT8 = CALLBOX_TENSORS_TENSORS_DTYPE_UINT8,
    CB_BOOLEAN = CALLBOX_TENSORS_TENSORS_DTYPE_BOOLEAN,
} cb_dtype;

/* Mean, unbiased standard deviation, extremes, L2 norm and non-finite elements. */
typedef callbox_tensors_tensors_summary_t cb_summary;

/* Lists: `len` items at `ptr`. Free those that a call answers; freeing leaves them empty. */
typedef callbox_list_u64_t cb_sizes;
typedef callbox_list_f32_t cb_floats;
typedef callbox_list_s64_t cb_integers;
typedef callbox_tensors_tensors_list_summary_t cb_summaries;
void cb_sizes_free(cb_sizes *sizes);
void cb_floats_free(cb_floats *floats);
void cb_integers_free(cb_integers *integers);
void cb_summaries_free(cb_summaries *summaries);

/* Lists on the spot: cb_tensor_create(CB_LIST_OF_SIZES(2, 1), CB_LIST_OF_FLOATS(0.5F, 1)). A
 * scalar's shape is `(cb_sizes){}`. */
#define CB_LIST_OF_SIZES(...)                                                                      \
    (cb_sizes)                                                                                     \
    {                                                                                              \
        (uint64_t[]){__VA_ARGS__}, sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t)            \
    }
#define CB_LIST_OF_FLOATS(...)                                                                     \
    (cb_floats)                                                                                    \
    {                                                                                              \
        (float[]){__VA_ARGS__}, sizeof((float[]){__VA_ARGS__}) / sizeof(float)                     \
    }

/* From values in row-major order; float32. */
cb_tensor cb_tensor_create(cb_sizes shape, cb_floats values);

/* Sizes of the dimensions; empty for a scalar. */
cb_sizes cb_tensor_shape(cb_tensor of);
/* Number of elements. */
uint64_t cb_tensor_len(cb_tensor of);
/* Type of the elements. */
cb_dtype cb_tensor_kind(cb_tensor of);
/* All in one pass and one wait for the device. */
cb_summary cb_tensor_summary(cb_tensor of);
/* One summary per tensor, in order, in one wait for the device. */
cb_summaries cb_tensor_summaries(const cb_tensor *of, size_t len);
/* The only element. Waits for the device. */
double cb_tensor_item(cb_tensor of);
/* All elements in row-major order, converted to float32; or `len` from `offset`. Copies them. */
cb_floats cb_tensor_read(cb_tensor of);
cb_floats cb_tensor_read_part(cb_tensor of, uint64_t offset, uint64_t len);
/* The same for integers and booleans, unconverted. */
cb_integers cb_tensor_read_integers(cb_tensor of);
cb_integers cb_tensor_read_integers_part(cb_tensor of, uint64_t offset, uint64_t len);

/* a + b, broadcast. */
cb_tensor cb_tensor_add(cb_tensor a, cb_tensor b);
/* a - b, broadcast. */
cb_tensor cb_tensor_sub(cb_tensor a, cb_tensor b);
/* a * b by element, broadcast. */
cb_tensor cb_tensor_mul(cb_tensor a, cb_tensor b);
/* a * factor + offset. */
cb_tensor cb_tensor_affine(cb_tensor a, double factor, double offset);
/* a + weight * (b - a), weight broadcast. */
cb_tensor cb_tensor_lerp(cb_tensor a, cb_tensor b, cb_tensor weight);
/* a where the condition holds, else b, broadcast. */
cb_tensor cb_tensor_choose(cb_tensor condition, cb_tensor a, cb_tensor b);
/* Each element limited to [min, max]. */
cb_tensor cb_tensor_clamp(cb_tensor a, double min, double max);
/* a * a by element; of numbers, not booleans. */
cb_tensor cb_tensor_square(cb_tensor a);
/* Logarithm of the softmax along a dimension. Everywhere, negative dimensions count from the end. */
cb_tensor cb_tensor_log_softmax(cb_tensor a, int64_t dim);
/* Of all elements; or over one dimension, which goes. */
cb_tensor cb_tensor_sum(cb_tensor a);
cb_tensor cb_tensor_sum_over(cb_tensor a, int64_t dim);
cb_tensor cb_tensor_mean(cb_tensor a);
cb_tensor cb_tensor_mean_over(cb_tensor a, int64_t dim);
/* Index of the greatest element along a dimension; int64. */
cb_tensor cb_tensor_argmax(cb_tensor a, int64_t dim);
/* Whether elements are equal, broadcast; boolean. */
cb_tensor cb_tensor_equal(cb_tensor a, cb_tensor b);
/* A last dimension of `count` is added, 1 at the class and 0 elsewhere; float32. */
cb_tensor cb_tensor_one_hot(cb_tensor classes, uint64_t count);
/* A dimension of size 1 is inserted. */
cb_tensor cb_tensor_unsqueeze(cb_tensor a, int64_t dim);
/* Elements start to end (exclusive) of a dimension. */
cb_tensor cb_tensor_narrow(cb_tensor a, int64_t dim, uint64_t start, uint64_t end);
/* A copy of `a` with `part` put at `start` of a dimension. */
cb_tensor cb_tensor_put(cb_tensor a, int64_t dim, uint64_t start, cb_tensor part);
/* Rows by index along a dimension. */
cb_tensor cb_tensor_pick(cb_tensor a, int64_t dim, cb_tensor index);
/* Bilinear, of the last two dimensions. */
cb_tensor cb_tensor_resize(cb_tensor a, uint64_t height, uint64_t width);
/* Another type of elements. */
cb_tensor cb_tensor_convert(cb_tensor a, cb_dtype to);

/* 0 to n-1 in random order; int64. From this plugin's own stream, as all that is random. */
cb_tensor cb_tensor_random_permutation(uint64_t n);
/* Uniform in [0, 1); float32. */
cb_tensor cb_tensor_random_uniform(cb_sizes shape);
/* Beta(a, b); float32. */
cb_tensor cb_tensor_random_beta(cb_sizes shape, double a, double b);

#include "batch.h"
#include "model.h"
