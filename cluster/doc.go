// Package cluster finds classes of words with similar neighbours in unlabelled text, and reads such
// classes from files. It implements the clustering of Brown et al. 1992 ("Class-based n-gram models
// of natural language") with the window algorithm of Liang 2005 ("Semi-supervised learning for
// natural language", chapter 4).
//
// The input is sentences, in a [Text]. [Induce] returns [Clusters], with a path of bits for each
// word. The path leads through a binary tree to the cluster of the word, so a prefix of the path is
// a larger cluster. As attributes of a tagger, paths describe words that do not occur in the
// labelled sentences.
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
// # Exactness
//
// A table holds the loss of each possible merge and is updated when counts change. For V words and
// C clusters, this takes O(V C^2) in the worst case. In practice it is far faster, because most
// words have few neighbours.
//
// Logarithms are rounded to 28 bits after the binary point. All further arithmetic is on integers.
// So a table after a million updates equals a newly computed one, and equal losses compare equal.
// Ties go to the pair with the most frequent word, then to the pair whose other cluster has the
// most frequent word. Words of equal frequency are ordered by their bytes.
//
// The paths depend only on the sentences and the options, not on the order of the sentences or on
// the machine.
//
// # Memory
//
// A text takes 4 bytes per token. Clustering takes 16 more bytes per token, and 12 C^2 bytes for
// the tables.
package cluster
