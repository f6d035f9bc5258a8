#include <callbox/batch.hpp>
#include <callbox/list.hpp>
#include <callbox/model.hpp>

#include "owned.hpp"

namespace callbox {

Tensor batch::activation(std::string_view name)
{
    return Tensor(cb_batch_activation(owned::lent(name)));
}

namespace model {

std::vector<Parameter> parameters()
{
    cb_parameters raw = cb_model_parameters();
    std::vector<Parameter> parameters;
    for (const cb_parameter &each : std::span(raw.ptr, raw.len))
        parameters.push_back({std::string(view::of(each.name)),
                              each.group,
                              {each.shape.ptr, each.shape.ptr + each.shape.len},
                              each.trainable});
    cb_parameters_free(&raw);
    return parameters;
}

std::vector<std::string> activations()
{
    cb_texts raw = cb_model_activations();
    std::vector<std::string> names;
    for (std::string_view name : Texts(raw.ptr, raw.len))
        names.emplace_back(name);
    cb_texts_free(&raw);
    return names;
}

Tensor weight(std::string_view name)
{
    return Tensor(cb_model_weight(owned::lent(name)));
}

Tensor gradient(std::string_view name)
{
    return Tensor(cb_model_gradient(owned::lent(name)));
}

} // namespace model

} // namespace callbox
