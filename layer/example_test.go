package layer_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"math"

	"github.com/trellis-nlp/trellis/layer"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// A batch of two sentences, of three and two tokens, over two labels: the losses and the gradient
// that a network backpropagates.
func Example() {
	batch := &layer.Batch{
		N: 2, T: 3, L: 2,
		Lengths:     []int{3, 2},
		Emissions:   []float32{1, 0, 0, 0.5, 0, 2, 0.5, 0, 1, 0, 0, 0},
		Transitions: []float32{0.5, 0, 0, 0.5},
	}
	target := layer.Target{
		Labels:  []int{0, 0, 1, 0, 1, -1}, // padding is not read
		Weights: []float32{0.5, 0.5},      // minimise the mean of the losses
	}
	values := make([]float32, batch.N)
	grad := &layer.Gradient{
		Emissions:   make([]float32, len(batch.Emissions)),
		Transitions: make([]float32, len(batch.Transitions)),
	}

	var crf layer.Chain // reuse it: it holds the scratch memory
	if err := crf.Loss(context.Background(), grad, values, batch, target, losses.SoftmaxMargin{}); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("losses %.3f\n", values)
	for n := range batch.N {
		fmt.Printf("by emissions %+.3f\n", grad.Emissions[n*6:(n+1)*6])
	}
	fmt.Printf("by transitions %+.3f\n", grad.Transitions)
	// Output:
	// losses [2.839 3.335]
	// by emissions [-0.293 +0.293 -0.425 +0.425 +0.106 -0.106]
	// by emissions [-0.265 +0.265 +0.434 -0.434 +0.000 +0.000]
	// by transitions [-0.208 -0.775 +0.323 +0.660]
}

// Trains the scores directly, without a network, by gradient descent, and decodes them.
func ExampleChain_Decode() {
	ctx := context.Background()
	batch := layer.NewBatch(1, 4, 3)
	target := layer.Target{Labels: []int{2, 0, 0, 1}}
	grad := &layer.Gradient{Emissions: make([]float32, 12), Transitions: make([]float32, 9)}
	var crf layer.Chain
	for range 20 {
		if err := crf.Loss(ctx, grad, nil, batch, target, losses.CrossEntropy{}); err != nil {
			log.Fatal(err)
		}
		for k, g := range grad.Emissions {
			batch.Emissions[k] -= 0.5 * g
		}
		for k, g := range grad.Transitions {
			batch.Transitions[k] -= 0.5 * g
		}
	}
	labels := make([]int, 4)
	if err := crf.Decode(ctx, labels, nil, batch); err != nil {
		log.Fatal(err)
	}
	fmt.Println(labels)
	// Output: [2 0 0 1]
}

// For features that the layer lacks, use one lattice at a time, in float64. Here each position has
// its own transitions.
func Example_singleLattice() {
	scores := structured.NewLattice(3, 2, structured.PositionEdges)
	copy(scores.NodeAt(0), []float64{1, 0})
	copy(scores.EdgeAt(1), []float64{0, 2, 0, 0}) // from label i at position 0 to label j at 1: i*L + j
	grad := new(structured.Lattice)

	var w losses.Workspace // one for each goroutine
	v, err := losses.Risk{}.Eval(grad, scores, structured.PathTarget([]int{0, 0, 1}), &w)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f, nodes %+.3f, first edges %+.3f\n", v, grad.Node, grad.EdgeAt(1))
	// Output:
	// 1.431, nodes [-0.046 +0.046 -0.099 +0.099 +0.250 -0.250], first edges [-0.102 +0.056 +0.003 +0.043]
}

// decodeScores reads scores that another runtime wrote: N x T x L little-endian float32 numbers. It
// returns one row per sentence, with the best labels that the BIO scheme allows.
func decodeScores(ctx context.Context, r io.Reader, lengths []int, t int, labels []string) ([][]string, error) {
	batch := &layer.Batch{N: len(lengths), T: t, L: len(labels), Lengths: lengths}
	batch.Emissions = make([]float32, batch.N*batch.T*batch.L)
	if err := binary.Read(r, binary.LittleEndian, batch.Emissions); err != nil {
		return nil, fmt.Errorf("scores: %w", err)
	}
	if err := batch.Forbid(structured.NewGrammar(labels, structured.BIO)); err != nil {
		return nil, err
	}
	best := make([]int, batch.N*batch.T)
	var crf layer.Chain
	if err := crf.Decode(ctx, best, nil, batch); err != nil {
		return nil, err
	}
	rows := make([][]string, batch.N)
	for n, length := range lengths {
		for _, label := range best[n*t : n*t+length] {
			rows[n] = append(rows[n], labels[label])
		}
	}
	return rows, nil
}

// Decodes the scores of a token classifier, exported from any runtime, under the rules of its label
// scheme. Token by token, both sentences would have an I-LOC right after an O.
func Example_scoresOfAnotherRuntime() {
	labels := []string{"O", "B-LOC", "I-LOC"}
	file := new(bytes.Buffer) // os.Open("scores.f32")
	scores := []float32{
		2.0, 1.9, 0.0, 0.1, 0.2, 3.0, 4.0, 0.0, 0.0, // B-LOC I-LOC O, though O scores more at first
		4.0, 0.5, 0.0, 0.5, 0.4, 0.6, 0.0, 0.0, 0.0, // O O, and padding
	}
	if err := binary.Write(file, binary.LittleEndian, scores); err != nil {
		log.Fatal(err)
	}
	rows, err := decodeScores(context.Background(), file, []int{3, 2}, 3, labels)
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range rows {
		fmt.Println(row)
	}
	// Output:
	// [B-LOC I-LOC O]
	// [O O]
}

// focal is (1 - p)^2 times cross-entropy -log p, with p the probability of the gold path. Sentences
// that are already right get a small weight (after Lin et al. 2017, who weight single decisions).
type focal struct{}

func (focal) Eval(grad, s *structured.Lattice, y structured.Target, w *losses.Workspace) (float64, error) {
	v, err := losses.CrossEntropy{}.Eval(grad, s, y, w)
	if err != nil {
		return 0, err
	}
	p := math.Exp(-v)
	if grad != nil {
		grad.Scale((1-p)*(1-p) + 2*(1-p)*p*v) // the derivative with respect to v
	}
	return (1 - p) * (1 - p) * v, nil
}

// A custom loss on a batch. All threads share one value of the loss; w is the memory of each
// thread.
func ExampleChain_Loss() {
	batch := &layer.Batch{N: 2, T: 1, L: 2, Emissions: []float32{3, 0, 0, 3}}
	target := layer.Target{Labels: []int{0, 0}} // one right, one wrong
	values := make([]float32, 2)
	grad := &layer.Gradient{Emissions: batch.Emissions} // in place
	var crf layer.Chain
	if err := crf.Loss(context.Background(), grad, values, batch, target, focal{}); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f, gradient %+.4f\n", values, grad.Emissions)
	// Output:
	// [0.0001 2.7663], gradient [-0.0003 +0.0003 -1.1267 +1.1267]
}
