package training

import "context"

// PassBlocks is [Pool.Pass] with blocks of consecutive sentences. next returns the end of the block
// that starts at sentence lo; it must be in lo+1..hi.
func (p *Pool[S]) PassBlocks(ctx context.Context, next func(lo, hi int) int, block func(scratch *S, lo, hi int) (float64, error)) (float64, error) {
	return p.run(len(p.workers), func(k int) (float64, error) {
		sum := 0.0
		for lo, end := p.chunk[k], p.chunk[k+1]; lo < end; {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			hi := next(lo, end)
			v, err := block(p.Scratch(k), lo, hi)
			if err != nil {
				return 0, err
			}
			sum += v
			lo = hi
		}
		return sum, nil
	})
}
