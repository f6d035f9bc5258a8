#include "../include/callbox/tensors.h"

#include <math.h>

#include "ask.h"

#define ASK_TENSORS(function, ...)                                                                 \
    ASK(callbox_tensors_tensors_failure_t, callbox_tensors_tensors_##function, __VA_ARGS__)

/* The whole of a function that answers a tensor. */
#define MADE(function, ...)                                                                        \
    cb_tensor answer = 0;                                                                          \
    ASK_TENSORS(function, __VA_ARGS__);                                                            \
    return answer

void cb_sizes_free(cb_sizes *sizes)
{
    callbox_list_u64_free(sizes);
    *sizes = (cb_sizes){};
}

void cb_floats_free(cb_floats *floats)
{
    callbox_list_f32_free(floats);
    *floats = (cb_floats){};
}

void cb_integers_free(cb_integers *integers)
{
    callbox_list_s64_free(integers);
    *integers = (cb_integers){};
}

void cb_summaries_free(cb_summaries *summaries)
{
    callbox_tensors_tensors_list_summary_free(summaries);
    *summaries = (cb_summaries){};
}

cb_tensor cb_tensor_create(cb_sizes shape, cb_floats values)
{
    MADE(create, &shape, &values);
}

cb_sizes cb_tensor_shape(cb_tensor of)
{
    cb_sizes answer = {};
    ASK_TENSORS(shape, of);
    return answer;
}

uint64_t cb_tensor_len(cb_tensor of)
{
    cb_sizes shape = cb_tensor_shape(of);
    uint64_t len = cb_tensor_failed() ? 0 : 1;
    for (size_t i = 0; i < shape.len; i++)
        len *= shape.ptr[i];
    cb_sizes_free(&shape);
    return len;
}

cb_dtype cb_tensor_kind(cb_tensor of)
{
    callbox_tensors_tensors_dtype_t answer = CB_FLOAT32;
    ASK_TENSORS(kind, of);
    return answer;
}

cb_summary cb_tensor_summary(cb_tensor of)
{
    cb_summaries summaries = cb_tensor_summaries(&of, 1);
    cb_summary summary = summaries.len == 1 ? summaries.ptr[0]
                                            : (cb_summary){NAN, NAN, NAN, NAN, NAN, 0};
    cb_summaries_free(&summaries);
    return summary;
}

cb_summaries cb_tensor_summaries(const cb_tensor *of, size_t len)
{
    callbox_tensors_tensors_list_tensor_t tensors = {(cb_tensor *)of, len};
    cb_summaries answer = {};
    ASK_TENSORS(summaries, &tensors);
    return answer;
}

double cb_tensor_item(cb_tensor of)
{
    double answer = NAN;
    ASK_TENSORS(item, of);
    return answer;
}

cb_floats cb_tensor_read(cb_tensor of)
{
    return cb_tensor_read_part(of, 0, cb_tensor_len(of));
}

cb_floats cb_tensor_read_part(cb_tensor of, uint64_t offset, uint64_t len)
{
    cb_floats answer = {};
    ASK_TENSORS(read, of, offset, len);
    return answer;
}

cb_integers cb_tensor_read_integers(cb_tensor of)
{
    return cb_tensor_read_integers_part(of, 0, cb_tensor_len(of));
}

cb_integers cb_tensor_read_integers_part(cb_tensor of, uint64_t offset, uint64_t len)
{
    cb_integers answer = {};
    ASK_TENSORS(read_integers, of, offset, len);
    return answer;
}

cb_tensor cb_tensor_add(cb_tensor a, cb_tensor b)
{
    MADE(add, a, b);
}

cb_tensor cb_tensor_sub(cb_tensor a, cb_tensor b)
{
    MADE(sub, a, b);
}

cb_tensor cb_tensor_mul(cb_tensor a, cb_tensor b)
{
    MADE(mul, a, b);
}

cb_tensor cb_tensor_affine(cb_tensor a, double factor, double offset)
{
    MADE(affine, a, factor, offset);
}

cb_tensor cb_tensor_lerp(cb_tensor a, cb_tensor b, cb_tensor weight)
{
    MADE(lerp, a, b, weight);
}

cb_tensor cb_tensor_choose(cb_tensor condition, cb_tensor a, cb_tensor b)
{
    MADE(choose, condition, a, b);
}

cb_tensor cb_tensor_clamp(cb_tensor a, double min, double max)
{
    MADE(clamp, a, min, max);
}

cb_tensor cb_tensor_square(cb_tensor a)
{
    MADE(square, a);
}

cb_tensor cb_tensor_log_softmax(cb_tensor a, int64_t dim)
{
    MADE(log_softmax, a, dim);
}

cb_tensor cb_tensor_sum(cb_tensor a)
{
    MADE(sum, a, nullptr);
}

cb_tensor cb_tensor_sum_over(cb_tensor a, int64_t dim)
{
    MADE(sum, a, &dim);
}

cb_tensor cb_tensor_mean(cb_tensor a)
{
    MADE(mean, a, nullptr);
}

cb_tensor cb_tensor_mean_over(cb_tensor a, int64_t dim)
{
    MADE(mean, a, &dim);
}

cb_tensor cb_tensor_argmax(cb_tensor a, int64_t dim)
{
    MADE(argmax, a, dim);
}

cb_tensor cb_tensor_equal(cb_tensor a, cb_tensor b)
{
    MADE(equal, a, b);
}

cb_tensor cb_tensor_one_hot(cb_tensor classes, uint64_t count)
{
    MADE(one_hot, classes, count);
}

cb_tensor cb_tensor_unsqueeze(cb_tensor a, int64_t dim)
{
    MADE(unsqueeze, a, dim);
}

cb_tensor cb_tensor_narrow(cb_tensor a, int64_t dim, uint64_t start, uint64_t end)
{
    MADE(narrow, a, dim, start, end);
}

cb_tensor cb_tensor_put(cb_tensor a, int64_t dim, uint64_t start, cb_tensor part)
{
    MADE(put, a, dim, start, part);
}

cb_tensor cb_tensor_pick(cb_tensor a, int64_t dim, cb_tensor index)
{
    MADE(pick, a, dim, index);
}

cb_tensor cb_tensor_resize(cb_tensor a, uint64_t height, uint64_t width)
{
    MADE(resize, a, height, width);
}

cb_tensor cb_tensor_convert(cb_tensor a, cb_dtype to)
{
    MADE(convert, a, to);
}

cb_tensor cb_tensor_random_permutation(uint64_t n)
{
    MADE(random_permutation, n);
}

cb_tensor cb_tensor_random_uniform(cb_sizes shape)
{
    MADE(random_uniform, &shape);
}

cb_tensor cb_tensor_random_beta(cb_sizes shape, double a, double b)
{
    MADE(random_beta, &shape, a, b);
}
