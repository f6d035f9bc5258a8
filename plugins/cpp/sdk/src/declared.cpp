#include "declared.hpp"

#include "owned.hpp"

#define TAG(name) CALLBOX_PLUGIN_TYPES_VALUE_##name

namespace callbox {

namespace {

using Carried = callbox_plugin_types_value_t;

/// A default as the contract carries it, by the type of its member.
struct Carry {
    Carried operator()(const bool *flag) const { return {TAG(FLAG), {.flag = *flag}}; }
    Carried operator()(const std::int64_t *whole) const
    {
        return {TAG(INTEGER), {.integer = *whole}};
    }
    Carried operator()(const std::uint32_t *count) const
    {
        return {TAG(INTEGER), {.integer = *count}};
    }
    Carried operator()(const double *number) const { return {TAG(NUMBER), {.number = *number}}; }
    Carried operator()(const std::string *text) const
    {
        return {TAG(TEXT), {.text = owned::copy(*text)}};
    }
    Carried operator()(const std::vector<double> *numbers) const
    {
        return {TAG(NUMBERS), {.numbers = owned::copy(*numbers)}};
    }
    Carried operator()(const std::vector<std::string> *texts) const
    {
        return {TAG(TEXTS), {.texts = owned::copy_texts(*texts)}};
    }
};

/// Whether a value is of the member's type; if so, it is in its place.
struct Fill {
    const Carried &value;

    bool operator()(bool *flag) const
    {
        return is(TAG(FLAG)) && (*flag = value.val.flag, true);
    }
    bool operator()(std::int64_t *whole) const
    {
        return is(TAG(INTEGER)) && (*whole = value.val.integer, true);
    }
    bool operator()(std::uint32_t *count) const
    {
        if (!is(TAG(INTEGER)) || !std::in_range<std::uint32_t>(value.val.integer))
            return false;
        *count = static_cast<std::uint32_t>(value.val.integer);
        return true;
    }
    bool operator()(double *number) const
    {
        return is(TAG(NUMBER)) && (*number = value.val.number, true);
    }
    bool operator()(std::string *text) const
    {
        return is(TAG(TEXT)) && (*text = view::of(value.val.text), true);
    }
    bool operator()(std::vector<double> *numbers) const
    {
        const cb_numbers &from = value.val.numbers;
        return is(TAG(NUMBERS)) && (numbers->assign(from.ptr, from.ptr + from.len), true);
    }
    bool operator()(std::vector<std::string> *texts) const
    {
        if (!is(TAG(TEXTS)))
            return false;
        texts->clear();
        for (std::string_view text : Texts(value.val.texts.ptr, value.val.texts.len))
            texts->emplace_back(text);
        return true;
    }

private:
    bool is(std::uint8_t tag) const { return value.tag == tag; }
};

std::string_view kind(const Carried &value)
{
    constexpr std::string_view kinds[] = {"a flag", "this integer",      "a number",
                                          "a text", "a list of numbers", "a list of texts"};
    return kinds[value.tag];
}

callbox_option_f64_t option(std::optional<double> value)
{
    return {value.has_value(), value.value_or(0.0)};
}

} // namespace

callbox_plugin_types_param_t Declared::describe(const Param &param)
{
    std::optional<double> min = param.min_, max = param.max_;
    if (std::holds_alternative<std::uint32_t *>(param.place_)) {
        min = min.value_or(0.0);
        max = max.value_or(UINT32_MAX);
    }
    return {
        .name = owned::copy(param.name_),
        .doc = owned::copy(param.doc_),
        .default_ = std::visit(Carry(), param.place_),
        .min = option(min),
        .max = option(max),
        .choices = owned::copy_texts(param.choices_),
    };
}

callbox_plugin_types_list_param_t Declared::list() const
{
    callbox_plugin_types_list_param_t list = {};
    for (const Param &param : params_.all_)
        owned::push(list, describe(param));
    return list;
}

Result<> Declared::fill(const Settings &settings) const
{
    for (const auto &setting : std::span(settings.ptr, settings.len)) {
        std::string_view name = view::of(setting.name);
        const Param *named = nullptr;
        for (const Param &param : params_.all_) {
            if (name == param.name_)
                named = &param;
        }
        if (named == nullptr)
            return fail("there is no parameter `{}`", name);
        if (!std::visit(Fill{setting.value}, named->place_))
            return fail("parameter `{}` cannot be {}", name, kind(setting.value));
    }
    return {};
}

} // namespace callbox
