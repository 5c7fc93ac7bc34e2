package workers

import "runtime"

// most is the maximum number of training workers, unless four per core are more. It is large, so
// that the last digits of a model do not depend on the number of cores.
const most = 256

// ForTraining returns the number of training workers for a requested number of threads; 0 requests
// one per core. The limits are one per sentence, and the larger of 256 and four per core, because
// each worker has its own gradient.
func ForTraining(threads, sentences int) int {
	return bound(threads, min(sentences, max(most, 4*runtime.GOMAXPROCS(0))))
}

// ForTagging returns the number of tagging workers for a requested number of threads; 0 requests
// one per core. The limit is four per core. Labels do not depend on the number.
func ForTagging(threads int) int { return bound(threads, 4*runtime.GOMAXPROCS(0)) }

func bound(threads, limit int) int {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	return max(1, min(threads, limit))
}
