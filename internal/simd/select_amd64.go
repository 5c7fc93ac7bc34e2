//go:build !noasm

package simd

import "golang.org/x/sys/cpu"

// avx2 tells whether this machine runs the kernels in assembly.
var avx2 = cpu.X86.HasAVX2 && cpu.X86.HasFMA
