// Package cluster finds classes of words with similar neighbours in unlabelled text, and reads such
// classes from files. It implements three algorithms:
//
//   - [Brown]: the clustering of Brown et al. 1992 ("Class-based n-gram models of natural language")
//     with the window algorithm of Liang 2005 ("Semi-supervised learning for natural language",
//     chapter 4)
//   - [Clark]: the exchange algorithm of Clark 2003 ("Combining distributional and morphological
//     information for part of speech induction")
//   - [KMeans]: k-means over the vectors of a skip-gram model with negative sampling (Mikolov et al.
//     2013, "Distributed representations of words and phrases and their compositionality")
//
// The input is sentences, in a [Text]. [Induce] returns [Clusters]. The clusters of Brown are
// leaves of a binary tree, and each word has a path of bits that leads to its cluster. So a prefix
// of the path is a larger cluster. The other clusters have names. As attributes of a tagger,
// clusters describe words that do not occur in the labelled sentences. The algorithms group
// different words, so the clusters of several algorithms help together.
//
// # Brown
//
// Words enter the window by frequency, each as its own cluster. Whenever there is one cluster too
// many, two clusters are merged: those that lose the least mutual information of adjacent clusters,
//
//	I = sum_ik p(i,k) log2( p(i,k) / (p(i) p(k)) )
//
// Here p(i,k) is the share of the pairs of adjacent words in clusters i and k. p(i) is the share of
// the pairs that begin with i, and p(k) the share of the pairs that end with k. Words are not
// adjacent across the end of a sentence. Finally the clusters are merged into a tree in the same
// way. Each merge is an inner node: 0 leads to the cluster with the more frequent word, 1 to the
// other.
//
// A table holds the loss of each possible merge and is updated when counts change. For V words and
// C clusters, this takes O(V C^2) in the worst case. In practice it is far faster, because most
// words have few neighbours.
//
// # Clark
//
// The objective is the probability of the text in a bigram model of clusters (Kneser & Ney 1993),
// times the probability of the letters of the words of each cluster. Each word moves to the cluster
// with the largest objective, most frequent words first, and so again for up to ten rounds. At
// first the most frequent words have clusters of their own, and the other words share one. A round
// takes O(V C N) for V words with N different neighbours.
//
// Clark's letters come from a hidden Markov model per cluster, retrained now and then. Here each
// letter depends on the previous one. The model integrates over the probabilities, with a Dirichlet
// prior. So the objective is always exact, and no move lowers it.
//
// # KMeans
//
// The vectors have 64 dimensions. Training takes five epochs, with windows of up to five words to
// each side and five random words per neighbour. Then spherical k-means begins with centres by
// k-means++. The clusters group words of one topic, and less words of one part of speech.
//
// # Exactness
//
// In Brown and Clark, logarithms are rounded to 28 bits after the binary point. All further
// arithmetic is on integers. So a table after a million updates equals a newly computed one, and
// equal losses compare equal. In Brown, ties go to the pair with the most frequent word, then to
// the pair whose other cluster has the most frequent word. Words of equal frequency are ordered by
// their bytes. The clusters depend only on the sentences and the options, not on the order of the
// sentences or on the machine.
//
// The clusters of KMeans also depend on the order of the sentences, on the seed, on the number of
// threads and on the processor.
//
// # Memory
//
// A text takes 4 bytes per token. Brown and Clark take 16 more bytes per token. Brown takes 12 C^2
// bytes for its tables. Clark takes 8 C^2 bytes, and up to 38 KB for each cluster for letters.
// KMeans takes 1.5 KB per word.
package cluster
