/// Between a plugin's parameters and the contract's.
#pragma once

#include <callbox/callback.hpp>

namespace callbox {

using Settings = exports_callbox_plugin_callback_list_setting_t;

/// The parameters of a plugin, asked for once. It must live as long as this.
class Declared {
public:
    explicit Declared(Callback &plugin) { plugin.params(params_); }

    /// As the descriptor lists them; the host frees them.
    [[nodiscard]] callbox_plugin_types_list_param_t list() const;

    /// Fills the members with what the user set. Fails at a setting of another name or type; the
    /// host checks both before.
    [[nodiscard]] Result<> fill(const Settings &settings) const;

private:
    static callbox_plugin_types_param_t describe(const Param &param);

    Params params_;
};

} // namespace callbox
