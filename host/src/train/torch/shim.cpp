// The part of libtorch that `tch` does not reach, or reaches only by panicking, as plain C functions.
//
// Every function returns null, or a text that the caller frees with `callbox_free`: an exception must never cross
// into Rust. Tensors are `at::Tensor *`, the same pointers that `tch` holds; `out` receives a new one that the caller
// owns. A list is an array of such pointers and its length.

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <vector>

#include <dlfcn.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/ops/_amp_foreach_non_finite_check_and_unscale.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_clamp_max.h>
#include <ATen/ops/_foreach_clamp_min.h>
#include <ATen/ops/_foreach_copy.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

#include "guard.h"

// A thread's autocast settings for one kind of device.
struct CallboxAutocast {
  bool cuda;
  bool enabled;
  bool cache;
  int8_t dtype;
};

namespace {

using namespace callbox;

using at::Tensor;
using List = Tensor *const *;

// Handles only: the copies share their storage with the originals.
std::vector<Tensor> tensors(List list, size_t length) {
  std::vector<Tensor> result;
  result.reserve(length);
  for (size_t i = 0; i < length; i++) result.push_back(*list[i]);
  return result;
}

// Moves a list of results into the caller's array of `length` pointers.
void give(std::vector<Tensor> results, Tensor **out) {
  for (size_t i = 0; i < results.size(); i++) out[i] = new Tensor(std::move(results[i]));
}

// A generator of its own for one call. The default generator of the tensor's device lends its kind, not its state.
at::Generator seeded(const Tensor &tensor, uint64_t seed) {
  if (tensor.device().is_cpu()) return at::detail::createCPUGenerator(seed);
  auto shared = at::globalContext().defaultGenerator(tensor.device());
  const std::lock_guard<std::mutex> lock(shared.mutex());
  auto own = shared.clone();
  own.set_current_seed(seed);
  return own;
}

CallboxAutocast autocast_now(bool cuda) {
  const auto device = cuda ? at::kCUDA : at::kCPU;
  return {cuda, at::autocast::is_autocast_enabled(device), at::autocast::is_autocast_cache_enabled(),
          static_cast<int8_t>(at::autocast::get_autocast_dtype(device))};
}

} // namespace

