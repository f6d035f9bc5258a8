/* What a callback asks the loop to do: each function appends one signal to a hook's answer. The table
 * beside `on-event` in wit/callback.wit says where each is legal, which power it takes and how two of
 * a kind merge. Reasons are formatted as cb_append does. */
#pragma once

#include "types.h"

/* Stop after the current batch; the reason goes into the record. */
CB_FORMAT(2, 3) void cb_stop_training(cb_signals *signals, const char *reason, ...);
/* End this epoch's training after the current batch. */
CB_FORMAT(2, 3) void cb_stop_epoch(cb_signals *signals, const char *reason, ...);
/* End this validation after the current batch; its result is marked partial. */
CB_FORMAT(2, 3) void cb_stop_validation(cb_signals *signals, const char *reason, ...);
/* No validation in this epoch. */
void cb_skip_validation(cb_signals *signals);
/* Validate after this batch. */
void cb_validate_now(cb_signals *signals);
/* Leave this batch out: straight to its batch-end. */
void cb_skip_batch(cb_signals *signals);
/* No gradients from this batch, and no step. */
void cb_skip_backward(cb_signals *signals);
/* The optimizer does not step on this batch; its gradients are dropped. */
void cb_skip_step(cb_signals *signals);
/* Keep gradients for the next batch: accumulation. */
void cb_keep_gradients(cb_signals *signals);

/* Set a hyper-parameter in all layer groups, or in one, as its owner. */
void cb_set(cb_signals *signals, cb_hyper_name name, double value);
void cb_set_group(cb_signals *signals, cb_hyper_name name, uint32_t group, double value);
/* This plugin's factor on a hyper-parameter, until it gives another; 1 takes it back. */
void cb_scale(cb_signals *signals, cb_hyper_name name, double factor);
void cb_scale_group(cb_signals *signals, cb_hyper_name name, uint32_t group, double factor);

/* Multiply all gradients. */
void cb_scale_grad(cb_signals *signals, double factor);
/* Clamp each element of the gradients to [-limit, limit]. */
void cb_clip_grad_value(cb_signals *signals, double limit);
/* Scale all gradients so that their global L2 norm is at most this. */
void cb_clip_grad_norm(cb_signals *signals, double limit);
/* Per output unit: the gradient's norm is at most factor * max(the weight's norm, floor). */
void cb_clip_grad_adaptive(cb_signals *signals, double factor, double floor);
/* Add Gaussian noise of this standard deviation to the gradients. */
void cb_noise_grad(cb_signals *signals, double std);

/* Freeze or unfreeze a layer group. */
void cb_set_trainable(cb_signals *signals, uint32_t group, bool trainable);
/* Keep a group's normalisation layers in evaluation mode, or no longer. */
void cb_set_norm_frozen(cb_signals *signals, uint32_t group, bool frozen);
/* One pass over the training data, without gradients, that recomputes running statistics. */
void cb_refresh_norm_statistics(cb_signals *signals);
/* Copy weights, optimizer and model state into this plugin's slot of that name. */
void cb_snapshot(cb_signals *signals, const char *slot);
/* Put a slot back; the data goes on. */
void cb_restore(cb_signals *signals, const char *slot);
/* slot = slot + weight * (current - slot); creates the slot at first use. */
void cb_blend(cb_signals *signals, const char *slot, double weight);
/* Validate with the slot's weights; the host puts the current ones back. */
void cb_evaluate_with(cb_signals *signals, const char *slot);
/* Make the slot's weights the current ones. */
void cb_adopt(cb_signals *signals, const char *slot);
/* Free a slot. */
void cb_forget(cb_signals *signals, const char *slot);
/* Relative probability of drawing each training sample, in dataset order; from the next epoch on. */
void cb_sample_weights(cb_signals *signals, cb_tensor weights);

/* A value of a metric declared in the plan, with weight 1; or with the samples behind it. */
void cb_report(cb_signals *signals, const char *metric, double value);
void cb_report_weighted(cb_signals *signals, const char *metric, double value, double weight);
/* A small matrix to show; values in row-major order, rows.len × columns.len of them. Copied. */
void cb_table(cb_signals *signals, const char *name, cb_texts rows, cb_texts columns,
              cb_numbers values);
/* Counts between ascending edges: one edge more than counts. Copied. */
void cb_histogram(cb_signals *signals, const char *name, cb_numbers edges, cb_numbers counts);
/* Write a checkpoint under this name. */
void cb_checkpoint(cb_signals *signals, const char *name);
/* For experiments: a name that the host may know, and numbers. An unknown name is refused. */
void cb_other(cb_signals *signals, const char *name, cb_numbers numbers);

/* Lists on the spot, for the functions above: CB_LIST_OF_NUMBERS(0.5, 1.0). */
#define CB_LIST_OF_NUMBERS(...)                                                                    \
    (cb_numbers)                                                                                   \
    {                                                                                              \
        (double[]){__VA_ARGS__}, sizeof((double[]){__VA_ARGS__}) / sizeof(double)                  \
    }
#define CB_LIST_OF_TEXTS(...)                                                                      \
    (cb_texts)                                                                                     \
    {                                                                                              \
        (cb_text[]){__VA_ARGS__}, sizeof((cb_text[]){__VA_ARGS__}) / sizeof(cb_text)               \
    }
