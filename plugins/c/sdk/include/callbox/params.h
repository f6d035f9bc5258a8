/* Parameters, declared once: name, doc, where the value goes and its default.
 *
 *     static struct {
 *         uint32_t patience;
 *         double lr_max;
 *         cb_text mode;
 *     } params;
 *
 *     static const cb_param declared[] = {
 *         {"patience", "Epochs to put up with.", CB_COUNT(&params.patience, 3)},
 *         {"lr-max", "Highest learning rate.", CB_NUMBER(&params.lr_max, 0.01), .min = CB_SOME(0.0)},
 *         {"mode", "Which is better.", CB_TEXT(&params.mode, "auto"),
 *          .choices = CB_CHOICES("auto", "min", "max")},
 *     };
 *
 * The places are filled before `start` is called, and texts and lists in them live as long as the
 * plugin. The host checks type and bounds before. */
#pragma once

#include "types.h"

/* What a value is in C. The contract has no type for counts: a COUNT is an integer that fits. */
typedef enum : uint8_t {
    CB_TYPE_FLAG,
    CB_TYPE_INTEGER,
    CB_TYPE_COUNT,
    CB_TYPE_NUMBER,
    CB_TYPE_TEXT,
    CB_TYPE_NUMBERS,
    CB_TYPE_TEXTS,
} cb_type;

/* Where a value goes, and what it is unless the user sets it. */
typedef struct {
    cb_type type;
    union {
        bool *flag;
        int64_t *integer;
        uint32_t *count;
        double *number;
        cb_text *text;
        cb_numbers *numbers;
        cb_texts *texts;
    } place;
    union {
        bool flag;
        int64_t integer;
        double number;
        const char *text;
        const double *numbers;
        const char *const *texts;
    } otherwise;
    size_t len; /* of a list */
} cb_value;

/* One parameter: what the user may set. */
typedef struct {
    const char *name; /* kebab-case, as users write it in the run file */
    const char *doc;  /* one line; with the unit where there is one */
    cb_value value;   /* one of the seven below */
    cb_option_f64 min, max;      /* inclusive; a count has bounds of its own */
    const char *const *choices;  /* allowed texts, nullptr after the last one; nullptr: any */
} cb_param;

/* A flag, whole number, count, number or text: the address of its place, then its default. */
#define CB_FLAG(address, value) {CB_TYPE_FLAG, {.flag = address}, {.flag = value}, 0}
#define CB_INTEGER(address, value) {CB_TYPE_INTEGER, {.integer = address}, {.integer = value}, 0}
#define CB_COUNT(address, value) {CB_TYPE_COUNT, {.count = address}, {.integer = value}, 0}
#define CB_NUMBER(address, value) {CB_TYPE_NUMBER, {.number = address}, {.number = value}, 0}
#define CB_TEXT(address, value) {CB_TYPE_TEXT, {.text = address}, {.text = value}, 0}

/* A list of numbers or texts: the address of its place, then the items of its default, if any. The
 * first item of the array is none of them: an array cannot be empty, a list can. */
#define CB_NUMBERS(address, ...)                                                                   \
    {CB_TYPE_NUMBERS, {.numbers = address}, {.numbers = 1 + (const double[]){0, __VA_ARGS__}},     \
     sizeof((const double[]){0, __VA_ARGS__}) / sizeof(double) - 1}
#define CB_TEXTS(address, ...)                                                                     \
    {CB_TYPE_TEXTS, {.texts = address}, {.texts = 1 + (const char *const[]){0, __VA_ARGS__}},      \
     sizeof((const char *const[]){0, __VA_ARGS__}) / sizeof(char *) - 1}

/* A bound. */
#define CB_SOME(value) {.is_some = true, .val = value}
/* The texts that a parameter may have. */
#define CB_CHOICES(...) (const char *const[]){__VA_ARGS__, nullptr}
