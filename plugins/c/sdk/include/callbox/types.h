/* The contract's own types under short names. The structs are the generated ones, so nothing is
 * converted; the contract in wit/types.wit says what each field means. */
#pragma once

#include "../../bindings/callbox.h"

/* A text: `len` bytes of UTF-8 at `ptr`, without a NUL at the end. Empty: `len` 0, and any `ptr`. */
typedef callbox_string_t cb_text;
/* Lists: `len` items at `ptr`. */
typedef callbox_list_string_t cb_texts;
typedef callbox_list_f64_t cb_numbers;
typedef callbox_list_u8_t cb_bytes;
typedef exports_callbox_plugin_callback_list_signal_t cb_signals;

/* Options: `val` holds where `is_some`. */
typedef callbox_option_f64_t cb_option_f64;
typedef callbox_option_u64_t cb_option_u64;

/* What is fixed for a whole run. */
typedef callbox_plugin_types_run_t cb_run;
/* What a callback may know at a hook. */
typedef callbox_plugin_types_state_t cb_state;
/* How a run ended: `tag` is one of CB_COMPLETED, CB_STOPPED, CB_FAILED. */
typedef callbox_plugin_types_outcome_t cb_outcome;
typedef callbox_plugin_types_stop_t cb_stop;
typedef callbox_plugin_types_losses_t cb_losses;
typedef callbox_plugin_types_hyper_t cb_hyper;
typedef callbox_plugin_types_grant_t cb_grant;
typedef callbox_plugin_types_signal_t cb_signal;
/* When to call this plugin and what it will do; callbox/plan.h fills it. */
typedef callbox_plugin_types_plan_t cb_plan;
/* A tensor on the run's device, by its number. */
typedef callbox_plugin_types_tensor_t cb_tensor;

/* The points of the loop, in the order in which they occur. */
typedef enum : callbox_plugin_types_hook_t {
    CB_TRAIN_BEGIN = CALLBOX_PLUGIN_TYPES_HOOK_TRAIN_BEGIN,
    CB_EPOCH_BEGIN = CALLBOX_PLUGIN_TYPES_HOOK_EPOCH_BEGIN,
    CB_BATCH_BEGIN = CALLBOX_PLUGIN_TYPES_HOOK_BATCH_BEGIN,
    CB_LOSS_BEGIN = CALLBOX_PLUGIN_TYPES_HOOK_LOSS_BEGIN,
    CB_BACKWARD_BEGIN = CALLBOX_PLUGIN_TYPES_HOOK_BACKWARD_BEGIN,
    CB_BACKWARD_END = CALLBOX_PLUGIN_TYPES_HOOK_BACKWARD_END,
    CB_STEP_END = CALLBOX_PLUGIN_TYPES_HOOK_STEP_END,
    CB_BATCH_END = CALLBOX_PLUGIN_TYPES_HOOK_BATCH_END,
    CB_VALID_BEGIN = CALLBOX_PLUGIN_TYPES_HOOK_VALID_BEGIN,
    CB_VALID_END = CALLBOX_PLUGIN_TYPES_HOOK_VALID_END,
    CB_EPOCH_END = CALLBOX_PLUGIN_TYPES_HOOK_EPOCH_END,
} cb_hook;

/* Which loader feeds the current batch. */
typedef enum : callbox_plugin_types_phase_t {
    CB_TRAIN = CALLBOX_PLUGIN_TYPES_PHASE_TRAIN,
    CB_VALID = CALLBOX_PLUGIN_TYPES_PHASE_VALID,
    CB_TEST = CALLBOX_PLUGIN_TYPES_PHASE_TEST,
} cb_phase;

/* Parts of the state that cost something to fill in; combine them with `|`. */
typedef enum : callbox_plugin_types_reads_t {
    CB_READS_LOSSES = CALLBOX_PLUGIN_TYPES_READS_LOSSES,
    CB_READS_HYPERS = CALLBOX_PLUGIN_TYPES_READS_HYPERS,
    CB_READS_MONITORED = CALLBOX_PLUGIN_TYPES_READS_MONITORED,
    CB_READS_LATE = CALLBOX_PLUGIN_TYPES_READS_LATE,
} cb_reads;

/* A hyper-parameter. */
typedef enum : callbox_plugin_types_hyper_name_t {
    CB_LR = CALLBOX_PLUGIN_TYPES_HYPER_NAME_LR,
    CB_MOM = CALLBOX_PLUGIN_TYPES_HYPER_NAME_MOM,
    CB_WD = CALLBOX_PLUGIN_TYPES_HYPER_NAME_WD,
    CB_BETA = CALLBOX_PLUGIN_TYPES_HYPER_NAME_BETA,
} cb_hyper_name;

/* Tags of an outcome. */
enum {
    CB_COMPLETED = CALLBOX_PLUGIN_TYPES_OUTCOME_COMPLETED,
    CB_STOPPED = CALLBOX_PLUGIN_TYPES_OUTCOME_STOPPED,
    CB_FAILED = CALLBOX_PLUGIN_TYPES_OUTCOME_FAILED,
};

/* Rights to change the loop, which a plugin declares and the user grants; combine them with `|`. */
typedef enum : uint32_t {
    CB_POWER_CONTROL = 1 << 0,    /* stop, skip, validate */
    CB_POWER_LR = 1 << 1,         /* set or scale the learning rate */
    CB_POWER_MOM = 1 << 2,        /* set or scale momentum, beta1 of Adam */
    CB_POWER_WD = 1 << 3,         /* set or scale weight decay */
    CB_POWER_BETA = 1 << 4,       /* set or scale beta2 of Adam, alpha of RMSprop */
    CB_POWER_GRADIENTS = 1 << 5,  /* scale, clip or disturb gradients */
    CB_POWER_WEIGHTS = 1 << 6,    /* freeze groups, keep and restore copies of the weights */
    CB_POWER_SAMPLER = 1 << 7,    /* change how samples are drawn */
    CB_POWER_CHECKPOINT = 1 << 8, /* write checkpoints */
    CB_POWER_TRANSFORM = 1 << 9,  /* change batches, outputs and losses */
} cb_power;

/* Which direction of a metric is an improvement. */
typedef enum : uint8_t {
    CB_NEITHER, /* as for the norm of the gradients */
    CB_HIGHER,  /* as for accuracy */
    CB_LOWER,   /* as for a loss */
} cb_better;

/* Checks that the arguments fit a format, as the compiler does for printf. */
#define CB_FORMAT(position, first) [[gnu::format(printf, position, first)]]
