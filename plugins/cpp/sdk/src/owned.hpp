/// C++ values as the contract's: copies, for whoever frees them.
#pragma once

#include <cstring>
#include <span>
#include <string_view>

#include <callbox/c.hpp>

namespace callbox::owned {

/// A text, to be copied or read at once.
inline cb_text lent(std::string_view text)
{
    return {reinterpret_cast<std::uint8_t *>(const_cast<char *>(text.data())), text.size()};
}

inline cb_text copy(std::string_view text)
{
    return cb_copy(lent(text));
}

/// Appends to a list of the contract.
template <class List, class Item> void push(List &list, const Item &item)
{
    void *grown = cb_grow(list.ptr, list.len, 1, sizeof *list.ptr);
    list.ptr = static_cast<decltype(list.ptr)>(grown);
    list.ptr[list.len++] = item;
}

/// Plain values, all at once.
template <class List, class Value> List copy_all(std::span<const Value> values)
{
    List copied = {};
    if (values.empty())
        return copied;
    copied.ptr = static_cast<Value *>(cb_grow(nullptr, 0, values.size(), sizeof(Value)));
    copied.len = values.size();
    std::memcpy(copied.ptr, values.data(), values.size_bytes());
    return copied;
}

inline cb_numbers copy(std::span<const double> values)
{
    return copy_all<cb_numbers>(values);
}

template <class Texts> cb_texts copy_texts(const Texts &texts)
{
    cb_texts copied = {};
    for (std::string_view text : texts)
        push(copied, copy(text));
    return copied;
}

} // namespace callbox::owned
