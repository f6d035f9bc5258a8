/* All that an SDK can say and see, in one plugin: every language has this one, and all of them must
 * give the same journal.
 *
 * At train-begin it reports schedules and random numbers, at every third batch-end the whole state,
 * at valid-end a table and a histogram, at epoch-end one of each signal, which the host refuses as
 * one list, and in `on_finish` it logs how the run ended. */
#include <callbox/sdk.h>
#include <math.h>

/* One of each type. */
static struct {
    bool flag;
    int64_t whole;
    uint32_t count;
    double number;
    cb_text choice;
    cb_numbers numbers;
    cb_texts texts;
} params;

static const cb_param declared[] = {
    {"flag", "A flag.", CB_FLAG(&params.flag, true)},
    {"whole", "A whole number.", CB_INTEGER(&params.whole, -7), .min = CB_SOME(-1000.0),
     .max = CB_SOME(1000.0)},
    {"count", "A count.", CB_COUNT(&params.count, 3)},
    {"number", "A number.", CB_NUMBER(&params.number, 0.25), .min = CB_SOME(0.0)},
    {"choice", "One of three texts.", CB_TEXT(&params.choice, "größer"),
     .choices = CB_CHOICES("größer", "", "\"quoted\"")},
    {"numbers", "Numbers.", CB_NUMBERS(&params.numbers, 1.0, 2.5)},
    {"texts", "Texts.", CB_TEXTS(&params.texts, "a", "β")},
};

static const cb_run *run;
static cb_random randoms;
static uint32_t events;

static bool start(const cb_run *given, cb_plan *plan)
{
    if (params.count == 13)
        return cb_fail("%.*s is superstitious", CB_ARG(given->plugin));
    run = given;
    randoms = (cb_random){run->seed};

    cb_plan_on(plan, CB_TRAIN_BEGIN);
    cb_plan_on(plan, CB_BATCH_END);
    cb_plan_phase(plan, CB_TRAIN);
    cb_plan_every(plan, params.count);
    cb_plan_reads(plan, CB_READS_LOSSES | CB_READS_HYPERS);
    cb_plan_on(plan, CB_VALID_END);
    cb_plan_reads(plan, CB_READS_MONITORED);
    cb_plan_on(plan, CB_EPOCH_END);
    cb_plan_monitors(plan, "valid-loss");
    cb_plan_monitors(plan, "train-loss");
    cb_plan_reports(plan, "tour", CB_NEITHER);
    cb_plan_reports(plan, "seen", CB_HIGHER);
    cb_plan_powers(plan, CB_POWER_CONTROL);
    cb_plan_owns(plan, CB_WD);
    return true;
}

/* Appends item i of a list: a bar stands between two. */
static void append_item(cb_text *text, size_t i, cb_text item)
{
    cb_append(text, "%s%.*s", i > 0 ? "|" : "", CB_ARG(item));
}

static void append_texts(cb_text *text, cb_texts items)
{
    for (size_t i = 0; i < items.len; i++)
        append_item(text, i, items.ptr[i]);
}

static void append_count(cb_text *text, cb_option_u64 count)
{
    if (count.is_some)
        cb_append(text, "%llu", count.val);
    else
        cb_append(text, "?");
}

static void log_settings(void)
{
    cb_text line = cb_format("flag %s, whole %lld, count %u, choice %.*s, texts ",
                             params.flag ? "true" : "false", params.whole, params.count,
                             CB_ARG(params.choice));
    append_texts(&line, params.texts);
    cb_log_debug("%.*s", CB_ARG(line));
    cb_text_free(&line);
}

static void append_sizes(cb_text *line)
{
    cb_append(line, "%u epochs, ", run->n_epochs);
    append_count(line, run->planned_iterations);
    cb_append(line, " batches, ");
    append_count(line, run->train_batches);
    cb_append(line, "+");
    append_count(line, run->valid_batches);
    cb_append(line, " per epoch of ");
    append_count(line, run->n_samples);
    cb_append(line, "+");
    append_count(line, run->valid_samples);
    cb_append(line, " samples, %zu classes", run->class_counts.len);
}

