// Command encoder trains a small neural tagger for named entities with a loss of trellis:
//
//	go run . --loss softmax-margin
//
// It shows how to use package layer on top of your own network. The network is plain Go: embeddings
// of words and word shapes, a gated recurrent unit in each direction (Cho et al. 2014), and a
// linear layer that computes a score for each label. A layer.Chain takes these scores as float32,
// one padded batch at a time, and returns their gradients. The backward pass of the network
// continues from there, and Adam (Kingma & Ba 2015) updates the weights. Transition scores are
// weights too. Every loss of package losses trains all weights end to end.
//
// The program generates its sentences. Some names of the development sentences come from lists that
// training never uses.
//
// This is a separate module, so that users of trellis do not download it. To start your own
// program from it, copy the folder and replace network.go by your network.
package main
