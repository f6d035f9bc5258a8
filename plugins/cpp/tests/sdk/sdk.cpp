/// The SDK's own tests: what the journals of the plugins do not show.
#include "test.hpp"

#include <limits>

#include <callbox/callbox.hpp>

#include "../../sdk/src/declared.hpp"
#include "../../sdk/src/owned.hpp"

using namespace callbox;

namespace {

void texts_have_values_in_them()
{
    CHECK(format("nothing") == "nothing");
    CHECK(format("{}{}", "a", std::string("b")) == "ab");
    CHECK(format("{} of {}", 3U, std::uint64_t(1) << 63) == "3 of 9223372036854775808");
    CHECK(format("{}", std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(format("{} {} {} {}", 0.1, 4e-7, -0.0, 12.0F) == "0.1 0.0000004 -0 12");
    CHECK(format("<{}>", true) == "<true>");
    CHECK(join(std::vector<std::string>{"a", "", "b"}, "|") == "a||b");
}

using Best = std::optional<std::pair<double, std::uint32_t>>;

void what_is_saved_is_loaded()
{
    Best best = {{0.25, 7}};
    std::vector<std::string> texts = {"größer", ""};
    bool flag = true;
    Bytes bytes = saved::to_bytes(best, texts, flag, std::tuple(std::int64_t(-1), Best()));
    CHECK(bytes.size() == 1 + 8 + 4 + 8 + (8 + 8) + 8 + 1 + 8 + 1);

    Best best_again;
    std::vector<std::string> texts_again;
    bool flag_again = false;
    std::tuple<std::int64_t, Best> tuple_again;
    CHECK(saved::from_bytes(bytes, best_again, texts_again, flag_again, tuple_again).has_value());
    CHECK(best_again == best && texts_again == texts && flag_again);
    CHECK(std::get<0>(tuple_again) == -1 && !std::get<1>(tuple_again));
}

void bytes_that_are_something_else_change_nothing()
{
    std::uint32_t first = 1;
    bool second = true;
    CHECK(!saved::from_bytes(Bytes{2, 0, 0, 0}, first, second));
    CHECK(!saved::from_bytes(Bytes{2, 0, 0, 0, 2}, first, second));
    CHECK(!saved::from_bytes(Bytes{2, 0, 0, 0, 0, 0}, first, second));
    CHECK(first == 1 && second);

    Result<> refused = saved::from_bytes(Bytes{}, first);
    CHECK(refused.error() == "these 0 saved bytes are not what this plugin writes");
    std::vector<std::uint8_t> list;
    CHECK(!saved::from_bytes(Bytes(8, 0xff), list));
}

void random_numbers_are_the_papers()
{
    Random random(1'234'567);
    CHECK(random.next() == 6'457'827'717'110'365'317U);
    CHECK(random() == 3'203'168'211'198'807'973U);
    CHECK(Random(random.state).uniform() == random.uniform());
    CHECK(random.below(0) == 0);
}

/// One parameter of each kind that can be refused.
class Refusing final : public Callback {
public:
    static constexpr About about = {.name = "refusing", .version = "0.1.0", .summary = "Refuses"};

    void params(Params &params) override
    {
        params.add("count", count, "A count.");
        params.add("number", number, "A number.").max(2.5);
    }
    Result<Plan> start(const Run &) override { return Plan(); }

    std::uint32_t count = 3;
    double number = 0.5;
};

Result<> fill(Refusing &plugin, const char *name, callbox_plugin_types_value_t value)
{
    callbox_plugin_types_setting_t setting = {owned::lent(name), value};
    return Declared(plugin).fill({&setting, 1});
}

void parameters_are_declared_and_filled()
{
    Refusing plugin;
    callbox_plugin_types_list_param_t list = Declared(plugin).list();
    CHECK(list.len == 2 && view::of(list.ptr[0].doc) == "A count.");
    CHECK(list.ptr[0].min.val == 0.0 && list.ptr[0].max.val == 4294967295.0);
    CHECK(list.ptr[0].default_.val.integer == 3 && list.ptr[1].default_.val.number == 0.5);
    CHECK(!list.ptr[1].min.is_some && list.ptr[1].max.val == 2.5);

    constexpr std::uint8_t integer = CALLBOX_PLUGIN_TYPES_VALUE_INTEGER;
    CHECK(fill(plugin, "count", {integer, {.integer = 9}}).has_value() && plugin.count == 9);
    CHECK(fill(plugin, "count", {integer, {.integer = -1}}).error() ==
          "parameter `count` cannot be this integer");
    CHECK(fill(plugin, "number", {CALLBOX_PLUGIN_TYPES_VALUE_FLAG, {.flag = true}}).error() ==
          "parameter `number` cannot be a flag");
    CHECK(fill(plugin, "other", {integer, {.integer = 1}}).error() ==
          "there is no parameter `other`");
    CHECK(plugin.count == 9 && plugin.number == 0.5);
}

void a_hook_that_is_not_there_is_an_error()
{
    Refusing plugin;
    cb_state state = {};
    CHECK(plugin.on_step_end(State(state)).error() ==
          "the plan names a hook that the plugin has no on_step_end for");
    CHECK(plugin.on_finish(State(state), Outcome({})).has_value());
}

void a_log_has_lines()
{
    log::warn("{} of {}", 1, 2);
    CHECK(logged.back() == "1 of 2");
}

} // namespace

CALLBOX_REGISTER(Refusing);

int main()
{
    texts_have_values_in_them();
    what_is_saved_is_loaded();
    bytes_that_are_something_else_change_nothing();
    random_numbers_are_the_papers();
    parameters_are_declared_and_filled();
    a_hook_that_is_not_there_is_an_error();
    a_log_has_lines();
    std::puts("the SDK's tests passed");
}