static void log_facts(void)
{
    cb_text line = cb_format("%.*s in %.*s: ", CB_ARG(run->plugin), CB_ARG(run->id));
    append_sizes(&line);
    cb_append(&line, ", groups ");
    append_texts(&line, run->groups);
    cb_append(&line, ", %.*s, granted ", CB_ARG(run->optimizer));
    for (size_t i = 0; i < run->granted.len; i++)
        append_item(&line, i, run->granted.ptr[i].power);
    cb_append(&line, ", metrics ");
    for (size_t i = 0; i < run->metrics.len; i++)
        append_item(&line, i, run->metrics.ptr[i].name);
    cb_append(&line, ", rank %u of %u", run->rank, run->world_size);
    cb_log_info("%.*s", CB_ARG(line));
    cb_text_free(&line);
}

static bool on_train_begin(const cb_state *, cb_signals *signals)
{
    events++;
    log_settings();
    log_facts();
    for (int step = -1; step <= 21; step++) {
        double pct = step / 20.0;
        cb_report(signals, "tour", cb_linear(0.1, 4e-7, pct));
        cb_report(signals, "tour", cb_cosine(0.1, 4e-7, pct));
        cb_report(signals, "tour", cb_exponential(0.1, 4e-7, pct));
    }
    for (int draw = 0; draw < 10; draw++)
        cb_report(signals, "tour", cb_random_uniform(&randoms));
    for (uint64_t n = 1; n < 10; n++)
        cb_report(signals, "tour", (double)cb_random_below(&randoms, n * n));
    for (size_t i = 0; i < params.numbers.len; i++)
        cb_report(signals, "tour", params.numbers.ptr[i]);
    cb_report(signals, "tour", params.number);
    return true;
}

static bool on_batch_end(const cb_state *state, cb_signals *signals)
{
    events++;
    if (!state->losses.is_some)
        return cb_fail("no losses were filled in");
    if (state->hypers.len == 0)
        return cb_fail("no hypers");
    const cb_losses *losses = &state->losses.val;
    const cb_hyper *hyper = &state->hypers.ptr[0];
    const double seen[] = {
        state->epoch,
        state->num_batch,
        (double)state->iteration,
        (double)state->samples,
        state->phase == CB_TRAIN,
        state->batch_size,
        losses->raw,
        losses->last,
        losses->smooth,
        hyper->lr,
        hyper->mom.is_some ? hyper->mom.val : -1.0,
        hyper->wd,
        hyper->beta.is_some ? hyper->beta.val : -1.0,
        (double)state->monitored.len,
    };
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
        cb_report_weighted(signals, "seen", seen[i], 0.5);
    cb_set(signals, CB_WD, cb_linear(0.0, 0.01, cb_random_uniform(&randoms)));
    return true;
}

static bool on_valid_end(const cb_state *state, cb_signals *signals)
{
    events++;
    if (state->epoch == 1)
        return cb_fail("an error of epoch 2");
    cb_table(signals, "monitored", CB_LIST_OF_TEXTS(cb_text_of("row")), params.texts,
             state->monitored);
    cb_histogram(signals, "ascending", CB_LIST_OF_NUMBERS(-1.5, 0.0, 1e300),
                 CB_LIST_OF_NUMBERS(events, 0.0));
    return true;
}

static void stop_and_skip(cb_signals *signals)
{
    cb_stop_training(signals, "stop \"training\"");
    cb_stop_epoch(signals, "stop epoch");
    cb_stop_validation(signals, "%s", "");
    cb_skip_validation(signals);
    cb_validate_now(signals);
    cb_skip_batch(signals);
    cb_skip_backward(signals);
    cb_skip_step(signals);
    cb_keep_gradients(signals);
}

