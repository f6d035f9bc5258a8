#include "../include/callbox/anneal.h"

#include <math.h>

static constexpr double PI = 3.14159265358979323846;

/* cos(pi x) for x in 0..=0.5: the series of the cosine, ten terms by Horner's rule, whose rest is
 * below 2e-17 there. */
static double cosine_of_half_turns(double x)
{
    double square = (PI * x) * (PI * x);
    double sum = 1.0;
    for (double term = 10.0; term >= 1.0; term--)
        sum = 1.0 - square / (2.0 * term * (2.0 * term - 1.0)) * sum;
    return sum;
}

/* base ^ exponent for an exponent in 0..1, by its binary digits: each halves the exponent, which is a
 * square root. */
static double power(double base, double exponent)
{
    double root = base;
    double product = 1.0;
    while (exponent > 0.0) {
        root = sqrt(root);
        exponent *= 2.0;
        if (exponent >= 1.0) {
            product *= root;
            exponent -= 1.0;
        }
    }
    return product;
}

static double straight(double start, double end, double pct)
{
    return start + (end - start) * pct;
}

static double wave(double start, double end, double pct)
{
    double level = pct <= 0.5 ? cosine_of_half_turns(pct) : -cosine_of_half_turns(1.0 - pct);
    return end + (start - end) / 2.0 * (1.0 + level);
}

static double growth(double start, double end, double pct)
{
    return start * power(end / start, pct);
}

static double between(double start, double end, double pct, double (*way)(double, double, double))
{
    if (pct <= 0.0)
        return start;
    if (pct >= 1.0)
        return end;
    return fmin(fmax(way(start, end, pct), fmin(start, end)), fmax(start, end));
}

double cb_linear(double start, double end, double pct)
{
    return between(start, end, pct, straight);
}

double cb_cosine(double start, double end, double pct)
{
    return between(start, end, pct, wave);
}

double cb_exponential(double start, double end, double pct)
{
    return between(start, end, pct, growth);
}
