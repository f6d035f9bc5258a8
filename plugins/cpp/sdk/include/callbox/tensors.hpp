/// Tensors by number: the data stays on the run's device, and every operation runs on the host.
///
///     /// Root of the mean square.
///     double rms = std::sqrt(of.square().mean().item());
///
/// A tensor lives until the current batch is over; outside a batch, until the answer to the event
/// was applied. There is nothing to free. Reading waits for the device.
///
/// Every call can fail: for an old number, for another shape or type than it needs, or because a
/// budget of operations, bytes or host time is spent. After that, this one and all that follow
/// answer 0, NaN or empty without asking the host, and the hook that they are in fails with the
/// sentence, whatever it answers. So calls are chained, and looked at where it matters.
#pragma once

#include "c.hpp"
#include "given.hpp"

namespace callbox {

/// Why the host could not do what was asked.
enum class TensorFailure : std::uint8_t {
    stale,       ///< its batch is over, or it is not this plugin's
    missing,     ///< no such thing now, or under that name
    mismatch,    ///< shapes, types or ranges don't fit
    over_budget, ///< of this event, or of its batch
};

/// Whether a call has failed in this hook. Ask before a loop that ends by what it reads.
[[nodiscard]] inline bool tensor_failed()
{
    return cb_tensor_failed();
}

/// Whether a call has failed in this way; if so, it never did, and the next ones work again:
///
///     Tensor gradient = model::gradient(name);
///     if (forgive(TensorFailure::missing))
///         continue;
[[nodiscard]] inline bool forgive(TensorFailure failure)
{
    return cb_tensor_forgive(static_cast<cb_tensor_failure>(failure));
}

/// Type of a tensor's elements.
enum class Dtype : std::uint8_t {
    float32,
    float64,
    float16,
    bfloat16,
    int64,
    int32,
    uint8,
    boolean,
};

/// `mean`, unbiased standard deviation `std`, `min`, `max`, `l2_norm` and the number of
/// `non_finite` elements.
using Summary = cb_summary;

/// A tensor on the run's device, by the number that the host gave it. Copying copies the number.
class Tensor {
public:
    explicit Tensor(std::uint64_t number) : number_(number) {}
    /// From values in row-major order; float32.
    static Tensor create(Sizes shape, Floats values);

    [[nodiscard]] std::uint64_t number() const { return number_; }
    bool operator==(const Tensor &) const = default;

    /// Sizes of the dimensions; empty for a scalar.
    [[nodiscard]] std::vector<std::uint64_t> shape() const;
    /// Number of elements.
    [[nodiscard]] std::uint64_t size() const { return cb_tensor_len(number_); }
    /// Type of the elements.
    [[nodiscard]] Dtype kind() const { return static_cast<Dtype>(cb_tensor_kind(number_)); }
    /// All in one pass and one wait for the device; for several tensors at once, see `summaries`.
    [[nodiscard]] Summary summary() const { return cb_tensor_summary(number_); }
    /// The only element.
    [[nodiscard]] double item() const { return cb_tensor_item(number_); }
    /// All elements in row-major order, converted to float32. Copies them; takes the shape first.
    [[nodiscard]] std::vector<float> read() const { return read_part(0, size()); }
    /// So many from `offset`.
    [[nodiscard]] std::vector<float> read_part(std::uint64_t offset, std::uint64_t count) const;
    /// The same for a tensor of integers or booleans, unconverted.
    [[nodiscard]] std::vector<std::int64_t> read_integers() const
    {
        return read_integers_part(0, size());
    }
    [[nodiscard]] std::vector<std::int64_t> read_integers_part(std::uint64_t offset,
                                                               std::uint64_t count) const;

