/// A plugin's memory as bytes: `save` writes values, `load` reads the same ones back.
///
///     return saved::to_bytes(best, bad_epochs);
///     return saved::from_bytes(bytes, best, bad_epochs);
///
/// Little-endian, without names, as every language's SDK writes them: whoever changes the list
/// raises `state_version`. Numbers, flags, texts, options, lists, pairs and tuples of them.
#pragma once

#include <concepts>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "result.hpp"

namespace callbox {

/// Saved bytes.
using Bytes = std::vector<std::uint8_t>;

namespace saved {

/// The types that are written as they lie in memory: WebAssembly is little-endian, as the bytes are
/// to be.
template <class Value>
concept Plain = std::same_as<Value, std::uint8_t> || std::same_as<Value, std::uint32_t> ||
                std::same_as<Value, std::uint64_t> || std::same_as<Value, std::int64_t> ||
                std::same_as<Value, double>;

/// How a type is written and read; specialize it for one of your own.
template <class Value> struct Codec;

/// Bytes on their way back.
class Reader {
public:
    explicit Reader(std::span<const std::uint8_t> bytes) : left_(bytes) {}

    /// Moves so many bytes to `to`; false where they are not there.
    bool take(void *to, std::size_t size);
    /// The length of a list; false where not even one byte for each item is there, so that a wrong
    /// length reserves nothing.
    bool take_length(std::size_t &length);
    [[nodiscard]] bool at_end() const { return left_.empty(); }

private:
    std::span<const std::uint8_t> left_;
};

/// Appends bytes as they lie in memory.
void put(Bytes &bytes, const void *from, std::size_t size);
/// Appends a list's length.
void put_length(Bytes &bytes, std::size_t length);

template <Plain Value> struct Codec<Value> {
    static void write(Bytes &bytes, const Value &value) { put(bytes, &value, sizeof value); }
    static bool read(Reader &reader, Value &value) { return reader.take(&value, sizeof value); }
};

template <> struct Codec<bool> {
    static void write(Bytes &bytes, bool value) { bytes.push_back(value); }
    static bool read(Reader &reader, bool &value);
};

template <> struct Codec<std::string> {
    static void write(Bytes &bytes, const std::string &value);
    static bool read(Reader &reader, std::string &value);
};

template <class Value> struct Codec<std::optional<Value>> {
    static void write(Bytes &bytes, const std::optional<Value> &value)
    {
        Codec<bool>::write(bytes, value.has_value());
        if (value)
            Codec<Value>::write(bytes, *value);
    }
    static bool read(Reader &reader, std::optional<Value> &value)
    {
        bool there = false;
        value.reset();
        return Codec<bool>::read(reader, there) &&
               (!there || Codec<Value>::read(reader, value.emplace()));
    }
};

template <class Value> struct Codec<std::vector<Value>> {
    static void write(Bytes &bytes, const std::vector<Value> &values)
    {
        put_length(bytes, values.size());
        for (const Value &value : values)
            Codec<Value>::write(bytes, value);
    }
    static bool read(Reader &reader, std::vector<Value> &values)
    {
        std::size_t length = 0;
        values.clear();
        bool whole = reader.take_length(length);
        for (; whole && length > 0; length--) {
            Value value{};
            whole = Codec<Value>::read(reader, value);
            values.push_back(std::move(value));
        }
        return whole;
    }
};

template <class... Values> struct Codec<std::tuple<Values...>> {
    static void write(Bytes &bytes, const std::tuple<Values...> &values)
    {
        std::apply([&](const Values &...each) { (Codec<Values>::write(bytes, each), ...); },
                   values);
    }
    static bool read(Reader &reader, std::tuple<Values...> &values)
    {
        return std::apply(
            [&](Values &...each) { return (Codec<Values>::read(reader, each) && ...); }, values);
    }
};

template <class First, class Second> struct Codec<std::pair<First, Second>> {
    static void write(Bytes &bytes, const std::pair<First, Second> &pair)
    {
        Codec<First>::write(bytes, pair.first);
        Codec<Second>::write(bytes, pair.second);
    }
    static bool read(Reader &reader, std::pair<First, Second> &pair)
    {
        return Codec<First>::read(reader, pair.first) && Codec<Second>::read(reader, pair.second);
    }
};

/// The sentence about bytes that are something else.
std::unexpected<std::string> refusal(std::size_t size);

/// Values as bytes, one after the other.
template <class... Values> [[nodiscard]] Bytes to_bytes(const Values &...values)
{
    Bytes bytes;
    (Codec<Values>::write(bytes, values), ...);
    return bytes;
}

/// The values that `to_bytes` wrote, or a sentence, where the bytes are too few, too many, or not
/// such values: then all are as they were.
template <class... Values>
[[nodiscard]] Result<> from_bytes(std::span<const std::uint8_t> bytes, Values &...values)
{
    Reader reader(bytes);
    std::tuple<Values...> read{};
    if (!Codec<std::tuple<Values...>>::read(reader, read) || !reader.at_end())
        return refusal(bytes.size());
    std::tie(values...) = std::move(read);
    return {};
}

} // namespace saved

} // namespace callbox
