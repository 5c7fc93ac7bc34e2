package study

import "time"

// A clock measures from when it was started.
type clock struct {
	began time.Time
	cpu   float64 // seconds that the process had taken then
}

// spent is what something took, in seconds.
type spent struct {
	seconds float64 // that passed
	cpu     float64 // of the processor, by all threads; 0 where the system does not tell
}

func startClock() clock { return clock{time.Now(), cpuSeconds()} }

func (c clock) spent() spent {
	return spent{time.Since(c.began).Seconds(), cpuSeconds() - c.cpu}
}
