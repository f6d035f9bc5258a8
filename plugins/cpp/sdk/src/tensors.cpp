#include <callbox/tensors.hpp>

#include <limits>

namespace callbox {

namespace {

/* The C functions look only. */
template <class List, class Value> List lent(const Given<Value> &given)
{
    return {const_cast<Value *>(given.values().data()), given.values().size()};
}

/* A list of the host's as a vector; the list is freed. */
template <class List> auto taken(List list, void (*free)(List *))
{
    std::vector vector(list.ptr, list.ptr + list.len);
    free(&list);
    return vector;
}

} // namespace

Tensor Tensor::create(Sizes shape, Floats values)
{
    return Tensor(cb_tensor_create(lent<cb_sizes>(shape), lent<cb_floats>(values)));
}

std::vector<std::uint64_t> Tensor::shape() const
{
    return taken(cb_tensor_shape(number_), cb_sizes_free);
}

std::vector<float> Tensor::read_part(std::uint64_t offset, std::uint64_t count) const
{
    return taken(cb_tensor_read_part(number_, offset, count), cb_floats_free);
}

std::vector<std::int64_t> Tensor::read_integers_part(std::uint64_t offset,
                                                     std::uint64_t count) const
{
    return taken(cb_tensor_read_integers_part(number_, offset, count), cb_integers_free);
}

std::vector<Summary> summaries(Given<Tensor> of)
{
    std::vector<cb_tensor> numbers;
    for (Tensor tensor : of.values())
        numbers.push_back(tensor.number());
    auto all = taken(cb_tensor_summaries(numbers.data(), numbers.size()), cb_summaries_free);
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    all.resize(numbers.size(), {nan, nan, nan, nan, nan, 0});
    return all;
}

Tensor random_uniform(Sizes shape)
{
    return Tensor(cb_tensor_random_uniform(lent<cb_sizes>(shape)));
}

Tensor random_beta(Sizes shape, double a, double b)
{
    return Tensor(cb_tensor_random_beta(lent<cb_sizes>(shape), a, b));
}

} // namespace callbox