static void change_weights(cb_signals *signals)
{
    cb_set(signals, CB_LR, 0.5);
    cb_set_group(signals, CB_MOM, 1, 0.5);
    cb_scale(signals, CB_WD, 0.25);
    cb_scale_group(signals, CB_BETA, 4'000'000'000, 7.000'000'000'000'001);
    cb_scale_grad(signals, 0.125);
    cb_clip_grad_value(signals, 1.5);
    cb_clip_grad_norm(signals, 2.5);
    cb_clip_grad_adaptive(signals, 0.01, 0.001);
    cb_noise_grad(signals, 1e-9);
    cb_set_trainable(signals, 2, true);
    cb_set_norm_frozen(signals, 3, false);
    cb_refresh_norm_statistics(signals);
    cb_snapshot(signals, "a");
    cb_restore(signals, "b");
    cb_blend(signals, "c", 0.75);
    cb_evaluate_with(signals, "d");
    cb_adopt(signals, "e");
    cb_forget(signals, "f");
}

/* The last one is unknown to the host, which refuses all of the event together. */
static void show_and_tell(cb_signals *signals)
{
    cb_sample_weights(signals, (UINT64_C(1) << 40) + 1);
    cb_report_weighted(signals, "tour", NAN, 3.0);
    cb_table(signals, "t", CB_LIST_OF_TEXTS(cb_text_of("x"), cb_text_of("y")),
             CB_LIST_OF_TEXTS(cb_text_of("z")), CB_LIST_OF_NUMBERS(1.0, INFINITY));
    cb_histogram(signals, "h", CB_LIST_OF_NUMBERS(0.0, 1.0), CB_LIST_OF_NUMBERS(5.0));
    cb_checkpoint(signals, "best");
    cb_other(signals, "unheard-of", CB_LIST_OF_NUMBERS(1.0, -0.0));
}

static bool save(cb_bytes *saved)
{
    cb_write_u64(saved, randoms.state);
    cb_write_u32(saved, events);
    return true;
}

static bool load(cb_reader *saved)
{
    uint64_t state = cb_read_u64(saved);
    uint32_t count = cb_read_u32(saved);
    if (!cb_read_end(saved))
        return false;
    randoms.state = state;
    events = count;
    return true;
}

static bool save_and_load(void)
{
    cb_bytes saved = {};
    if (!save(&saved))
        return false;
    events = 0;
    cb_reader reader = cb_reader_of(saved);
    bool loaded = load(&reader);
    cb_bytes_free(&saved);
    return loaded;
}

static bool on_epoch_end(const cb_state *state, cb_signals *signals)
{
    events++;
    if (!save_and_load())
        return false;
    cb_log_warn("epoch %u is over after %u events", state->epoch, events);
    stop_and_skip(signals);
    change_weights(signals);
    show_and_tell(signals);
    return true;
}

static void log_stops(const cb_outcome *outcome)
{
    cb_text line = cb_format("stopped by ");
    for (size_t i = 0; i < outcome->val.stopped.len; i++) {
        const cb_stop *stop = &outcome->val.stopped.ptr[i];
        cb_append(&line, "%s%.*s (%.*s)", i > 0 ? ", " : "", CB_ARG(stop->by),
                  CB_ARG(stop->reason));
    }
    cb_log_info("%.*s", CB_ARG(line));
    cb_text_free(&line);
}

static bool on_finish(const cb_state *state, const cb_outcome *outcome, cb_signals *signals)
{
    switch (outcome->tag) {
    case CB_COMPLETED:
        cb_log_info("completed after %u epochs", state->epoch);
        break;
    case CB_STOPPED:
        log_stops(outcome);
        break;
    case CB_FAILED:
        cb_log_error("failed: %.*s", CB_ARG(outcome->val.failed));
        break;
    }
    cb_report(signals, "tour", events);
    return true;
}

const cb_plugin cb_this = {
    .name = "tour",
    .version = "0.1.0",
    .summary = "Shows all that an SDK can say and see",
    CB_PARAMS(declared),
    .needs = CB_POWER_CONTROL,
    .wants = CB_POWER_LR | CB_POWER_WD,
    .state_version = 3,
    .start = start,
    .on_train_begin = on_train_begin,
    .on_batch_end = on_batch_end,
    .on_valid_end = on_valid_end,
    .on_epoch_end = on_epoch_end,
    .on_finish = on_finish,
    .save = save,
    .load = load,
};
