/* A plugin's memory as bytes: `save` writes values one after the other, `load` reads them in the same
 * order. Little-endian, without names, as every language's SDK writes them: whoever changes the order
 * raises `state_version`. An option is a bool, then the value where it is true; a list is a u64 with
 * its length, then its items. */
#pragma once

#include "types.h"

/* Append a value. */
void cb_write_bool(cb_bytes *saved, bool value);
void cb_write_u8(cb_bytes *saved, uint8_t value);
void cb_write_u32(cb_bytes *saved, uint32_t value);
void cb_write_u64(cb_bytes *saved, uint64_t value);
void cb_write_i64(cb_bytes *saved, int64_t value);
void cb_write_f64(cb_bytes *saved, double value);
void cb_write_text(cb_bytes *saved, cb_text value);
void cb_write_numbers(cb_bytes *saved, cb_numbers values);
void cb_write_texts(cb_bytes *saved, cb_texts values);

/* Saved bytes on their way back. */
typedef struct {
    const uint8_t *next;
    size_t left, len;
    bool broken; /* something was not there: from then on all that is read is 0 or empty */
} cb_reader;

/* A reader from the beginning. */
cb_reader cb_reader_of(cb_bytes saved);

/* Take a value off the front; 0 or empty where it is not there, which cb_read_end tells. Texts and
 * lists are copies: free them with cb_text_free, cb_numbers_free and cb_texts_free. */
bool cb_read_bool(cb_reader *saved);
uint8_t cb_read_u8(cb_reader *saved);
uint32_t cb_read_u32(cb_reader *saved);
uint64_t cb_read_u64(cb_reader *saved);
int64_t cb_read_i64(cb_reader *saved);
double cb_read_f64(cb_reader *saved);
cb_text cb_read_text(cb_reader *saved);
cb_numbers cb_read_numbers(cb_reader *saved);
cb_texts cb_read_texts(cb_reader *saved);

/* Whether all was there and nothing is left; where not, the sentence that cb_fail would have. Take
 * over what was read only after this. */
[[nodiscard]] bool cb_read_end(const cb_reader *saved);

/* Free what was read or written, and leave it empty. */
void cb_bytes_free(cb_bytes *bytes);
void cb_numbers_free(cb_numbers *numbers);
void cb_texts_free(cb_texts *texts);
