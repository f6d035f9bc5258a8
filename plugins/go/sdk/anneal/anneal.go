// Package anneal has ways from one value to another. pct is the part of the way done, limited to 0..1.
//
// Both ends are exact and nothing between lies outside of them, so that a schedule never leaves the bounds of a grant
// by a rounding error.
//
// Only sums, products, quotients and square roots are used, which IEEE 754 rounds in one way: the same schedule has the
// same bits in every language's SDK. A conversion to float64 keeps the compiler from fusing a product and a sum, which
// it may do on other machines than wasm, where tests run.
package anneal

import "math"

// Linear is a straight line from start to end.
func Linear(start, end, pct float64) float64 {
	if done, value := atEnd(start, end, pct); done {
		return value
	}
	return between(start, end, start+float64((end-start)*pct))
}

// Cosine is half a cosine wave: level at both ends, steepest in the middle.
func Cosine(start, end, pct float64) float64 {
	if done, value := atEnd(start, end, pct); done {
		return value
	}
	var level float64
	if pct <= 0.5 {
		level = cosineOfHalfTurns(pct)
	} else {
		level = -cosineOfHalfTurns(1 - pct)
	}
	return between(start, end, end+float64((start-end)/2*(1+level)))
}

// Exponential takes the same factor at every step; start and end must have the same sign and not be 0.
func Exponential(start, end, pct float64) float64 {
	if done, value := atEnd(start, end, pct); done {
		return value
	}
	return between(start, end, float64(start*power(end/start, pct)))
}

// cosineOfHalfTurns is cos(π x) for x in 0..0.5: the series of the cosine, ten terms by Horner's rule, whose rest is
// below 2e-17 there.
func cosineOfHalfTurns(x float64) float64 {
	angle := float64(math.Pi * x)
	square := float64(angle * angle)
	sum := 1.0
	for term := 10.0; term >= 1; term-- {
		twice := float64(2 * term)
		sum = 1 - float64(square/float64(twice*(twice-1))*sum)
	}
	return sum
}

// power is base ** exponent for an exponent in 0..1, by its binary digits: each halves the exponent, which is a square
// root.
func power(base, exponent float64) float64 {
	root, product := base, 1.0
	for exponent > 0 {
		root = math.Sqrt(root)
		exponent *= 2
		if exponent >= 1 {
			product = float64(product * root)
			exponent--
		}
	}
	return product
}

// atEnd is the value where the way has not begun or is over.
func atEnd(start, end, pct float64) (bool, float64) {
	if pct <= 0 {
		return true, start
	}
	return pct >= 1, end
}

func between(start, end, value float64) float64 {
	return smaller(greater(value, smaller(start, end)), greater(start, end))
}

// Go's min and max answer NaN where one of the two is; Rust's answer the other one, and so do these.

func smaller(a, b float64) float64 {
	if b < a || math.IsNaN(a) {
		return b
	}
	return a
}

func greater(a, b float64) float64 {
	if b > a || math.IsNaN(a) {
		return b
	}
	return a
}
