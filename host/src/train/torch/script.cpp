// TorchScript modules, which `tch` knows without their buffers and with other names than PyTorch's. As in `shim.cpp`,
// every function returns null or a text.

#include <algorithm>
#include <cstring>
#include <string>
#include <unordered_set>
#include <vector>

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include "guard.h"

struct CallboxScript {
  torch::jit::Module module;
};

// Tensors with names, in their order; of a module also what they are.
struct CallboxNamed {
  struct Entry {
    std::string name;
    at::Tensor tensor;
    bool is_buffer;
  };
  std::vector<Entry> entries;
};

namespace {

using namespace callbox;
using at::Tensor;
using Entries = std::vector<CallboxNamed::Entry>;
using Seen = std::unordered_set<const c10::TensorImpl *>;

// The interpreter tells where in the module it was, and then what happened. Nothing here may throw.
const char *reason(const char *message) {
  if (!std::strstr(message, "TorchScript")) return message;
  const char *found = message;
  for (const char *at = message; (at = std::strstr(at, "Error: ")); found = at += std::strlen("Error: ")) {
  }
  return found;
}

template <typename Body> char *guarded_script(Body body) {
  try {
    body();
    return nullptr;
  } catch (const c10::Error &error) {
    return text(reason(error.what_without_backtrace()));
  } catch (const std::exception &error) {
    return text(reason(error.what()));
  } catch (...) {
    return text("unknown C++ exception");
  }
}

bool is_tensor(const c10::TypePtr &type) { return type->kind() == c10::TypeKind::TensorType; }

bool takes_one_tensor(const c10::FunctionSchema &schema) {
  const auto &arguments = schema.arguments(); // The first one is `self`.
  if (arguments.size() < 2 || !is_tensor(arguments[1].type())) return false;
  for (size_t i = 2; i < arguments.size(); i++) {
    if (!arguments[i].default_value()) return false;
  }
  return true;
}

int64_t form_of(const c10::TypePtr &type) {
  if (is_tensor(type)) return 0;
  if (const auto tuple = type->cast<c10::TupleType>()) {
    const auto elements = tuple->elements();
    const bool tensors = std::all_of(elements.begin(), elements.end(), is_tensor);
    if (tensors && !elements.empty()) return static_cast<int64_t>(elements.size());
  }
  if (const auto dict = type->cast<c10::DictType>()) {
    if (dict->getKeyType()->kind() == c10::TypeKind::StringType && is_tensor(dict->getValueType())) return -1;
  }
  TORCH_CHECK(false, "`forward` must return a tensor, a tuple of tensors or a dict from names to tensors, and returns ",
              type->annotation_str());
}

void gather(const torch::jit::Module &module, const std::string &prefix, Entries &entries, Seen &seen) {
  const auto add = [&](const std::string &name, const Tensor &tensor, bool is_buffer) {
    if (tensor.defined() && seen.insert(tensor.unsafeGetTensorImpl()).second)
      entries.push_back({prefix + name, tensor, is_buffer});
  };
  for (const auto &one : module.named_parameters(/*recurse=*/false)) add(one.name, one.value, false);
  for (const auto &one : module.named_buffers(/*recurse=*/false)) add(one.name, one.value, true);
  for (const auto &child : module.named_children()) gather(child.value, prefix + child.name + ".", entries, seen);
}

Entries outputs_of(const c10::IValue &value) {
  Entries entries;
  if (value.isTensor()) {
    entries.push_back({"", value.toTensor(), false});
  } else if (value.isTuple()) {
    for (const auto &element : value.toTupleRef().elements())
      entries.push_back({std::to_string(entries.size()), element.toTensor(), false});
  } else {
    for (const auto &pair : value.toGenericDict())
      entries.push_back({pair.key().toStringRef(), pair.value().toTensor(), false});
  }
  return entries;
}

CallboxNamed *given(Entries entries) { return new CallboxNamed{std::move(entries)}; }

} // namespace

extern "C" {

// Refuses a module whose `forward` does not take one tensor. `*form` is what it returns: 0 a tensor, n > 0 a tuple of
// n tensors, -1 a dict from names to tensors.
char *callbox_script_load(CallboxScript **out, int64_t *form, const char *path, int64_t cuda_index) {
  return guarded_script([&] {
    auto module = torch::jit::load(path, device_of(cuda_index));
    const auto forward = module.find_method("forward");
    TORCH_CHECK(forward, "it has no method `forward`");
    const auto &schema = forward->function().getSchema();
    TORCH_CHECK(takes_one_tensor(schema), "`forward` must take one tensor; it is ", schema);
    *form = form_of(schema.returns().at(0).type());
    *out = new CallboxScript{std::move(module)};
  });
}

void callbox_script_free(CallboxScript *script) { delete script; }

// Parameters and buffers in the order of PyTorch's `state_dict`. What has two names has the first one here.
char *callbox_script_tensors(CallboxNamed **out, const CallboxScript *script) {
  return guarded_script([&] {
    Entries entries;
    Seen seen;
    gather(script->module, "", entries, seen);
    *out = given(std::move(entries));
  });
}

char *callbox_script_train(CallboxScript *script, bool on) {
  return guarded_script([&] { script->module.train(on); });
}

// Graphs are interpreted as they are: the executor that profiles would compile the second call otherwise than the
// first, and its gradients would differ in their last bits.
char *callbox_script_forward(CallboxNamed **out, CallboxScript *script, const Tensor *input) {
  return guarded_script([&] {
    torch::jit::GraphOptimizerEnabledGuard as_they_are(false);
    *out = given(outputs_of(script->module.forward({*input})));
  });
}

size_t callbox_named_length(const CallboxNamed *named) { return named->entries.size(); }

// Valid as long as the list.
const char *callbox_named_name(const CallboxNamed *named, size_t index) { return named->entries[index].name.c_str(); }

bool callbox_named_is_buffer(const CallboxNamed *named, size_t index) { return named->entries[index].is_buffer; }

char *callbox_named_tensor(Tensor **out, const CallboxNamed *named, size_t index) {
  return guarded([&] { *out = new Tensor(named->entries.at(index).tensor); });
}

void callbox_named_free(CallboxNamed *named) { delete named; }

} // extern "C"
