package explain

// An Explanation says why a model labels a sentence as it does.
type Explanation struct {
	Kind   string `json:"kind"`             // of model, a constant of package model
	Scheme string `json:"scheme,omitempty"` // of all labels here, if files have another scheme
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`  // of the first token in the file, from 1; 0 for plain text
	Start  int    `json:"start,omitempty"` // of Text in a file of plain text, in runes
	Text   string `json:"text"`            // of the sentence; words with a space in between if there is no text

	Tokens      []Token     `json:"tokens"`
	Score       float64     `json:"score"`       // of the chosen labelling
	Probability float64     `json:"probability"` // of the chosen labelling
	RunnerUp    *Labelling  `json:"runner_up,omitempty"`
	NBest       []Labelling `json:"nbest,omitempty"` // the best labellings, the chosen one first
}

// A Token is a token with its label.
type Token struct {
	Text        string      `json:"text"`
	Start       int         `json:"start"` // in Explanation.Text, in runes
	End         int         `json:"end"`
	Label       string      `json:"label"` // the chosen one
	Gold        string      `json:"gold,omitempty"`
	Probability float64     `json:"probability"`
	Candidates  []Candidate `json:"candidates"` // labels by falling probability

	// Only lists the labels that the tag dictionary or pruning leaves. Nil means all.
	Only []string `json:"only,omitempty"`
	// Contrast compares with the runner-up, or with the label that Options.Against names. It is nil
	// if no labelling has another label here, or has that label. Note then says why.
	Contrast *Contrast `json:"contrast,omitempty"`
	Note     string    `json:"note,omitempty"`

	Attributes  []Attribute  `json:"attributes,omitempty"`
	Transitions []Transition `json:"transitions,omitempty"`
}

// A Candidate is a label that a token may have.
type Candidate struct {
	Label       string   `json:"label"`
	Probability float64  `json:"probability"`
	Inside      []string `json:"inside,omitempty"`  // the labels inside the model, if they are others
	Subtags     []string `json:"subtags,omitempty"` // of the label, in models that have weights for them
}

// An Attribute is an active attribute of a token. Its contribution to the score of a label is the
// value times the weight.
type Attribute struct {
	Name    string             `json:"name"`
	Value   float64            `json:"value"`
	Weights map[string]float64 `json:"weights"`           // by label inside the model; others are 0
	Subtags map[string]float64 `json:"subtags,omitempty"` // weights by subtag
}

// A Transition is a pair of labels inside the model that may follow each other, with the sum of the
// weights that depend on both. Transitions link the candidates of a token and of the one before.
type Transition struct {
	From   string  `json:"from"`
	To     string  `json:"to"`
	Weight float64 `json:"weight"`
}

// A Labelling is a labelling of the sentence.
type Labelling struct {
	Labels      []string `json:"labels"`
	Score       float64  `json:"score"`
	Probability float64  `json:"probability"`
}

// A Contrast compares the chosen labelling with the best one that has another label at a token.
type Contrast struct {
	Label string `json:"label"` // of the other labelling at the token
	// The other labelling has Labels from token From on. All other tokens have the chosen labels.
	From        int      `json:"from"`
	Labels      []string `json:"labels"`
	Score       float64  `json:"score"`       // of the other labelling
	Probability float64  `json:"probability"` // of the other labelling
	Difference  float64  `json:"difference"`  // the chosen score minus Score
	// Parts are the terms in which the two scores differ, the greatest difference first. The
	// differences, and that of Others, sum to Difference.
	Parts  []Part  `json:"parts"`
	Others *Others `json:"others,omitempty"` // nil if Parts has all parts
	// Decisive are indices of Parts: the smallest set of parts without which the other labelling
	// has the greater score. Empty if Difference is not positive.
	Decisive []int `json:"decisive"`
}

// Others are the parts that Options.Top leaves out.
type Others struct {
	Count      int     `json:"count"`
	Difference float64 `json:"difference"` // the sum of their differences
}

// A PartKind says what a part is the weight of.
type PartKind string

// The kinds of parts.
const (
	AttributePart     PartKind = "attribute"     // of a token
	TransitionPart    PartKind = "transition"    // of two adjacent labels, or three
	SegmentPart       PartKind = "segment"       // of a whole segment, in semi-Markov models
	NormalizationPart PartKind = "normalization" // per label, in maximum entropy Markov models
	BiasPart          PartKind = "bias"          // of a label or span, in calibrated models
)

// A Part is a term of one or of both scores. Both scores may have a term for an attribute of a
// token, with different labels.
type Part struct {
	Kind       PartKind `json:"kind"`
	Token      int      `json:"token"`            // of the last label, from 0; for a segment the first token
	End        int      `json:"end,omitempty"`    // the token after a segment
	Name       string   `json:"name,omitempty"`   // of the attribute
	Subtag     string   `json:"subtag,omitempty"` // that the weight belongs to, instead of the whole label
	Value      float64  `json:"value,omitempty"`  // of the attribute, if it is not 1
	Difference float64  `json:"difference"`       // the chosen weight minus the other
	Chosen     *Share   `json:"chosen,omitempty"`
	Other      *Share   `json:"other,omitempty"`
}

// A Share is what a part adds to the score of one labelling.
type Share struct {
	Labels []string `json:"labels"` // inside the model: one, or two or three in a row
	Weight float64  `json:"weight"` // times the value of the attribute
}
