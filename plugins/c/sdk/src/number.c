/* The shortest digits between a number's neighbours, with whole numbers of any size (Steele and
 * White, 1990): slower than tables and a tenth of their size. */
#include "../include/callbox/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* 1,280 bits, least significant first: the greatest double has 1,024, the least a denominator of
 * 1,074, and ten times that must fit. */
typedef struct {
    uint32_t limbs[40];
} whole;

/* value = numerator / denominator; half the way to its neighbours is below / denominator and
 * above / denominator. `inclusive`: a number just there reads back as this value. */
typedef struct {
    whole numerator, denominator, below, above;
    bool inclusive;
} fraction;

static void times(whole *n, uint32_t factor)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < 40; i++) {
        carry += (uint64_t)n->limbs[i] * factor;
        n->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static whole shifted(uint64_t value, unsigned bits)
{
    whole n = {{(uint32_t)value, (uint32_t)(value >> 32)}};
    for (; bits >= 31; bits -= 31)
        times(&n, UINT32_C(1) << 31);
    times(&n, UINT32_C(1) << bits);
    return n;
}

static whole plus(const whole *a, const whole *b)
{
    whole sum;
    uint64_t carry = 0;
    for (size_t i = 0; i < 40; i++) {
        carry += (uint64_t)a->limbs[i] + b->limbs[i];
        sum.limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return sum;
}

static void minus(whole *a, const whole *b)
{
    uint64_t borrow = 0;
    for (size_t i = 0; i < 40; i++) {
        uint64_t difference = (uint64_t)a->limbs[i] - b->limbs[i] - borrow;
        a->limbs[i] = (uint32_t)difference;
        borrow = difference >> 63;
    }
}

static int compare(const whole *a, const whole *b)
{
    for (size_t i = 40; i-- > 0;) {
        if (a->limbs[i] != b->limbs[i])
            return a->limbs[i] < b->limbs[i] ? -1 : 1;
    }
    return 0;
}

static fraction fraction_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
    int exponent = (int)(bits >> 52 & 0x7ff);
    /* Below a power of two the neighbour is half as far; everything is doubled once more for it. */
    unsigned closer = mantissa == 0 && exponent > 1;
    if (exponent > 0)
        mantissa |= UINT64_C(1) << 52;
    else
        exponent = 1;
    exponent -= 1075;
    unsigned up = exponent > 0 ? (unsigned)exponent : 0;
    unsigned down = exponent < 0 ? (unsigned)-exponent : 0;
    return (fraction){
        .numerator = shifted(mantissa, up + 1 + closer),
        .denominator = shifted(1, down + 1 + closer),
        .below = shifted(1, up),
        .above = shifted(1, up + closer),
        .inclusive = mantissa % 2 == 0,
    };
}

/* Whether the value, and half the way to the next, reaches the denominator. */
static bool reaches_one(const fraction *value)
{
    whole high = plus(&value->numerator, &value->above);
    int order = compare(&high, &value->denominator);
    return order > 0 || (order == 0 && value->inclusive);
}

static void times_ten(fraction *value)
{
    times(&value->numerator, 10);
    times(&value->below, 10);
    times(&value->above, 10);
}

/* Scales into 0.1..1 and gives the power of ten that was taken out. */
static int scale(fraction *value)
{
    int power = 0;
    for (; reaches_one(value); power++)
        times(&value->denominator, 10);
    for (;; power--) {
        fraction next = *value;
        times_ten(&next);
        if (reaches_one(&next))
            return power;
        *value = next;
    }
}

/* The next digit of a value in 0..1, which is taken off. */
static char digit_of(fraction *value)
{
    char digit = '0';
    times_ten(value);
    for (; compare(&value->numerator, &value->denominator) >= 0; digit++)
        minus(&value->numerator, &value->denominator);
    return digit;
}

static size_t digits_of(fraction value, char digits[20])
{
    for (size_t len = 0;;) {
        char digit = digit_of(&value);
        int order = compare(&value.numerator, &value.below);
        bool low = order < 0 || (order == 0 && value.inclusive);
        bool high = reaches_one(&value);
        digits[len++] = digit;
        if (!low && !high)
            continue;
        whole twice = plus(&value.numerator, &value.numerator);
        if (!low || (high && compare(&twice, &value.denominator) >= 0))
            digits[len - 1]++;
        return len;
    }
}

static size_t put(char *text, const char *from, size_t len)
{
    memcpy(text, from, len);
    return len;
}

static size_t zeros(char *text, int count)
{
    if (count <= 0)
        return 0;
    memset(text, '0', (size_t)count);
    return (size_t)count;
}

static size_t write_positive(char *text, double value)
{
    if (value == 0)
        return put(text, "0", 1);
    if (isinf(value))
        return put(text, "inf", 3);
    fraction left = fraction_of(value);
    int point = scale(&left);
    char digits[20];
    size_t count = digits_of(left, digits);
    if (point <= 0) {
        size_t len = put(text, "0.", 2);
        len += zeros(text + len, -point);
        return len + put(text + len, digits, count);
    }
    if ((size_t)point >= count) {
        size_t len = put(text, digits, count);
        return len + zeros(text + len, point - (int)count);
    }
    size_t len = put(text, digits, (size_t)point);
    len += put(text + len, ".", 1);
    return len + put(text + len, digits + point, count - (size_t)point);
}

size_t cb_write_number(char text[CB_NUMBER_ROOM], double value)
{
    if (isnan(value))
        return put(text, "NaN", 3);
    if (!signbit(value))
        return write_positive(text, value);
    text[0] = '-';
    return 1 + write_positive(text + 1, -value);
}
