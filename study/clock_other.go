//go:build !unix

package study

// cpuSeconds returns 0: CPU time is unknown on this system.
func cpuSeconds() float64 { return 0 }
