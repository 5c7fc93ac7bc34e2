package workers

import "runtime"

// most is how many workers training has at most, if four a core are fewer. It is large, so that the last digits of a
// training are the same on machines with different numbers of cores.
const most = 256

// ForTraining returns how many workers train on so many sentences when a user asks for threads, 0 for one a core: at
// most one a sentence, and at most 256 or four a core, since each has a gradient of its own.
func ForTraining(threads, sentences int) int {
	return bound(threads, min(sentences, max(most, 4*runtime.GOMAXPROCS(0))))
}

// ForTagging returns how many workers tag when a user asks for threads, 0 for one a core: at most four a core, since
// labels do not depend on the number.
func ForTagging(threads int) int { return bound(threads, 4*runtime.GOMAXPROCS(0)) }

func bound(threads, limit int) int {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	return max(1, min(threads, limit))
}
