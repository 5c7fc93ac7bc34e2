// Command encoder trains a small neural tagger for named entities, with a loss of trellis on top:
//
//	go run . --loss softmax-margin
//
// It shows how package layer goes under (or rather, over) a network of one's own. The network is plain Go:
// embeddings of words and of their shapes, a gated recurrent unit in each direction (Cho et al. 2014), and a
// linear layer that makes a score for each label. They flow as float32, a padded batch at a time, into a
// layer.Chain, together with transition scores that are weights like all others; its gradients flow back
// through the network, and Adam (Kingma & Ba 2015) makes the step. Every loss of package losses trains it
// end to end. The sentences come out of a generator in this folder, some names of the development sentences
// on purpose out of lists that training never sees.
//
// The module is apart from trellis, so that whoever embeds a decoder does not download it. To make it your
// own, copy the folder, and put your network in the place of network.go.
package main