    /// this * factor + offset.
    [[nodiscard]] Tensor affine(double factor, double offset) const
    {
        return Tensor(cb_tensor_affine(number_, factor, offset));
    }
    /// this + weight * (other - this), weight broadcast.
    [[nodiscard]] Tensor lerp(Tensor other, Tensor weight) const
    {
        return Tensor(cb_tensor_lerp(number_, other.number_, weight.number_));
    }
    /// `a` where this condition holds, else `b`, broadcast.
    [[nodiscard]] Tensor choose(Tensor a, Tensor b) const
    {
        return Tensor(cb_tensor_choose(number_, a.number_, b.number_));
    }
    /// Each element limited to [min, max].
    [[nodiscard]] Tensor clamp(double min, double max) const
    {
        return Tensor(cb_tensor_clamp(number_, min, max));
    }
    /// Each element times itself; of numbers, not booleans.
    [[nodiscard]] Tensor square() const { return Tensor(cb_tensor_square(number_)); }
    /// Logarithm of the softmax along a dimension. Everywhere, negative dimensions count from the
    /// end.
    [[nodiscard]] Tensor log_softmax(std::int64_t dim) const
    {
        return Tensor(cb_tensor_log_softmax(number_, dim));
    }
    /// Of all elements; or over one dimension, which goes.
    [[nodiscard]] Tensor sum() const { return Tensor(cb_tensor_sum(number_)); }
    [[nodiscard]] Tensor sum(std::int64_t dim) const
    {
        return Tensor(cb_tensor_sum_over(number_, dim));
    }
    [[nodiscard]] Tensor mean() const { return Tensor(cb_tensor_mean(number_)); }
    [[nodiscard]] Tensor mean(std::int64_t dim) const
    {
        return Tensor(cb_tensor_mean_over(number_, dim));
    }
    /// Index of the greatest element along a dimension; int64.
    [[nodiscard]] Tensor argmax(std::int64_t dim) const
    {
        return Tensor(cb_tensor_argmax(number_, dim));
    }
    /// Whether elements are equal, broadcast; boolean.
    [[nodiscard]] Tensor equal(Tensor other) const
    {
        return Tensor(cb_tensor_equal(number_, other.number_));
    }
    /// A last dimension of `count` is added, 1 at the class and 0 elsewhere; float32.
    [[nodiscard]] Tensor one_hot(std::uint64_t count) const
    {
        return Tensor(cb_tensor_one_hot(number_, count));
    }
    /// A dimension of size 1 is inserted.
    [[nodiscard]] Tensor unsqueeze(std::int64_t dim) const
    {
        return Tensor(cb_tensor_unsqueeze(number_, dim));
    }
    /// Elements start to end (exclusive) of a dimension.
    [[nodiscard]] Tensor narrow(std::int64_t dim, std::uint64_t start, std::uint64_t end) const
    {
        return Tensor(cb_tensor_narrow(number_, dim, start, end));
    }
    /// A copy with `part` put at `start` of a dimension.
    [[nodiscard]] Tensor put(std::int64_t dim, std::uint64_t start, Tensor part) const
    {
        return Tensor(cb_tensor_put(number_, dim, start, part.number_));
    }
    /// Rows by index along a dimension.
    [[nodiscard]] Tensor pick(std::int64_t dim, Tensor index) const
    {
        return Tensor(cb_tensor_pick(number_, dim, index.number_));
    }
    /// Bilinear, of the last two dimensions.
    [[nodiscard]] Tensor resize(std::uint64_t height, std::uint64_t width) const
    {
        return Tensor(cb_tensor_resize(number_, height, width));
    }
    /// Another type of elements.
    [[nodiscard]] Tensor convert(Dtype to) const
    {
        return Tensor(cb_tensor_convert(number_, static_cast<cb_dtype>(to)));
    }

    /// By element, broadcast.
    friend Tensor operator+(Tensor a, Tensor b)
    {
        return Tensor(cb_tensor_add(a.number_, b.number_));
    }
    friend Tensor operator-(Tensor a, Tensor b)
    {
        return Tensor(cb_tensor_sub(a.number_, b.number_));
    }
    friend Tensor operator*(Tensor a, Tensor b)
    {
        return Tensor(cb_tensor_mul(a.number_, b.number_));
    }

private:
    std::uint64_t number_;
};

/// One summary per tensor, in order, in one wait for the device.
[[nodiscard]] std::vector<Summary> summaries(Given<Tensor> of);

/// 0 to n-1 in random order; int64. From this plugin's own stream, as all that is random.
[[nodiscard]] inline Tensor random_permutation(std::uint64_t n)
{
    return Tensor(cb_tensor_random_permutation(n));
}

/// Uniform in [0, 1); float32.
[[nodiscard]] Tensor random_uniform(Sizes shape);
/// Beta(a, b); float32.
[[nodiscard]] Tensor random_beta(Sizes shape, double a, double b);

} // namespace callbox
