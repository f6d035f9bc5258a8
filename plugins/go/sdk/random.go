package callbox

// Random is a stream of random numbers: SplitMix64 (Steele, Lea and Flood, 2014). The same seed gives the same numbers in
// every language's SDK, which math/rand does not; and what Go seeds by itself is the same in every run of a plugin.
//
// Seed it with Run.Seed, which is different for every plugin of a run, and save State to go on later.
type Random struct {
	// State is all that it remembers: NewRandom(State) goes on where this one is.
	State uint64
}

// NewRandom begins a stream of this seed.
func NewRandom(seed uint64) *Random {
	return &Random{State: seed}
}

// Next gives 64 random bits.
func (r *Random) Next() uint64 {
	r.State += 0x9e3779b97f4a7c15
	bits := r.State
	bits = (bits ^ bits>>30) * 0xbf58476d1ce4e5b9
	bits = (bits ^ bits>>27) * 0x94d049bb133111eb
	return bits ^ bits>>31
}

// Uniform is evenly in 0..1: a multiple of 2^-53, below 1.
func (r *Random) Uniform() float64 {
	return float64(r.Next()>>11) / (1 << 53)
}

// Below is evenly in 0..n, for n up to 2^53 and below it; 0 where n is 0.
func (r *Random) Below(n uint64) uint64 {
	return uint64(r.Uniform() * float64(n))
}
