/// Lists of the contract as ranges: nothing is copied, an item is made when it is looked at.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "c.hpp"
#include "types.hpp"

namespace callbox {

/// The contract's values as C++ values. Texts stay where they are.
namespace view {

inline std::string_view of(const cb_text &raw)
{
    return {reinterpret_cast<const char *>(raw.ptr), raw.len};
}

/// An option: what it holds where it `is_some`.
template <class Option> auto option(const Option &raw)
{
    using Value = decltype(raw.val);
    return raw.is_some ? std::optional<Value>(raw.val) : std::nullopt;
}

inline Hyper of(const cb_hyper &raw)
{
    return {raw.lr, option(raw.mom), raw.wd, option(raw.beta)};
}

inline Grant of(const cb_grant &raw)
{
    return {of(raw.power), option(raw.min), option(raw.max)};
}

inline Metric of(const callbox_plugin_types_metric_spec_t &raw)
{
    if (!raw.higher_is_better.is_some)
        return {of(raw.name), Better::neither};
    return {of(raw.name), raw.higher_is_better.val ? Better::higher : Better::lower};
}

inline Stop of(const cb_stop &raw)
{
    return {of(raw.by), of(raw.reason)};
}

} // namespace view

/// A list of the contract, with `Raw` for its items in C. It lives as long as what it was taken
/// from.
template <class Raw> class List {
public:
    using value_type = decltype(view::of(Raw{}));

    /// Goes through the items, which it makes on the way.
    class Iterator {
    public:
        using value_type = List::value_type;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        explicit Iterator(const Raw *at) : at_(at) {}
        value_type operator*() const { return view::of(*at_); }
        Iterator &operator++()
        {
            ++at_;
            return *this;
        }
        Iterator operator++(int) { return Iterator(at_++); }
        bool operator==(const Iterator &) const = default;

    private:
        const Raw *at_ = nullptr;
    };

    List(const Raw *items, std::size_t size) : items_(items), size_(size) {}

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    /// The item at this place, which must be below `size()`: else the plugin stops there.
    value_type operator[](std::size_t at) const
    {
        if (at >= size_)
            cb_panic("there is no item %zu in a list of %zu", at, size_);
        return view::of(items_[at]);
    }
    [[nodiscard]] Iterator begin() const { return Iterator(items_); }
    [[nodiscard]] Iterator end() const { return Iterator(items_ + size_); }

private:
    const Raw *items_;
    std::size_t size_;
};

/// Texts, as std::string_view.
using Texts = List<cb_text>;

} // namespace callbox
