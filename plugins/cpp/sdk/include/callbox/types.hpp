/// The contract's words. What each means in full stands in wit/types.wit.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace callbox {

/// The points of the loop, in the order in which they occur.
enum class Hook : std::uint8_t {
    train_begin,
    epoch_begin,
    batch_begin,
    loss_begin,
    backward_begin,
    backward_end,
    step_end,
    batch_end,
    valid_begin,
    valid_end,
    epoch_end,
};

/// Which loader feeds the current batch.
enum class Phase : std::uint8_t { train, valid, test };

/// A hyper-parameter.
enum class HyperName : std::uint8_t { lr, mom, wd, beta };

/// Which direction of a metric is an improvement.
enum class Better : std::uint8_t {
    neither, ///< as for the norm of the gradients
    higher,  ///< as for accuracy
    lower,   ///< as for a loss
};

/// Parts of the state that cost something to fill in; combine them with `|`.
enum class Reads : std::uint8_t {
    losses = 1 << 0,
    hypers = 1 << 1,
    monitored = 1 << 2,
    late = 1 << 3, ///< losses of the batch before will do: the device is not waited for
};

/// Rights to change the loop, which a plugin declares and the user grants; combine them with `|`.
enum class Power : std::uint32_t {
    none = 0,
    control = 1 << 0,    ///< stop, skip, validate
    lr = 1 << 1,         ///< set or scale the learning rate
    mom = 1 << 2,        ///< set or scale momentum, beta1 of Adam
    wd = 1 << 3,         ///< set or scale weight decay
    beta = 1 << 4,       ///< set or scale beta2 of Adam, alpha of RMSprop
    gradients = 1 << 5,  ///< scale, clip or disturb gradients
    weights = 1 << 6,    ///< freeze groups, keep and restore copies of the weights
    sampler = 1 << 7,    ///< change how samples are drawn
    checkpoint = 1 << 8, ///< write checkpoints
    transform = 1 << 9,  ///< change batches, outputs and losses
};

constexpr Reads operator|(Reads a, Reads b)
{
    return static_cast<Reads>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}

constexpr Power operator|(Power a, Power b)
{
    return static_cast<Power>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}

/// The losses known at a hook; NaN where one does not exist yet.
struct Losses {
    double raw;    ///< as the model gave it
    double last;   ///< after all transforms: what is back-propagated
    double smooth; ///< exponential average of `raw` over training batches
};

/// The optimizer's hyper-parameters for one layer group; empty: this optimizer has no such thing.
struct Hyper {
    double lr;
    std::optional<double> mom; ///< momentum of SGD and RMSprop, beta1 of Adam
    double wd;
    std::optional<double> beta; ///< beta2 of Adam, alpha of RMSprop
};

/// A power that the user gave, with inclusive bounds of the value in effect.
struct Grant {
    std::string_view power;
    std::optional<double> min, max;
};

/// A metric and which direction of it is better.
struct Metric {
    std::string_view name;
    Better better;
};

/// Who asked the run to stop, and why.
struct Stop {
    std::string_view by, reason;
};

} // namespace callbox
