/// What a hook is told.
#pragma once

#include <span>

#include "list.hpp"

namespace callbox {

/// What a callback may know at a hook. What it gives is gone when the hook returns: keep copies.
class State {
public:
    explicit State(const cb_state &raw) : raw_(raw) {}

    /// The current epoch, from 0; in `on_finish` the number of epochs completed.
    [[nodiscard]] std::uint32_t epoch() const { return raw_.epoch; }
    /// Index of the batch within its phase, from 0.
    [[nodiscard]] std::uint32_t num_batch() const { return raw_.num_batch; }
    /// Training batches completed before the current one: at batch-end it is not yet counted.
    [[nodiscard]] std::uint64_t iteration() const { return raw_.iteration; }
    /// Training samples in them.
    [[nodiscard]] std::uint64_t samples() const { return raw_.samples; }
    /// The loader of the current batch.
    [[nodiscard]] Phase phase() const { return static_cast<Phase>(raw_.phase); }
    /// Samples in the current batch; 0 outside a batch.
    [[nodiscard]] std::uint32_t batch_size() const { return raw_.batch_size; }
    /// Only where the plan reads them.
    [[nodiscard]] std::optional<Losses> losses() const
    {
        if (!raw_.losses.is_some)
            return std::nullopt;
        return Losses{raw_.losses.val.raw, raw_.losses.val.last, raw_.losses.val.smooth};
    }
    /// The last validation was stopped early, or left a batch out: its numbers never count as best.
    [[nodiscard]] bool partial() const { return raw_.partial; }
    /// In effect, one per layer group; empty unless the plan reads them.
    [[nodiscard]] List<cb_hyper> hypers() const { return {raw_.hypers.ptr, raw_.hypers.len}; }
    /// The plan's monitored metrics, in its order, NaN where there is none yet; empty unless read.
    [[nodiscard]] std::span<const double> monitored() const
    {
        return {raw_.monitored.ptr, raw_.monitored.len};
    }

private:
    const cb_state &raw_;
};

/// How a run ended.
enum class Ending : std::uint8_t {
    completed, ///< all epochs done
    stopped,   ///< callbacks asked for it
    failed,    ///< the host failed
};

/// The same with who or what it was.
class Outcome {
public:
    explicit Outcome(const cb_outcome &raw) : raw_(raw) {}

    [[nodiscard]] Ending ending() const { return static_cast<Ending>(raw_.tag); }
    /// The contract's name of it.
    [[nodiscard]] std::string_view name() const
    {
        constexpr std::string_view names[] = {"completed", "stopped", "failed"};
        return names[raw_.tag];
    }
    /// Who asked for it; empty unless it was stopped.
    [[nodiscard]] List<cb_stop> stops() const
    {
        if (ending() != Ending::stopped)
            return {nullptr, 0};
        return {raw_.val.stopped.ptr, raw_.val.stopped.len};
    }
    /// What the host said; empty unless it failed.
    [[nodiscard]] std::string_view message() const
    {
        return ending() == Ending::failed ? view::of(raw_.val.failed) : std::string_view();
    }

private:
    const cb_outcome &raw_;
};

} // namespace callbox
