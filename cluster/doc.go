// Package cluster finds classes of words that stand among the same neighbours, from text without labels,
// and reads such classes from files: the clustering of Brown et al. 1992 ("Class-based n-gram models of
// natural language"), by the algorithm with a window of Liang 2005 ("Semi-supervised learning for natural
// language", chapter 4).
//
// In flow sentences, a [Text]; out come [Clusters]: a path of bits for each word, which leads through a
// binary tree to its cluster, so that a prefix of the path stands for a larger cluster. As attributes of a
// tagger they tell what a word is like that the labelled sentences do not have.
//
// Words come into the window by how frequent they are, each as a cluster of its own. Whenever there is
// one cluster too many, the two are merged that lose least of the mutual information of adjacent clusters
//
//	I = sum_ik p(i,k) log2( p(i,k) / (p(i) p(k)) )
//
// where p(i,k) is the share of the pairs of adjacent words in clusters i and k, p(i) that of the pairs
// that i begins, p(k) of those that k ends; nothing is adjacent across the end of a sentence. In the end
// the clusters are merged into a tree in the same way, and each merge is an inner node: 0 leads to the
// cluster with the more frequent word, 1 to the other.
//
// # What is exact
//
// A table holds what each merge would lose, and is corrected where counts change: for V words and C
// clusters O(V C^2) at worst, in practice far less, since most words have few neighbours. Logarithms are
// rounded to 28 bits behind the point, and from there on numbers are whole, so a table corrected a million
// times is the one that would be computed afresh, and equal losses are equal: of those, the pair with the
// most frequent word is merged, then that with the most frequent other word (by the most frequent words of
// the clusters; words as frequent as each other go by their bytes). Paths depend on nothing but the
// sentences and the options: neither on their order, nor on the machine.
//
// # Memory
//
// A text takes 4 bytes a token; clustering it takes 16 more, and 12 C^2 bytes for the tables.
package cluster
