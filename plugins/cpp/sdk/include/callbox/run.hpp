/// What is fixed for a whole run, and questions to it.
#pragma once

#include <span>
#include <vector>

#include "list.hpp"
#include "result.hpp"

namespace callbox {

/// What is fixed for a whole run. It and all that it gives live as long as the plugin: keep a copy
/// of it, which is one pointer.
class Run {
public:
    explicit Run(const cb_run &raw) : raw_(&raw) {}

    /// The run's name.
    [[nodiscard]] std::string_view id() const { return view::of(raw_->id); }
    /// The name under which the user knows this plugin in this run.
    [[nodiscard]] std::string_view plugin() const { return view::of(raw_->plugin); }
    /// Seed of this plugin's own random stream.
    [[nodiscard]] std::uint64_t seed() const { return raw_->seed; }
    /// What this plugin may do in this run.
    [[nodiscard]] List<cb_grant> granted() const
    {
        return {raw_->granted.ptr, raw_->granted.len};
    }
    /// Epochs planned.
    [[nodiscard]] std::uint32_t n_epochs() const { return raw_->n_epochs; }
    /// Training batches planned in all, where that is known.
    [[nodiscard]] std::optional<std::uint64_t> planned_iterations() const
    {
        return view::option(raw_->planned_iterations);
    }
    /// Training batches per epoch; empty for an endless loader.
    [[nodiscard]] std::optional<std::uint64_t> train_batches() const
    {
        return view::option(raw_->train_batches);
    }
    /// Validation batches per pass; empty without validation.
    [[nodiscard]] std::optional<std::uint64_t> valid_batches() const
    {
        return view::option(raw_->valid_batches);
    }
    /// Training samples per epoch; empty for an endless loader.
    [[nodiscard]] std::optional<std::uint64_t> n_samples() const
    {
        return view::option(raw_->n_samples);
    }
    /// Validation samples per pass; empty without validation.
    [[nodiscard]] std::optional<std::uint64_t> valid_samples() const
    {
        return view::option(raw_->valid_samples);
    }
    /// What may be monitored: train-loss, valid-loss, and the run file's metrics.
    [[nodiscard]] List<callbox_plugin_types_metric_spec_t> metrics() const
    {
        return {raw_->metrics.ptr, raw_->metrics.len};
    }
    /// Training samples per class; empty if there are no classes.
    [[nodiscard]] std::span<const std::uint64_t> class_counts() const
    {
        return {raw_->class_counts.ptr, raw_->class_counts.len};
    }
    /// Names of the optimizer's layer groups, in order.
    [[nodiscard]] Texts groups() const { return {raw_->groups.ptr, raw_->groups.len}; }
    /// Their hyper-parameters at the start, in the same order.
    [[nodiscard]] List<cb_hyper> hypers() const { return {raw_->hypers.ptr, raw_->hypers.len}; }
    /// sgd, adam, adamw, rmsprop.
    [[nodiscard]] std::string_view optimizer() const { return view::of(raw_->optimizer); }
    /// Weight decay is decoupled (true) or L2 (false).
    [[nodiscard]] bool true_wd() const { return raw_->true_wd; }
    /// Process rank in a distributed run; 0 otherwise.
    [[nodiscard]] std::uint32_t rank() const { return raw_->rank; }
    /// Processes in a distributed run; 1 otherwise.
    [[nodiscard]] std::uint32_t world_size() const { return raw_->world_size; }

    /// Whether the user gave this power to this plugin.
    [[nodiscard]] bool grants(Power power) const;
    /// Whether a hyper-parameter may take this value in this run; where not, a sentence for the
    /// user.
    [[nodiscard]] Result<> allows(Power power, double value) const;
    /// Which direction of a metric is better; `neither` also where the run does not know it.
    [[nodiscard]] Better better(std::string_view metric) const;
    /// Learning rate of each layer group at the start, as a part of the last group's: a schedule
    /// that is given for the last group keeps these ratios. All 1 where the last one's is 0.
    [[nodiscard]] std::vector<double> lr_ratios() const;

private:
    const cb_run *raw_;
};

} // namespace callbox
