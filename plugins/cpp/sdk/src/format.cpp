#include <callbox/format.hpp>

#include <callbox/c.hpp>

namespace callbox {

namespace {

void append_natural(std::string &text, std::uint64_t value)
{
    char digits[20];
    char *first = std::end(digits);
    do {
        *--first = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value > 0);
    text.append(first, static_cast<std::size_t>(std::end(digits) - first));
}

void append_whole(std::string &text, std::int64_t value)
{
    if (value < 0)
        text.push_back('-');
    auto bits = static_cast<std::uint64_t>(value);
    append_natural(text, value < 0 ? -bits : bits);
}

void append_number(std::string &text, double value)
{
    char digits[CB_NUMBER_ROOM];
    text.append(digits, cb_write_number(digits, value));
}

} // namespace

void Written::append_to(std::string &text) const
{
    switch (kind_) {
    case Kind::natural:
        return append_natural(text, natural_);
    case Kind::whole:
        return append_whole(text, whole_);
    case Kind::number:
        return append_number(text, number_);
    case Kind::text:
        text.append(text_);
    }
}

std::string format_all(std::string_view text, std::span<const Written> values)
{
    std::string formatted;
    for (const Written &value : values) {
        std::size_t gap = text.find("{}");
        formatted.append(text.substr(0, gap));
        value.append_to(formatted);
        text.remove_prefix(gap + 2);
    }
    formatted.append(text);
    return formatted;
}

} // namespace callbox
