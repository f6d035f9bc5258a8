#include "declared.h"

#include "../include/callbox/list.h"
#include "../include/callbox/log.h"
#include "../include/callbox/text.h"

#define TAG(name) CALLBOX_PLUGIN_TYPES_VALUE_##name
typedef callbox_plugin_types_value_t carried;

static cb_numbers numbers_of(const cb_value *value)
{
    cb_numbers numbers = {};
    for (size_t i = 0; i < value->len; i++)
        CB_PUSH(&numbers, value->otherwise.numbers[i]);
    return numbers;
}

static cb_texts texts_of(const char *const *strings, size_t len)
{
    cb_texts texts = {};
    for (size_t i = 0; i < len; i++)
        CB_PUSH(&texts, cb_copy(cb_text_of(strings[i])));
    return texts;
}

static cb_texts choices_of(const char *const *choices)
{
    size_t len = 0;
    while (choices != nullptr && choices[len] != nullptr)
        len++;
    return texts_of(choices, len);
}

/* The default as the contract carries it; whoever gets it owns it. */
static carried default_of(const cb_value *value)
{
    switch (value->type) {
    case CB_TYPE_FLAG:
        return (carried){TAG(FLAG), {.flag = value->otherwise.flag}};
    case CB_TYPE_INTEGER:
    case CB_TYPE_COUNT:
        return (carried){TAG(INTEGER), {.integer = value->otherwise.integer}};
    case CB_TYPE_NUMBER:
        return (carried){TAG(NUMBER), {.number = value->otherwise.number}};
    case CB_TYPE_TEXT:
        return (carried){TAG(TEXT), {.text = cb_copy(cb_text_of(value->otherwise.text))}};
    case CB_TYPE_NUMBERS:
        return (carried){TAG(NUMBERS), {.numbers = numbers_of(value)}};
    case CB_TYPE_TEXTS:
        return (carried){TAG(TEXTS), {.texts = texts_of(value->otherwise.texts, value->len)}};
    }
    cb_panic("a parameter was declared without CB_NUMBER or the like");
}

callbox_plugin_types_param_t cb_declare(const cb_param *param)
{
    callbox_plugin_types_param_t declared = {
        .name = cb_copy(cb_text_of(param->name)),
        .doc = cb_copy(cb_text_of(param->doc)),
        .default_ = default_of(&param->value),
        .min = param->min,
        .max = param->max,
        .choices = choices_of(param->choices),
    };
    bool is_count = param->value.type == CB_TYPE_COUNT;
    if (is_count && !declared.min.is_some)
        declared.min = (cb_option_f64)CB_SOME(0.0);
    if (is_count && !declared.max.is_some)
        declared.max = (cb_option_f64)CB_SOME(UINT32_MAX);
    return declared;
}

static bool fill_count(uint32_t *place, const carried *value)
{
    if (value->tag != TAG(INTEGER) || value->val.integer < 0 || value->val.integer > UINT32_MAX)
        return false;
    *place = (uint32_t)value->val.integer;
    return true;
}

/* Whether the value is of the parameter's type; if so, it is in its place. */
static bool fill(const cb_value *param, const carried *value)
{
    static const uint8_t tags[] = {TAG(FLAG), TAG(INTEGER), TAG(INTEGER), TAG(NUMBER),
                                   TAG(TEXT), TAG(NUMBERS), TAG(TEXTS)};
    if (value->tag != tags[param->type])
        return false;
    switch (param->type) {
    case CB_TYPE_FLAG:
        *param->place.flag = value->val.flag;
        return true;
    case CB_TYPE_INTEGER:
        *param->place.integer = value->val.integer;
        return true;
    case CB_TYPE_COUNT:
        return fill_count(param->place.count, value);
    case CB_TYPE_NUMBER:
        *param->place.number = value->val.number;
        return true;
    case CB_TYPE_TEXT:
        *param->place.text = value->val.text;
        return true;
    case CB_TYPE_NUMBERS:
        *param->place.numbers = value->val.numbers;
        return true;
    case CB_TYPE_TEXTS:
        *param->place.texts = value->val.texts;
        return true;
    }
    return false;
}

static const char *kind(const carried *value)
{
    static const char *const kinds[] = {"a flag", "this integer",      "a number",
                                        "a text", "a list of numbers", "a list of texts"};
    return kinds[value->tag];
}

static bool fill_setting(const cb_param *params, size_t n_params,
                         const callbox_plugin_types_setting_t *setting)
{
    for (size_t i = 0; i < n_params; i++) {
        if (!cb_is(setting->name, params[i].name))
            continue;
        if (fill(&params[i].value, &setting->value))
            return true;
        return cb_fail("parameter `%s` cannot be %s", params[i].name, kind(&setting->value));
    }
    return cb_fail("there is no parameter `%.*s`", CB_ARG(setting->name));
}

bool cb_fill_params(const cb_param *params, size_t n_params,
                    const exports_callbox_plugin_callback_list_setting_t *settings)
{
    /* Defaults stay for the plugin's life, as settings do, so they are never freed. */
    for (size_t i = 0; i < n_params; i++) {
        carried otherwise = default_of(&params[i].value);
        fill(&params[i].value, &otherwise);
    }
    for (size_t i = 0; i < settings->len; i++) {
        if (!fill_setting(params, n_params, &settings->ptr[i]))
            return false;
    }
    return true;
}
