/// Stops training as soon as the loss is good enough.
#include <callbox/callbox.hpp>

using namespace callbox;

/// A plugin: made when a run begins, called at the hooks that its plan names.
class MyPlugin final : public Callback {
public:
    static constexpr About about = {
        .name = "my-plugin",
        .version = "0.1.0",
        .summary = "Stops training as soon as the loss is good enough",
        .needs = Power::control,
    };

    /// What the user may set.
    void params(Params &params) override
    {
        params.add("below", below_, "Training stops when the smoothed loss is below this.")
            .min(0.0);
    }

    Result<Plan> start(const Run &) override
    {
        return Plan()
            // [hook train-begin]
            .on(Hook::train_begin)
            // [/hook]
            // [hook epoch-begin]
            .on(Hook::epoch_begin)
            // [/hook]
            // [hook batch-begin]
            .on(Hook::batch_begin)
            // [/hook]
            // [hook loss-begin]
            .on(Hook::loss_begin)
            // [/hook]
            // [hook backward-begin]
            .on(Hook::backward_begin)
            // [/hook]
            // [hook backward-end]
            .on(Hook::backward_end)
            // [/hook]
            // [hook step-end]
            .on(Hook::step_end)
            // [/hook]
            // [hook batch-end]
            .on(Hook::batch_end)
            .phase(Phase::train)
            .reads(Reads::losses)
            // [/hook]
            // [hook valid-begin]
            .on(Hook::valid_begin)
            // [/hook]
            // [hook valid-end]
            .on(Hook::valid_end)
            // [/hook]
            // [hook epoch-end]
            .on(Hook::epoch_end)
            // [/hook]
            .powers(Power::control);
    }
    // [hook train-begin]

    /// Once, after every plugin was made.
    Answer on_train_begin(const State &state) override
    {
        log::debug("train-begin of epoch {}, iteration {}", state.epoch(), state.iteration());
        return {};
    }
    // [/hook]
    // [hook epoch-begin]

    /// Before the first batch of an epoch.
    Answer on_epoch_begin(const State &state) override
    {
        log::debug("epoch-begin of epoch {}, iteration {}", state.epoch(), state.iteration());
        return {};
    }
    // [/hook]
    // [hook batch-begin]

    /// A batch is on the device, the model has not seen it.
    Answer on_batch_begin(const State &state) override
    {
        log::debug("batch-begin of epoch {}, iteration {}", state.epoch(), state.iteration());
        return {};
    }
    // [/hook]
    // [hook loss-begin]

    /// The model's output exists, the loss does not.
    Answer on_loss_begin(const State &state) override
    {
        log::debug("loss-begin of epoch {}, iteration {}", state.epoch(), state.iteration());
        return {};
    }
    // [/hook]
    // [hook backward-begin]

    /// The loss exists, gradients do not.
    Answer on_backward_begin(const State &state) override
    {
        log::debug("backward-begin of epoch {}, iteration {}", state.epoch(), state.iteration());
        return {};
    }
    // [/hook]
    // [hook backward-end]

    /// Gradients exist, the optimizer has not stepped.
    Answer on_backward_end(const State &state) override
    {
        log::debug("backward-end of epoch {}, iteration {}", state.epoch(), state.iteration());
        return {};
    }
    // [/hook]
    // [hook step-end]

    /// The optimizer has stepped, or its step was skipped.
    Answer on_step_end(const State &state) override
    {
        log::debug("step-end of epoch {}, iteration {}", state.epoch(), state.iteration());
        return {};
    }
    // [/hook]
    // [hook batch-end]

    /// The batch is done.
    Answer on_batch_end(const State &state) override
    {
        if (state.losses() && state.losses()->smooth < below_)
            return signal::stop_training("the loss is good enough");
        return {};
    }
    // [/hook]
    // [hook valid-begin]

    /// Before the first validation batch.
    Answer on_valid_begin(const State &state) override
    {
        log::debug("valid-begin of epoch {}, iteration {}", state.epoch(), state.iteration());
        return {};
    }
    // [/hook]
    // [hook valid-end]

    /// Validation loss and metrics are final, or marked partial.
    Answer on_valid_end(const State &state) override
    {
        log::debug("valid-end of epoch {}, iteration {}", state.epoch(), state.iteration());
        return {};
    }
    // [/hook]
    // [hook epoch-end]

    /// The epoch, its validation included, is done.
    Answer on_epoch_end(const State &state) override
    {
        log::debug("epoch-end of epoch {}, iteration {}", state.epoch(), state.iteration());
        return {};
    }
    // [/hook]
    // [hook finish]

    /// The end of training.
    Answer on_finish(const State &state, const Outcome &outcome) override
    {
        log::debug("{} after {} epochs", outcome.name(), state.epoch());
        return {};
    }
    // [/hook]

private:
    double below_ = 0.05;
};

CALLBOX_REGISTER(MyPlugin);
