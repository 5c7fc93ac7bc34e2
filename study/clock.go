package study

import "time"

// A clock measures time since its start.
type clock struct {
	began time.Time
	cpu   float64 // CPU seconds of the process at the start
}

// spent holds times in seconds.
type spent struct {
	seconds float64 // wall-clock time
	cpu     float64 // CPU time of all threads; 0 if unknown
}

func startClock() clock { return clock{time.Now(), cpuSeconds()} }

func (c clock) spent() spent {
	return spent{time.Since(c.began).Seconds(), cpuSeconds() - c.cpu}
}
