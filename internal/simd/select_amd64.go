//go:build !noasm

package simd

import "golang.org/x/sys/cpu"

// avx2 reports whether this machine runs the assembly kernels.
var avx2 = cpu.X86.HasAVX2 && cpu.X86.HasFMA
