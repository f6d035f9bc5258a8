/// What a callback asks the loop to do. The table beside `on-event` in wit/callback.wit says where
/// each is legal, which power it takes and how two of a kind merge.
#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "c.hpp"
#include "format.hpp"
#include "given.hpp"
#include "tensors.hpp"
#include "types.hpp"

namespace callbox {

/// One of them; the functions of `callbox::signal` make it.
class Signal {
public:
    explicit Signal(const cb_signal &raw) : raw_(raw) {}
    Signal(Signal &&other) noexcept : raw_(other.release()) {}
    Signal &operator=(Signal &&other) noexcept
    {
        std::swap(raw_, other.raw_);
        return *this;
    }
    ~Signal() { callbox_plugin_types_signal_free(&raw_); }

    /// The contract's signal, for whoever frees it.
    cb_signal release();

private:
    cb_signal raw_;
};

/// What a hook answers: `return {};` for nothing, `return signal::stop_training("why");` for one,
/// `return Signals(signal::skip_batch(), signal::skip_step());` for several.
class Signals {
public:
    Signals() = default;
    template <std::same_as<Signal>... Each>
        requires(sizeof...(Each) > 0)
    Signals(Each &&...signals)
    {
        (push_back(std::move(signals)), ...);
    }
    Signals(Signals &&other) noexcept : raw_(other.release()) {}
    Signals &operator=(Signals &&other) noexcept
    {
        std::swap(raw_, other.raw_);
        return *this;
    }
    ~Signals() { exports_callbox_plugin_callback_list_signal_free(&raw_); }

    void push_back(Signal signal);
    [[nodiscard]] std::size_t size() const { return raw_.len; }

    /// The contract's list, for whoever frees it.
    cb_signals release() { return std::exchange(raw_, {}); }

private:
    cb_signals raw_ = {};
};

namespace signal {

/// Of those with a reason.
enum class Stopped : std::uint8_t { training, epoch, validation };
[[nodiscard]] Signal stop(Stopped what, std::string_view reason);

/// Stop after the current batch; the reason, which `format` makes, goes into the record.
template <class... Values>
[[nodiscard]] Signal stop_training(Format<sizeof...(Values)> reason, const Values &...values)
{
    return stop(Stopped::training, format(reason, values...));
}

/// End this epoch's training after the current batch.
template <class... Values>
[[nodiscard]] Signal stop_epoch(Format<sizeof...(Values)> reason, const Values &...values)
{
    return stop(Stopped::epoch, format(reason, values...));
}

/// End this validation after the current batch; its result is marked partial.
template <class... Values>
[[nodiscard]] Signal stop_validation(Format<sizeof...(Values)> reason, const Values &...values)
{
    return stop(Stopped::validation, format(reason, values...));
}

/// No validation in this epoch.
[[nodiscard]] Signal skip_validation();
/// Validate after this batch.
[[nodiscard]] Signal validate_now();
/// Leave this batch out: straight to its batch-end.
[[nodiscard]] Signal skip_batch();
/// No gradients from this batch, and no step.
[[nodiscard]] Signal skip_backward();
/// The optimizer does not step on this batch; its gradients are dropped.
[[nodiscard]] Signal skip_step();
/// Keep gradients for the next batch: accumulation.
[[nodiscard]] Signal keep_gradients();

/// Set a hyper-parameter in all layer groups, or in one, as its owner.
[[nodiscard]] Signal set(HyperName name, double value);
[[nodiscard]] Signal set_group(HyperName name, std::uint32_t group, double value);
/// This plugin's factor on a hyper-parameter, until it gives another; 1 takes it back.
[[nodiscard]] Signal scale(HyperName name, double factor);
[[nodiscard]] Signal scale_group(HyperName name, std::uint32_t group, double factor);

/// Multiply all gradients.
[[nodiscard]] Signal scale_grad(double factor);
/// Clamp each element of the gradients to [-limit, limit].
[[nodiscard]] Signal clip_grad_value(double limit);
/// Scale all gradients so that their global L2 norm is at most this.
[[nodiscard]] Signal clip_grad_norm(double limit);
/// Per output unit: the gradient's norm is at most factor * max(the weight's norm, floor).
[[nodiscard]] Signal clip_grad_adaptive(double factor, double floor);
/// Add Gaussian noise of this standard deviation to the gradients.
[[nodiscard]] Signal noise_grad(double std);

/// Freeze or unfreeze a layer group.
[[nodiscard]] Signal set_trainable(std::uint32_t group, bool trainable);
/// Keep a group's normalisation layers in evaluation mode, or no longer.
[[nodiscard]] Signal set_norm_frozen(std::uint32_t group, bool frozen);
/// One pass over the training data, without gradients, that recomputes running statistics.
[[nodiscard]] Signal refresh_norm_statistics();
/// Copy weights, optimizer and model state into this plugin's slot of that name.
[[nodiscard]] Signal snapshot(std::string_view slot);
/// Put a slot back; the data goes on.
[[nodiscard]] Signal restore(std::string_view slot);
/// slot = slot + weight * (current - slot); creates the slot at first use.
[[nodiscard]] Signal blend(std::string_view slot, double weight);
/// Validate with the slot's weights; the host puts the current ones back.
[[nodiscard]] Signal evaluate_with(std::string_view slot);
/// Make the slot's weights the current ones.
[[nodiscard]] Signal adopt(std::string_view slot);
/// Free a slot.
[[nodiscard]] Signal forget(std::string_view slot);
/// Relative probability of drawing each training sample, in dataset order; from the next epoch on.
[[nodiscard]] Signal sample_weights(Tensor weights);

/// A value of a metric declared in the plan, and how many samples stand behind it.
[[nodiscard]] Signal report(std::string_view metric, double value, double weight = 1.0);
/// A small matrix to show; values in row-major order.
[[nodiscard]] Signal table(std::string_view name, const std::vector<std::string> &rows,
                           const std::vector<std::string> &columns, Numbers values);
/// Counts between ascending edges: one edge more than counts.
[[nodiscard]] Signal histogram(std::string_view name, Numbers edges, Numbers counts);
/// Write a checkpoint under this name.
[[nodiscard]] Signal checkpoint(std::string_view name);
/// For experiments: a name that the host may know, and numbers. An unknown name is refused.
[[nodiscard]] Signal other(std::string_view name, Numbers numbers);

} // namespace signal

} // namespace callbox
