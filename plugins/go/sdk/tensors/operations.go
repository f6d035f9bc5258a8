package tensors

import (
	host "callbox/bindings/imports/callbox_tensors_tensors"

	witTypes "go.bytecodealliance.org/pkg/wit/types"
)

// Operations; each gives a new tensor.

// Add is t + other, broadcast.
func (t Tensor) Add(other Tensor) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Add(uint64(t), uint64(other)))
}

// Sub is t - other, broadcast.
func (t Tensor) Sub(other Tensor) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Sub(uint64(t), uint64(other)))
}

// Mul is t * other by element, broadcast.
func (t Tensor) Mul(other Tensor) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Mul(uint64(t), uint64(other)))
}

// Affine is t * factor + offset.
func (t Tensor) Affine(factor, offset float64) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Affine(uint64(t), factor, offset))
}

// Lerp is t + weight * (other - t), weight broadcast.
func (t Tensor) Lerp(other, weight Tensor) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Lerp(uint64(t), uint64(other), uint64(weight)))
}

// Choose is a where this condition holds, else b, broadcast.
func (t Tensor) Choose(a, b Tensor) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Choose(uint64(t), uint64(a), uint64(b)))
}

// Clamp limits each element to [least, greatest].
func (t Tensor) Clamp(least, greatest float64) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Clamp(uint64(t), least, greatest))
}

// Square is t * t by element.
func (t Tensor) Square() (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Square(uint64(t)))
}

// LogSoftmax is the logarithm of the softmax along a dimension; negative ones count from the end.
func (t Tensor) LogSoftmax(dim int64) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.LogSoftmax(uint64(t), dim))
}

// Sum is over one dimension.
func (t Tensor) Sum(dim int64) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Sum(uint64(t), witTypes.Some(dim)))
}

// SumAll is over all dimensions.
func (t Tensor) SumAll() (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Sum(uint64(t), witTypes.None[int64]()))
}

// Mean is over one dimension.
func (t Tensor) Mean(dim int64) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Mean(uint64(t), witTypes.Some(dim)))
}

// MeanAll is over all dimensions.
func (t Tensor) MeanAll() (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Mean(uint64(t), witTypes.None[int64]()))
}

// Argmax is the index of the greatest element along a dimension; int64.
func (t Tensor) Argmax(dim int64) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Argmax(uint64(t), dim))
}

// Equal is whether elements are equal, broadcast; boolean.
func (t Tensor) Equal(other Tensor) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Equal(uint64(t), uint64(other)))
}

// OneHot adds a last dimension of count, 1 at the class and 0 elsewhere; float32.
func (t Tensor) OneHot(count uint64) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.OneHot(uint64(t), count))
}

// Unsqueeze inserts a dimension of size 1.
func (t Tensor) Unsqueeze(dim int64) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Unsqueeze(uint64(t), dim))
}

// Narrow is elements start to end (exclusive) of a dimension.
func (t Tensor) Narrow(dim int64, start, end uint64) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Narrow(uint64(t), dim, start, end))
}

// Put is a copy with part put at start of a dimension.
func (t Tensor) Put(dim int64, start uint64, part Tensor) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Put(uint64(t), dim, start, uint64(part)))
}

// Pick is rows by index along a dimension.
func (t Tensor) Pick(dim int64, index Tensor) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Pick(uint64(t), dim, uint64(index)))
}

// Resize is a bilinear resize of the last two dimensions.
func (t Tensor) Resize(height, width uint64) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Resize(uint64(t), height, width))
}

// Convert is another type of elements.
func (t Tensor) Convert(to Dtype) (Tensor, error) {
	if native {
		return 0, ErrNoHost
	}
	return made(host.Convert(uint64(t), uint8(to)))
}
