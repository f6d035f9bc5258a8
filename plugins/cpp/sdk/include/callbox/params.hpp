/// Parameters are members of the plugin, named once in its method `params`:
///
///     std::uint32_t patience = 3;
///     std::string mode = "auto";
///
///     void params(callbox::Params &params) override
///     {
///         params.add("patience", patience, "Epochs to put up with.");
///         params.add("mode", mode, "Which is better.").choices({"auto", "min", "max"});
///     }
///
/// What they are initialized with is their default. They are filled before `start` is called; the
/// host checks type and bounds before.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace callbox {

/// Where a value goes. The contract has no type for counts: a std::uint32_t is an integer that
/// fits.
using Place = std::variant<bool *, std::int64_t *, std::uint32_t *, double *, std::string *,
                           std::vector<double> *, std::vector<std::string> *>;

/// One parameter: what the user may set.
class Param {
public:
    Param(const char *name, Place place, const char *doc) : name_(name), doc_(doc), place_(place) {}

    /// With a least value, inclusive.
    Param &min(double least)
    {
        min_ = least;
        return *this;
    }
    /// With a greatest value, inclusive.
    Param &max(double greatest)
    {
        max_ = greatest;
        return *this;
    }
    /// With these texts only.
    Param &choices(std::vector<const char *> texts)
    {
        choices_ = std::move(texts);
        return *this;
    }

private:
    friend class Declared;

    const char *name_, *doc_;
    Place place_;
    std::optional<double> min_, max_;
    std::vector<const char *> choices_;
};

/// All parameters of a plugin.
class Params {
public:
    /// One more: its kebab-case name, as users write it in the run file, the member with its
    /// default, and a line about it, with the unit where there is one.
    template <class Value>
        requires std::constructible_from<Place, Value *>
    Param &add(const char *name, Value &place, const char *doc)
    {
        return all_.emplace_back(name, Place(&place), doc);
    }

private:
    friend class Declared;

    std::vector<Param> all_;
};

} // namespace callbox
