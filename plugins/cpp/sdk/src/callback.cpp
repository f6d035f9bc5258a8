/// What a plugin does where it says nothing of its own.
#include <callbox/callback.hpp>

namespace callbox {

namespace {

/* A hook that is subscribed to and not there would be called for nothing, silently. */
[[gnu::noinline]] std::string sentence(const char *method)
{
    return format("the plan names a hook that the plugin has no {} for", method);
}

template <class Value> Result<Value> missing(const char *method)
{
    return Result<Value>(std::unexpect, sentence(method));
}

} // namespace

void Callback::params(Params &) {}

Answer Callback::on_train_begin(const State &)
{
    return missing<Signals>("on_train_begin");
}

Answer Callback::on_epoch_begin(const State &)
{
    return missing<Signals>("on_epoch_begin");
}

Answer Callback::on_batch_begin(const State &)
{
    return missing<Signals>("on_batch_begin");
}

Answer Callback::on_loss_begin(const State &)
{
    return missing<Signals>("on_loss_begin");
}

Answer Callback::on_backward_begin(const State &)
{
    return missing<Signals>("on_backward_begin");
}

Answer Callback::on_backward_end(const State &)
{
    return missing<Signals>("on_backward_end");
}

Answer Callback::on_step_end(const State &)
{
    return missing<Signals>("on_step_end");
}

Answer Callback::on_batch_end(const State &)
{
    return missing<Signals>("on_batch_end");
}

Answer Callback::on_valid_begin(const State &)
{
    return missing<Signals>("on_valid_begin");
}

Answer Callback::on_valid_end(const State &)
{
    return missing<Signals>("on_valid_end");
}

Answer Callback::on_epoch_end(const State &)
{
    return missing<Signals>("on_epoch_end");
}

Answer Callback::on_finish(const State &, const Outcome &)
{
    return {};
}

Result<std::optional<Pair>> Callback::transform_input(const State &, Pair)
{
    return missing<std::optional<Pair>>("transform_input");
}

Result<std::optional<Tensor>> Callback::transform_output(const State &, Tensor)
{
    return missing<std::optional<Tensor>>("transform_output");
}

Result<std::optional<Tensor>> Callback::transform_loss(const State &, Tensor)
{
    return missing<std::optional<Tensor>>("transform_loss");
}

Result<> Callback::begin_pass()
{
    return {};
}

Result<> Callback::update(Tensor, Tensor, std::uint32_t)
{
    return missing<void>("update");
}

Result<std::vector<Report>> Callback::finish_pass()
{
    return missing<std::vector<Report>>("finish_pass");
}

Result<Bytes> Callback::save() const
{
    return {};
}

Result<> Callback::load(std::span<const std::uint8_t>)
{
    return {};
}

} // namespace callbox
