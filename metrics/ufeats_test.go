package metrics

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestUniversalFeatures(t *testing.T) {
	for feats, want := range map[string]string{
		"_":                             "_",
		"":                              "_",
		"Number=Sing":                   "Number=Sing",
		"Number=Sing|Case=Nom":          "Case=Nom|Number=Sing",
		"Case=Nom|Number[psor]=Plur":    "Case=Nom",
		"ExtPos=ADP|Typo=Yes":           "_",
		"NumForm=Digit|NumType=Card":    "NumType=Card",
		"PronType=Int,Rel|Gender=Masc":  "Gender=Masc|PronType=Int,Rel",
		"VerbForm=Fin|Mood=Ind|Mood=Ip": "Mood=Ind|Mood=Ip|VerbForm=Fin",
	} {
		assert.Equal(t, want, UniversalFeatures(feats), feats)
	}
}
