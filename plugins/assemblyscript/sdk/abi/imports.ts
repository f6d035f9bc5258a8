/**
 * What the host gives: the contract's imports, of which only those that are called stand in a plugin.
 * Each writes its answer where the last parameter points. Not for Prettier, which knows no
 * decorators of functions.
 */

// @ts-ignore: decorator
@external("callbox:plugin/log@0.1.0", "write")
export declare function log_write(level: i32, text: usize, length: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "shape")
export declare function tensors_shape(tensor: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "kind")
export declare function tensors_kind(tensor: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "summaries")
export declare function tensors_summaries(tensors: usize, length: i32, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "item")
export declare function tensors_item(tensor: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "read")
export declare function tensors_read(tensor: u64, offset: u64, len: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "read-integers")
export declare function tensors_readIntegers(tensor: u64, offset: u64, len: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "create")
export declare function tensors_create(shape: usize, shapeLength: i32, values: usize, valuesLength: i32, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "add")
export declare function tensors_add(a: u64, b: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "sub")
export declare function tensors_sub(a: u64, b: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "mul")
export declare function tensors_mul(a: u64, b: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "affine")
export declare function tensors_affine(a: u64, factor: f64, offset: f64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "lerp")
export declare function tensors_lerp(a: u64, b: u64, weight: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "choose")
export declare function tensors_choose(condition: u64, a: u64, b: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "clamp")
export declare function tensors_clamp(a: u64, min: f64, max: f64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "square")
export declare function tensors_square(a: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "log-softmax")
export declare function tensors_logSoftmax(a: u64, dim: i64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "sum")
export declare function tensors_sum(a: u64, hasDim: bool, dim: i64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "mean")
export declare function tensors_mean(a: u64, hasDim: bool, dim: i64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "argmax")
export declare function tensors_argmax(a: u64, dim: i64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "equal")
export declare function tensors_equal(a: u64, b: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "one-hot")
export declare function tensors_oneHot(classes: u64, count: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "unsqueeze")
export declare function tensors_unsqueeze(a: u64, dim: i64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "narrow")
export declare function tensors_narrow(a: u64, dim: i64, start: u64, end: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "put")
export declare function tensors_put(a: u64, dim: i64, start: u64, part: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "pick")
export declare function tensors_pick(a: u64, dim: i64, index: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "resize")
export declare function tensors_resize(a: u64, height: u64, width: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "convert")
export declare function tensors_convert(a: u64, to: i32, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "random-permutation")
export declare function tensors_randomPermutation(n: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "random-uniform")
export declare function tensors_randomUniform(shape: usize, length: i32, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:tensors/tensors@0.1.0", "random-beta")
export declare function tensors_randomBeta(shape: usize, length: i32, a: f64, b: f64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:plugin/batch@0.1.0", "input")
export declare function batch_input(answer: usize): void;

// @ts-ignore: decorator
@external("callbox:plugin/batch@0.1.0", "target")
export declare function batch_target(answer: usize): void;

// @ts-ignore: decorator
@external("callbox:plugin/batch@0.1.0", "output")
export declare function batch_output(answer: usize): void;

// @ts-ignore: decorator
@external("callbox:plugin/batch@0.1.0", "loss")
export declare function batch_loss(answer: usize): void;

// @ts-ignore: decorator
@external("callbox:plugin/batch@0.1.0", "loss-of")
export declare function batch_lossOf(output: u64, target: u64, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:plugin/batch@0.1.0", "sample-losses")
export declare function batch_sampleLosses(answer: usize): void;

// @ts-ignore: decorator
@external("callbox:plugin/batch@0.1.0", "labels")
export declare function batch_labels(answer: usize): void;

// @ts-ignore: decorator
@external("callbox:plugin/batch@0.1.0", "activation")
export declare function batch_activation(name: usize, length: i32, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:plugin/model@0.1.0", "parameters")
export declare function model_parameters(answer: usize): void;

// @ts-ignore: decorator
@external("callbox:plugin/model@0.1.0", "activations")
export declare function model_activations(answer: usize): void;

// @ts-ignore: decorator
@external("callbox:plugin/model@0.1.0", "weight")
export declare function model_weight(name: usize, length: i32, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:plugin/model@0.1.0", "gradient")
export declare function model_gradient(name: usize, length: i32, answer: usize): void;

// @ts-ignore: decorator
@external("callbox:plugin/model@0.1.0", "gradient-norm")
export declare function model_gradientNorm(answer: usize): void;
