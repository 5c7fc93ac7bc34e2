package model

import (
	"strings"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/structured"
)

// Shown returns, for each label inside a model, the label that its taggers write. It returns false
// if that also depends on the neighbours of a token. The labels are then those inside the model, in
// the spelling of the training files.
func Shown(m Labeller) (labels []string, single bool) {
	to, spelling := m.Metadata().Output, m.Metadata().Spelling
	if to == structured.Plain {
		return ShownIn(m.Labels(), structured.Plain, spelling), true
	}
	if _, single = written[to]; !single || m.Scheme() != structured.BIOES {
		return ShownIn(m.Labels(), structured.Plain, spelling), false
	}
	return ShownIn(m.Labels(), to, spelling), true
}

// written holds the letters that schemes write for B, I, E and S, if these depend on nothing else.
var written = map[structured.Scheme]string{
	structured.BIO: "BIIB", structured.BIOES: "BIES", structured.IO: "IIII", structured.IOE2: "IIEE",
}

// ShownIn returns labels of BIOES in a scheme and spelling. The scheme is Plain, BIO, BIOES, IO or
// IOE2. Plain changes no letter.
func ShownIn(labels []string, to structured.Scheme, spelling annotation.Spelling) []string {
	shown := make([]string, len(labels))
	for j, name := range labels {
		if letter, _ := structured.SplitLabel(name); letter != 'O' && to != structured.Plain {
			at := strings.IndexByte("BIES", letter)
			name = written[to][at:at+1] + name[1:]
		}
		shown[j] = spelling.Write(name)
	}
	return shown
}
