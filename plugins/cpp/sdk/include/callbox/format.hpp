/// Texts with values in them. std::format would import an environment and make every plugin ten
/// times as large; this has its `{}` and nothing else.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace callbox {

/// A text with so many `{}`; with another number of them it does not compile.
template <std::size_t gaps> struct Format {
    std::string_view text;

    consteval Format(const char *with_gaps) : text(with_gaps)
    {
        std::size_t count = 0;
        for (std::size_t at = text.find("{}"); at != text.npos; at = text.find("{}", at + 2))
            count++;
        if (count != gaps)
            the_text_has_another_number_of_gaps_than_there_are_values();
    }

private:
    static void the_text_has_another_number_of_gaps_than_there_are_values();
};

/// What can stand in a gap: whole numbers, numbers, `true` or `false`, texts.
class Written {
public:
    Written(bool value) : Written(value ? "true" : "false") {}
    Written(char) = delete;
    Written(std::unsigned_integral auto value) : kind_(Kind::natural), natural_(value) {}
    Written(std::signed_integral auto value) : kind_(Kind::whole), whole_(value) {}
    /// The shortest text that reads back as the same: 0.1, 0.0000004, 12, NaN, inf.
    Written(std::floating_point auto value) : kind_(Kind::number), number_(value) {}
    Written(std::string_view value) : kind_(Kind::text), text_(value) {}
    Written(const std::string &value) : Written(std::string_view(value)) {}
    Written(const char *value) : Written(std::string_view(value)) {}

    void append_to(std::string &text) const;

private:
    enum class Kind : std::uint8_t { natural, whole, number, text };

    Kind kind_;
    union {
        std::uint64_t natural_;
        std::int64_t whole_;
        double number_;
        std::string_view text_;
    };
};

/// The text with a value in each gap; the next one reads better.
[[nodiscard]] std::string format_all(std::string_view text, std::span<const Written> values);

/// The text with a value in each `{}`:
///
///     callbox::format("epoch {} of {}", state.epoch() + 1, run.n_epochs())
template <class... Values>
[[nodiscard]] std::string format(Format<sizeof...(Values)> format, const Values &...values)
{
    if constexpr (sizeof...(Values) == 0) {
        return std::string(format.text);
    } else {
        const Written written[] = {Written(values)...};
        return format_all(format.text, written);
    }
}

/// The texts with something between them: `join(run.groups(), "|")`.
template <class Range> [[nodiscard]] std::string join(const Range &texts, std::string_view between)
{
    std::string joined;
    std::string_view before;
    for (std::string_view text : texts) {
        joined.append(before).append(text);
        before = between;
    }
    return joined;
}

} // namespace callbox