extern "C" {

void callbox_free(char *message) {
  if (message != no_memory) std::free(message);
}

char *callbox_storage_bytes(uint64_t *out, const Tensor *self) {
  return guarded([&] { *out = self->storage().nbytes(); });
}

// Scalar operations. `tch` offers them, but its `Scalar` panics on drop once libtorch has reported an error.

char *callbox_mul_scalar(Tensor **out, const Tensor *self, double factor) {
  return guarded([&] { *out = new Tensor(self->mul(factor)); });
}

char *callbox_add_scalar(Tensor **out, const Tensor *self, double value) {
  return guarded([&] { *out = new Tensor(self->add(value)); });
}

char *callbox_clamp(Tensor **out, const Tensor *self, double low, double high) {
  return guarded([&] { *out = new Tensor(self->clamp(low, high)); });
}

char *callbox_lerp(Tensor **out, const Tensor *self, const Tensor *end, double weight) {
  return guarded([&] { *out = new Tensor(self->lerp(*end, weight)); });
}

char *callbox_mul_scalar_(const Tensor *self, double factor) {
  return guarded([&] { self->mul_(factor); });
}

char *callbox_add_scalar_(const Tensor *self, double value) {
  return guarded([&] { self->add_(value); });
}

char *callbox_add_scaled_(const Tensor *self, const Tensor *other, double factor) {
  return guarded([&] { self->add_(*other, factor); });
}

char *callbox_lerp_(const Tensor *self, const Tensor *end, double weight) {
  return guarded([&] { self->lerp_(*end, weight); });
}

char *callbox_clamp_(const Tensor *self, double low, double high) {
  return guarded([&] { self->clamp_(low, high); });
}

char *callbox_fill_(const Tensor *self, double value) {
  return guarded([&] { self->fill_(value); });
}

// Gradients.

bool callbox_grad_mode(bool enabled) {
  const bool before = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(enabled);
  return before;
}

bool callbox_grad_enabled() { return c10::GradMode::is_enabled(); }

// `*out` stays null where there is no gradient.
char *callbox_gradient(Tensor **out, const Tensor *self) {
  return guarded([&] {
    const Tensor &gradient = self->grad();
    if (gradient.defined()) *out = new Tensor(gradient);
  });
}

// As `callbox_gradient` for every tensor of a list. After a failure `out` still holds what was found before it.
char *callbox_gradients(Tensor **out, List list, size_t length) {
  return guarded([&] {
    for (size_t i = 0; i < length; i++) {
      const Tensor &gradient = list[i]->grad();
      if (gradient.defined()) out[i] = new Tensor(gradient);
    }
  });
}

char *callbox_unset_gradient(const Tensor *self) {
  return guarded([&] { self->mutable_grad().reset(); });
}

char *callbox_unset_gradients(List list, size_t length) {
  return guarded([&] {
    for (size_t i = 0; i < length; i++) list[i]->mutable_grad().reset();
  });
}

// `mutable_grad` checks nothing; what PyTorch checks in Python is checked here.
char *callbox_set_gradient(const Tensor *self, const Tensor *gradient) {
  return guarded([&] {
    TORCH_CHECK(self->is_leaf(), "only a leaf keeps a gradient");
    TORCH_CHECK(gradient->sizes() == self->sizes(), "the gradient has shape ", gradient->sizes(), ", the tensor ",
                self->sizes());
    TORCH_CHECK(gradient->scalar_type() == self->scalar_type(), "the gradient is ", gradient->scalar_type(),
                ", the tensor ", self->scalar_type());
    TORCH_CHECK(gradient->device() == self->device(), "the gradient is on ", gradient->device(), ", the tensor on ",
                self->device());
    self->mutable_grad() = gradient->detach();
  });
}

char *callbox_grad_norm(Tensor **out, List list, size_t length) {
  return guarded([&] {
    const auto norms = at::_foreach_norm(tensors(list, length), 2);
    *out = new Tensor(at::linalg_vector_norm(at::stack(norms), 2));
  });
}

// Over all dimensions but the first, which is kept so that the result broadcasts; of a vector over all of it.
char *callbox_unit_norm(Tensor **out, const Tensor *self) {
  return guarded([&] {
    if (self->dim() <= 1) {
      *out = new Tensor(at::linalg_vector_norm(*self, 2));
      return;
    }
    std::vector<int64_t> inputs;
    for (int64_t dim = 1; dim < self->dim(); dim++) inputs.push_back(dim);
    *out = new Tensor(at::linalg_vector_norm(*self, 2, inputs, /*keepdim=*/true));
  });
}


// Mixed precision. The calls of PyTorch's `torch.autocast`, in its order; `dtype` is a number of `at::ScalarType`.

// Everything that may throw comes before the first change.
char *callbox_autocast_enter(CallboxAutocast *before, bool cuda, int8_t dtype) {
  return guarded([&] {
    const auto device = cuda ? at::kCUDA : at::kCPU;
    *before = autocast_now(cuda);
    at::autocast::set_autocast_enabled(device, true);
    at::autocast::set_autocast_dtype(device, static_cast<at::ScalarType>(dtype));
    at::autocast::increment_nesting();
    at::autocast::set_autocast_cache_enabled(true);
  });
}

char *callbox_autocast_pause(CallboxAutocast *before, bool cuda) {
  return guarded([&] {
    *before = autocast_now(cuda);
    at::autocast::set_autocast_enabled(cuda ? at::kCUDA : at::kCPU, false);
    at::autocast::increment_nesting();
  });
}

char *callbox_autocast_leave(const CallboxAutocast *before) {
  return guarded([&] {
    const auto device = before->cuda ? at::kCUDA : at::kCPU;
    const bool outermost = at::autocast::decrement_nesting() == 0;
    at::autocast::set_autocast_enabled(device, before->enabled);
    at::autocast::set_autocast_dtype(device, static_cast<at::ScalarType>(before->dtype));
    at::autocast::set_autocast_cache_enabled(before->cache);
    if (outermost) at::autocast::clear_cache();
  });
}

char *callbox_amp_unscale_(List list, size_t length, const Tensor *found_inf, const Tensor *inverse_scale) {
  return guarded([&] {
    Tensor found = *found_inf;
    at::_amp_foreach_non_finite_check_and_unscale_(tensors(list, length), found, *inverse_scale);
  });
}

// Noise from a generator that is made, seeded and thrown away here.

char *callbox_normal_(const Tensor *self, double deviation, uint64_t seed) {
  return guarded([&] { self->normal_(0, deviation, seeded(*self, seed)); });
}

char *callbox_uniform_(const Tensor *self, double low, double high, uint64_t seed) {
  return guarded([&] { self->uniform_(low, high, seeded(*self, seed)); });
}

// One launch for a whole list.

char *callbox_foreach_mul_(List list, size_t length, double factor) {
  return guarded([&] { at::_foreach_mul_(tensors(list, length), factor); });
}

char *callbox_foreach_mul_tensor_(List list, size_t length, const Tensor *factor) {
  return guarded([&] { at::_foreach_mul_(tensors(list, length), *factor); });
}

char *callbox_foreach_add_scalar_(List list, size_t length, double value) {
  return guarded([&] { at::_foreach_add_(tensors(list, length), value); });
}

char *callbox_foreach_copy_(List list, List sources, size_t length) {
  return guarded([&] { at::_foreach_copy_(tensors(list, length), tensors(sources, length)); });
}

char *callbox_foreach_clamp_(List list, size_t length, double low, double high) {
  return guarded([&] {
    const auto handles = tensors(list, length);
    at::_foreach_clamp_min_(handles, low);
    at::_foreach_clamp_max_(handles, high);
  });
}

// Step counts are single numbers. On the CPU libtorch would dispatch an addition for each of them.
char *callbox_foreach_increment_(List list, size_t length) {
  return guarded([&] {
    const auto plain = [](const Tensor *t) { return t->is_cpu() && t->scalar_type() == at::kFloat && t->numel() == 1; };
    if (!std::all_of(list, list + length, plain)) return at::_foreach_add_(tensors(list, length), 1);
    for (size_t i = 0; i < length; i++) *list[i]->mutable_data_ptr<float>() += 1;
  });
}

char *callbox_foreach_add_scaled_(List list, List others, size_t length, double factor) {
  return guarded([&] { at::_foreach_add_(tensors(list, length), tensors(others, length), factor); });
}

char *callbox_foreach_add_scaled(Tensor **out, List list, List others, size_t length, double factor) {
  return guarded([&] { give(at::_foreach_add(tensors(list, length), tensors(others, length), factor), out); });
}

char *callbox_foreach_addcmul_(List list, List left, List right, size_t length, double factor) {
  return guarded([&] {
    at::_foreach_addcmul_(tensors(list, length), tensors(left, length), tensors(right, length), factor);
  });
}

char *callbox_foreach_addcmul(Tensor **out, List list, List left, List right, size_t length, double factor) {
  return guarded([&] {
    give(at::_foreach_addcmul(tensors(list, length), tensors(left, length), tensors(right, length), factor), out);
  });
}

char *callbox_foreach_lerp_(List list, List ends, size_t length, double weight) {
  return guarded([&] { at::_foreach_lerp_(tensors(list, length), tensors(ends, length), weight); });
}

char *callbox_foreach_addcdiv_(List list, List left, List right, size_t length, double factor) {
  return guarded([&] {
    at::_foreach_addcdiv_(tensors(list, length), tensors(left, length), tensors(right, length), factor);
  });
}

char *callbox_foreach_sqrt(Tensor **out, List list, size_t length) {
  return guarded([&] { give(at::_foreach_sqrt(tensors(list, length)), out); });
}

char *callbox_foreach_sqrt_(List list, size_t length) {
  return guarded([&] { at::_foreach_sqrt_(tensors(list, length)); });
}

// One launch for a whole step. `steps` holds the number of steps *including* this one.

// Without `max_exp_avg_sqs` it is Adam, with them AMSGrad.
char *callbox_fused_adam_(List params, List grads, List exp_avgs, List exp_avg_sqs, List max_exp_avg_sqs, List steps,
                          size_t length, double lr, double beta1, double beta2, double weight_decay, double eps,
                          bool decoupled) {
  return guarded([&] {
    const auto step = decoupled ? &at::_ops::_fused_adamw_::call : &at::_ops::_fused_adam_::call;
    const bool amsgrad = max_exp_avg_sqs != nullptr;
    const auto greatest = amsgrad ? tensors(max_exp_avg_sqs, length) : std::vector<Tensor>{};
    step(tensors(params, length), tensors(grads, length), tensors(exp_avgs, length), tensors(exp_avg_sqs, length),
         greatest, tensors(steps, length), lr, beta1, beta2, weight_decay, eps, amsgrad, /*maximize=*/false, {}, {});
  });
}

// Without momentum the buffers are left alone. `is_first_step` is always false: it would overwrite the buffers with
// the gradients, which is what zero buffers become anyway (dampening is 0), and a parameter that joins late keeps its own count.
char *callbox_fused_sgd_(List params, List grads, List buffers, size_t length, double lr, double momentum,
                         double weight_decay, bool nesterov) {
  return guarded([&] {
    const auto used = momentum == 0 ? std::vector<Tensor>{} : tensors(buffers, length);
    at::_fused_sgd_(tensors(params, length), tensors(grads, length), used, weight_decay, momentum, lr,
                    /*dampening=*/0, nesterov && momentum != 0, /*maximize=*/false, /*is_first_step=*/false);
  });
}

// Random states and threads. A negative index is the CPU.

char *callbox_manual_seed(uint64_t seed) {
  return guarded([&] { at::manual_seed(seed); });
}

char *callbox_rng_state(Tensor **out, int64_t cuda_index) {
  return guarded([&] {
    auto generator = at::globalContext().defaultGenerator(device_of(cuda_index));
    const std::lock_guard<std::mutex> lock(generator.mutex());
    *out = new Tensor(generator.get_state());
  });
}

char *callbox_set_rng_state(const Tensor *state, int64_t cuda_index) {
  return guarded([&] {
    auto generator = at::globalContext().defaultGenerator(device_of(cuda_index));
    const std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(*state);
  });
}

char *callbox_set_num_threads(int threads) {
  return guarded([&] { at::set_num_threads(threads); });
}

int callbox_num_threads() { return at::get_num_threads(); }

// `at::set_num_threads` also changes what threads that start later begin with, so OpenMP is asked itself; a libtorch
// that is built without it computes on one thread anyway.
char *callbox_use_one_thread() {
  return guarded([] {
    at::get_num_threads(); // The first call on a thread sets its count, and would do so after ours.
    auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
    if (set)
      set(1);
  });
}

// CUDA. The libraries register their backend when they are loaded, and stay loaded: nothing may ever unload them.

char *callbox_open_library(const char *path) {
  if (dlopen(path, RTLD_NOW | RTLD_GLOBAL)) {
    // Same seed, same bytes: cuDNN may otherwise choose algorithms that add in any order.
    return guarded([&] {
      at::globalContext().setDeterministicCuDNN(true);
      at::globalContext().setBenchmarkCuDNN(false);
    });
  }
  const char *error = dlerror();
  return text(error ? error : "dlopen failed without a reason");
}

char *callbox_pin_memory(Tensor **out, const Tensor *self) {
  return guarded([&] { *out = new Tensor(self->pin_memory()); });
}

char *callbox_cuda_device_count(int64_t *out) {
  return guarded([&] { *out = at::hasCUDA() ? at::detail::getCUDAHooks().deviceCount() : 0; });
}

} // extern "C"
