package text

import (
	"strings"
	"unicode/utf8"
)

// A language holds what the rules know about it.
type language struct {
	titles        wordSet        // abbreviations that a name follows, so that no sentence ends there
	abbreviations wordSet        // other abbreviations
	units         wordSet        // split from the number before them
	prefixes      wordSet        // stay with the word behind their hyphen
	clipped       wordSet        // words that start with an apostrophe, without it
	starters      wordSet        // words that often start a sentence after an abbreviation
	elided        wordSet        // words that lose a vowel before an apostrophe
	suffixes      wordSet        // of contractions, without their apostrophe
	contracted    map[string]int // contractions without an apostrophe, with the length of the first word
	negation      bool           // n't
	possessive    bool           // an apostrophe behind an s
	ordinals      bool           // a full stop behind a number makes it an ordinal
}

// A wordSet holds words in lower case.
type wordSet map[string]bool

func set(words string) wordSet {
	s := make(wordSet)
	for word := range strings.FieldsSeq(words) {
		s[word] = true
	}
	return s
}

// longest is the length of the longest word that the tables hold.
const longest = 16

// lower writes a word in lower case to buffer. It returns nil for a word that no table holds,
// because it is too long or has capitals beyond ASCII.
func lower(buffer *[longest]byte, word string) []byte {
	if len(word) > longest {
		return nil
	}
	for k := range len(word) {
		c := word[k]
		if isUpper(c) {
			c |= 0x20
		}
		buffer[k] = c
	}
	return buffer[:len(word)]
}

// has reports whether the set holds a word, in any case.
func (s wordSet) has(word string) bool {
	var buffer [longest]byte
	return s[string(lower(&buffer, word))]
}

// The ranks of an abbreviation.
const (
	noAbbreviation = iota
	abbreviation   // a sentence may end with it
	title          // no sentence ends with it
)

func (l *language) abbreviation(word string) int {
	switch {
	case l.titles.has(word) && (isUpper(word[0]) || word == "vs" || word == "no" || word == "z" || len(word) > 2 && l.ordinals):
		return title
	case l.abbreviations.has(word):
		return abbreviation
	}
	return noAbbreviation
}

// contraction returns the length of the first word of a contraction, else 0.
func (l *language) contraction(word string) int {
	if len(l.contracted) > 0 {
		var buffer [longest]byte
		if n := l.contracted[string(lower(&buffer, word))]; n > 0 {
			return n
		}
	}
	k, size := lastApostrophe(word)
	if k <= 0 {
		return 0
	}
	rest := word[k+size:]
	if l.negation && k > 1 && word[k-1]|0x20 == 'n' && (rest == "t" || rest == "T") {
		return k - 1
	}
	if l.suffixes.has(rest) {
		return k
	}
	return 0
}

// lastApostrophe returns where the last apostrophe of a word stands, if one or two letters follow
// it, and its length.
func lastApostrophe(word string) (k, size int) {
	for n := 2; n <= 3 && n < len(word); n++ {
		if c := word[len(word)-n]; c == '\'' || c == '`' {
			return len(word) - n, 1
		}
	}
	const curly = "’"
	for n := len(curly) + 1; n <= len(curly)+2 && n < len(word); n++ {
		if strings.HasPrefix(word[len(word)-n:], curly) {
			return len(word) - n, len(curly)
		}
	}
	return -1, 0
}

// elision returns the length of an elided word with its apostrophe, such as l' in l'eau, else 0.
// The word is s[:n].
func (l *language) elision(s string, n int) int {
	if len(l.elided) == 0 || n >= len(s) {
		return 0
	}
	r, size := utf8.DecodeRuneInString(s[n:])
	if r != '\'' && r != '’' || n+size >= len(s) || !l.elided.has(s[:n]) {
		return 0
	}
	return n + size
}

// languages are the languages with rules of their own; the empty code stands for all others.
var languages = map[string]*language{
	"": {
		titles:        set("dr mr mrs ms prof st"),
		abbreviations: set("etc vs inc ltd co jr sr"),
		units:         set("mm cm km kg mg hz khz mhz ghz kb mb gb tb"),
	},
	"en": {
		titles: set(`mr mrs ms dr prof st gen lt col sgt capt cmdr maj rev hon gov sen rep reps pres vs no attn messrs
			adm fr sec`),
		abbreviations: set(`etc inc corp co ltd jr sr jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues
			wed thu thur thurs fri sat sun ft mt oz lb lbs ave blvd rd dept est esp approx ext fig vol pp ed eds al cf arrv
			yrs yr hrs hr mins min tel univ assn bros la va wa ca`),
		units: set(`mm cm km kg mg lb lbs oz ft in mph am pm k m b t bn mn mil hrs hr min mins sec secs yr yrs kw kwh mw
			mhz ghz hz kb mb gb tb x ml est pst cst edt pdt`),
		prefixes: set(`e non pre anti re mid post co pro multi ex sub semi neo un ultra inter intra counter micro
			mini bi tri de over psycho socio extra pseudo trans`),
		clipped:  set("s n em til tis twas cause bout round m re ve ll d"),
		starters: set("the a an he she it they we i you this that these those in on at but and if there however after as his her their my our what when who why how for with to no yes so"),
		contracted: map[string]int{
			"cannot": 3, "dont": 2, "cant": 2, "wont": 2, "didnt": 3, "doesnt": 4, "couldnt": 5, "wouldnt": 5, "isnt": 2, "wasnt": 3,
			"aint": 2, "gonna": 3, "wanna": 3, "gotta": 3, "outta": 3, "im": 1, "ive": 1, "youre": 3, "theyre": 4, "thats": 4, "whats": 4,
			"theres": 5, "shouldnt": 6, "havent": 4, "hasnt": 3, "arent": 3, "werent": 4, "youve": 3, "youll": 3, "weve": 2, "lemme": 3, "gimme": 3,
		},
		suffixes:   set("s m re ve ll d"),
		negation:   true,
		possessive: true,
	},
	"de": {
		titles: set(`dr prof hr fr st nr bzw ca vgl abs art bd hrsg ing dipl mag usw`),
		abbreviations: set(`etc usw jan feb mär apr jun jul aug sep sept okt nov dez mio mrd str tel evtl ggf inkl
			zzgl sog geb gest jh`),
		units:    set("mm cm km kg mg hz khz mhz ghz kb mb gb tb m l h ha kwh"),
		ordinals: true,
	},
	"fr": {
		titles:        set("m mm mme mlle dr pr me st ste mgr"),
		abbreviations: set("etc cf av janv févr avr juil sept oct nov déc vol éd p pp"),
		units:         set("mm cm km kg mg hz khz mhz ghz ko mo go to m l h ha kwh"),
		elided:        set("l d j m t s c n qu jusqu lorsqu puisqu quoiqu presqu"),
	},
	"it": {
		titles:        set("sig sigg dott prof avv ing on sen"),
		abbreviations: set("ecc cfr pag pp vol gen feb mar apr giu lug ago set ott nov dic"),
		units:         set("mm cm km kg mg hz khz mhz ghz kb mb gb tb m l h ha kwh"),
		elided: set(`l d un c s m t v n dell all dall nell sull coll quell quest bell sant anch com dov cos
			nient tutt gl degl agl`),
	},
	"es": {
		titles:        set("sr sra srta dr dra d dña prof ing lic gral ud uds"),
		abbreviations: set("etc pág págs vol núm aprox ene feb mar abr may jun jul ago sep oct nov dic"),
		units:         set("mm cm km kg mg hz khz mhz ghz kb mb gb tb m l h ha kwh"),
	},
}
