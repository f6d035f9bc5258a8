#include <callbox/run.hpp>

#include "owned.hpp"

extern "C" {
#include <failure.h>
}

namespace callbox {

bool Run::grants(Power power) const
{
    return cb_grants(raw_, static_cast<cb_power>(power));
}

Result<> Run::allows(Power power, double value) const
{
    if (cb_allows(raw_, static_cast<cb_power>(power), value))
        return {};
    cb_text sentence = cb_take_failure();
    std::unexpected why{std::string(view::of(sentence))};
    cb_text_free(&sentence);
    return why;
}

Better Run::better(std::string_view metric) const
{
    return static_cast<Better>(cb_better_of(raw_, owned::lent(metric)));
}

std::vector<double> Run::lr_ratios() const
{
    std::vector<double> ratios;
    for (std::size_t group = 0; group < raw_->hypers.len; group++)
        ratios.push_back(cb_lr_ratio(raw_, group));
    return ratios;
}

} // namespace callbox
