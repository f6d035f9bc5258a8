/* Numbers as text, the same text in every language's SDK. */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room that every number has in. */
#define CB_NUMBER_ROOM 352

/* Writes the shortest decimal number that reads back as `value`, without an exponent: 0.1, 12,
 * 0.0000004, -0, NaN, inf. Gives its length; there is no NUL. */
size_t cb_write_number(char text[CB_NUMBER_ROOM], double value);

#ifdef __cplusplus
}
#endif
