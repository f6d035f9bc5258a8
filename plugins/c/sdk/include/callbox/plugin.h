/* What a plugin is: one constant, `cb_this`, that every plugin defines. */
#pragma once

#include "params.h"
#include "saved.h"
#include "types.h"

/* A hook: appends what it asks for to `signals`, and answers true; or answers `cb_fail("why")`. */
typedef bool cb_handler(const cb_state *state, cb_signals *signals);

/* A plugin: what it is, and its hooks. All that is left out does nothing; a hook is called where the
 * plan names it. What may be answered where is in the table beside `on-event` in wit/callback.wit.
 * One instance of the module lives through the whole run, so a plugin keeps what it knows in static
 * variables. */
typedef struct {
    const char *name;    /* kebab-case */
    const char *version; /* semantic */
    const char *summary; /* one line */
    const cb_param *params; /* what the user may set, CB_PARAMS(declared) */
    size_t n_params;
    cb_power needs;         /* powers without which the plugin refuses to work */
    cb_power wants;         /* powers that it can do without: cb_grants says what it got */
    uint32_t state_version; /* of what `save` writes, 1 where left out: raise it when an older save
                             * no longer fits */

    /* A run is about to begin or to go on: parameters are filled in, `run` lives as long as the
     * plugin. Fills the plan; `cb_fail` refuses the plugin. */
    bool (*start)(const cb_run *run, cb_plan *plan);

    cb_handler *on_train_begin;    /* once, after every plugin's `start` */
    cb_handler *on_epoch_begin;    /* before the first batch of an epoch */
    cb_handler *on_batch_begin;    /* a batch is on the device, the model has not seen it */
    cb_handler *on_loss_begin;     /* the model's output exists, the loss does not */
    cb_handler *on_backward_begin; /* the loss exists, gradients do not */
    cb_handler *on_backward_end;   /* gradients exist, the optimizer has not stepped */
    cb_handler *on_step_end;       /* the optimizer has stepped, or its step was skipped */
    cb_handler *on_batch_end;      /* the batch is done */
    cb_handler *on_valid_begin;    /* before the first validation batch */
    cb_handler *on_valid_end;      /* validation loss and metrics are final, or marked partial */
    cb_handler *on_epoch_end;      /* the epoch, its validation included, is done */

    /* The end of training: once, also after an error or a stop. Needs no subscription. */
    bool (*on_finish)(const cb_state *state, const cb_outcome *outcome, cb_signals *signals);

    /* Everything needed to go on later; callbox/saved.h writes it. */
    bool (*save)(cb_bytes *saved);
    /* Goes on from what `save` wrote; ends with cb_read_end. */
    bool (*load)(cb_reader *saved);
} cb_plugin;

/* The declared parameters of a plugin: `CB_PARAMS(declared),`. */
#define CB_PARAMS(declared) .params = declared, .n_params = sizeof(declared) / sizeof *(declared)

/* This plugin. */
extern const cb_plugin cb_this;
