/// What a plugin is: a class that extends `Callback`, and a line that registers it.
#pragma once

#include <memory>

#include "params.hpp"
#include "plan.hpp"
#include "run.hpp"
#include "saved.hpp"
#include "signal.hpp"
#include "state.hpp"
#include "tensors.hpp"

namespace callbox {

/// Signals for the loop, or a sentence that is journaled as this plugin's violation.
using Answer = Result<Signals>;

/// A batch: the model is called on the input, whose first dimension is the samples; the loss
/// compares with the target.
struct Pair {
    Tensor input, target;
};

/// The value of a metric that the plan declares, and the samples behind it.
struct Report {
    std::string name;
    double value;
    double weight;
};

/// What a plugin is and the most that it may ask for.
struct About {
    /// Kebab-case.
    const char *name;
    /// Semantic.
    const char *version;
    /// One line.
    const char *summary;
    /// Powers without which the plugin refuses to work.
    Power needs = Power::none;
    /// Powers that it can do without: `run.grants` says what it got.
    Power wants = Power::none;
    /// Of what `save` writes: raise it when an older save no longer fits.
    std::uint32_t state_version = 1;
};

/// A plugin: made when a run begins, called at the hooks that its plan names, there until the run
/// ends.
///
/// A plugin holds only the hooks that it is about. What may be answered where is in the table
/// beside `on-event` in wit/callback.wit. A hook that the plan names and the plugin lacks is an
/// error of that hook.
class Callback {
public:
    Callback() = default;
    Callback(const Callback &) = delete;
    virtual ~Callback() = default;

    /// Names the members that the user may set. Also called on a plugin that was made to ask only.
    virtual void params(Params &params);

    /// A run is about to begin or to go on: parameters are filled in. A sentence refuses the
    /// plugin.
    virtual Result<Plan> start(const Run &run) = 0;

    /// Once, after every plugin's `start`.
    virtual Answer on_train_begin(const State &state);
    /// Before the first batch of an epoch.
    virtual Answer on_epoch_begin(const State &state);
    /// A batch is on the device, the model has not seen it.
    virtual Answer on_batch_begin(const State &state);
    /// The model's output exists, the loss does not.
    virtual Answer on_loss_begin(const State &state);
    /// The loss exists, gradients do not.
    virtual Answer on_backward_begin(const State &state);
    /// Gradients exist, the optimizer has not stepped.
    virtual Answer on_backward_end(const State &state);
    /// The optimizer has stepped, or its step was skipped.
    virtual Answer on_step_end(const State &state);
    /// The batch is done.
    virtual Answer on_batch_end(const State &state);
    /// Before the first validation batch.
    virtual Answer on_valid_begin(const State &state);
    /// Validation loss and metrics are final, or marked partial.
    virtual Answer on_valid_end(const State &state);
    /// The epoch, its validation included, is done.
    virtual Answer on_epoch_end(const State &state);
    /// The end of training: once, also after an error or a stop. Needs no mention in the plan.
    virtual Answer on_finish(const State &state, const Outcome &outcome);

    /// Called where the plan says `transforms_input` and the like, after the hook's events were
    /// applied, if EXPORTS in the Makefile names `transform`. Each gets what the one before it
    /// left, and answers what replaces it, or `{}`: all stays as it is. What the host makes lives
    /// on the run's device, where it must be. In `state` there are no losses, and lists are empty.
    ///
    /// The batch before the model sees it; what replaces it has the same number of samples.
    virtual Result<std::optional<Pair>> transform_input(const State &state, Pair batch);
    /// The model's output before the loss is taken.
    virtual Result<std::optional<Tensor>> transform_output(const State &state, Tensor output);
    /// The loss before gradients are computed, in training only. What replaces it is a scalar that
    /// has a gradient: computed from this one, or from `batch`'s tensors.
    virtual Result<std::optional<Tensor>> transform_loss(const State &state, Tensor loss);

    /// Called for every pass of validation or test if the plan reports anything and EXPORTS names
    /// `metric`.
    ///
    /// A pass begins: forget the last one. What fails here is the error of the first `update`.
    virtual Result<> begin_pass();
    /// One batch: the model's output, its target, and how many samples they hold.
    virtual Result<> update(Tensor output, Tensor target, std::uint32_t size);
    /// The pass is over: a value for each metric of the plan.
    virtual Result<std::vector<Report>> finish_pass();

    /// Everything needed to go on later; `saved::to_bytes` writes it.
    virtual Result<Bytes> save() const;
    /// Goes on from what `save` wrote; `saved::from_bytes` reads it.
    virtual Result<> load(std::span<const std::uint8_t> bytes);
};

/// What CALLBOX_REGISTER defines.
namespace registered {

extern const About &about;
std::unique_ptr<Callback> make();

} // namespace registered

} // namespace callbox

/// Makes a class the plugin of this module. It extends callbox::Callback, can be made of nothing,
/// and has a member `static constexpr callbox::About about`.
#define CALLBOX_REGISTER(Plugin)                                                                   \
    const callbox::About &callbox::registered::about = Plugin::about;                              \
    std::unique_ptr<callbox::Callback> callbox::registered::make()                                 \
    {                                                                                              \
        return std::make_unique<Plugin>();                                                         \
    }                                                                                              \
    static_assert(true)
