package features

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func parse(t testing.TB, source string, d Dialect) *Templates {
	t.Helper()
	templates, err := Parse(strings.NewReader(source), "t", d)
	require.NoError(t, err)
	return templates
}

// texts joins the items of each line, with macros as %.
func texts(templates *Templates) []string {
	var out []string
	for _, l := range templates.lines {
		s := ""
		for _, i := range l.items {
			if i.macro.op != 0 {
				s += "%"
			}
			s += i.literal
		}
		out = append(out, s)
	}
	return out
}

func TestParseLines(t *testing.T) {
	for _, tt := range []struct {
		name    string
		dialect Dialect
		source  string
		want    []string
	}{
		{"last line without LF", DialectCRFPP, "U1\nB", []string{"U1", "B"}},
		{"comments and empty lines", DialectCRFPP, "# a\n\nU1\n#b\nB\n", []string{"U1", "B"}},
		{"blanks and # are text", DialectCRFPP, "U#1 \t\nB # x\n", []string{"U#1 \t", "B # x"}},
		{"CR is text, but not alone", DialectCRFPP, "U1:%x[0,0]\r\n\r\nB\r\n", []string{"U1:%\r", "B\r"}},
		{"byte order mark", DialectCRFPP, "\ufeffU1\n", []string{"U1"}},
		{"first letter lowered, others kept", DialectWapiti, "U:A\nB:B\n*:C\n", []string{"u:A", "b:B", "*:C"}},
		{"comments anywhere, blanks trimmed", DialectWapiti, "u:a \v\f# x\n \t \n  # y\nb#z\r\n\r\n", []string{"u:a", "b"}},
		{"inner blanks kept", DialectWapiti, "u: a  b %x[0,0]\n", []string{"u: a  b %"}},
		{"a comment may cut an expression's #", DialectWapiti, "u:%t[0,0,\"a\"]#\"]\n", []string{"u:%"}},
		{"optional", DialectTrellis, "?U:a\n?*\n", []string{"u:a", "*"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, texts(parse(t, tt.source, tt.dialect)))
		})
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct {
		dialect      Dialect
		source       string
		line, column int
		message      string
	}{
		{DialectCRFPP, "", 1, 1, "no templates"},
		{DialectCRFPP, "# a\n\n", 2, 1, "no templates"},
		{DialectCRFPP, "U1\nx\n", 2, 1, `starts with U or B, not with "x"`},
		{DialectCRFPP, "u1\n", 1, 1, "starts with U or B"},
		{DialectCRFPP, " U1\n", 1, 1, "starts with U or B"},
		{DialectCRFPP, "U1:%m[0,0,\"a\"]", 1, 5, "not a macro of the crf++ dialect"},
		{DialectCRFPP, "U1:%", 1, 5, "end of the line after % is not a macro"},
		{DialectCRFPP, "U1:50%% ", 1, 7, "not a macro"},
		{DialectCRFPP, "U1:%x", 1, 6, "want '[', found the end"},
		{DialectCRFPP, "U1:%x[9,0]", 1, 8, "at most 8 tokens"},
		{DialectCRFPP, "U1:%x[-9,0]", 1, 9, "at most 8 tokens"},
		{DialectCRFPP, "U1:%x[ 0,0]", 1, 7, "want a number"},
		{DialectCRFPP, "U1:%x[+1,0]", 1, 7, "want a number"},
		{DialectCRFPP, "U1:%x[@1,0]", 1, 7, "want a number"},
		{DialectCRFPP, "U1:%x[0,-1]", 1, 9, "column: want a number"},
		{DialectCRFPP, "U1:%x[0,form]", 1, 9, "column: want a number"},
		{DialectCRFPP, "U1:%x[0,0", 1, 10, "want ']'"},
		{DialectCRFPP, "U1:%x[0]", 1, 8, "want ','"},
		{DialectCRFPP, "U1:%x[0,99999999999999999999]", 1, 0, "number is above"},
		{DialectCRFPP, "U1\nU2\x00\n", 2, 3, "zero byte"},
		{DialectWapiti, "u\nx:a\n", 2, 1, "starts with u, b or *"},
		{DialectWapiti, " u:a\n", 1, 1, "starts with u, b or *"},
		{DialectWapiti, "?u:a\n", 1, 1, "starts with u, b or *"},
		{DialectWapiti, "u:%p[0,0,1]", 1, 4, "not a macro of the wapiti dialect"},
		{DialectWapiti, "u:%x[0,form]", 1, 8, "want a number"},
		{DialectWapiti, "u:%x[0 ,0]", 1, 7, "want ','"},
		{DialectWapiti, "u:%x[0,0 ]", 1, 9, "want ']'"},
		{DialectWapiti, "u:%x[ @1,0]", 1, 7, "want a number"},
		{DialectWapiti, "u:%x[--1,0]", 1, 7, "want a number"},
		{DialectWapiti, "u:%t[0,0]", 1, 9, "want ','"},
		{DialectWapiti, "u:%t[0,0,a]", 1, 10, `want '"'`},
		{DialectWapiti, `u:%t[0,0,"a\"]`, 1, 11, "no closing"},
		{DialectWapiti, `u:%t[0,0,"a`, 1, 11, "no closing"},
		{DialectWapiti, `u:%t[0,0,"a" ]`, 1, 13, "want ']'"},
		{DialectWapiti, `u:%t[0,0,"*"]`, 1, 11, "nothing to repeat"},
		{DialectWapiti, `u:%m[0,0,"^?"]`, 1, 12, "nothing to repeat"},
		{DialectWapiti, `u:%m[0,0,"ab*?"]`, 1, 14, "nothing to repeat"},
		{DialectTrellis, "u:%p[0,0]", 1, 9, "want ','"},
		{DialectTrellis, "u:%p[0,0,0]", 1, 11, "affix length: 0 is not in 1..255"},
		{DialectTrellis, "u:%s[0,0,256]", 1, 13, "not in 1..255"},
		{DialectTrellis, "?u:%k[0,0,tall]", 1, 11, `unknown flag "tall"`},
		{DialectTrellis, "u:%k[0,0,]", 1, 10, "unknown flag"},
		{DialectTrellis, "u:%h[0,0,1]", 1, 9, "want ']'"},
		{DialectTrellis, "?", 1, 2, "starts with u, b or *, not with the end"},
		{DialectTrellis, "??u", 1, 2, "starts with u, b or *"},
	} {
		t.Run(tt.source, func(t *testing.T) {
			_, err := Parse(strings.NewReader(tt.source), "t.txt", tt.dialect)
			var pe *ParseError
			require.ErrorAs(t, err, &pe)
			assert.ErrorContains(t, err, tt.message)
			assert.Equal(t, "t.txt", pe.File)
			assert.Equal(t, tt.line, pe.Line)
			if tt.column > 0 {
				assert.Equal(t, tt.column, pe.Column)
			}
		})
	}
}

func TestParseErrorText(t *testing.T) {
	cause := errors.New("why")
	assert.EqualError(t, &ParseError{File: "f", Line: 3, Column: 7, Err: cause}, "f:3:7: why")
	assert.EqualError(t, &ParseError{Line: 3, Column: 7, Err: cause}, "template:3:7: why")
	assert.ErrorIs(t, &ParseError{Err: cause}, cause)
}

func TestParseRejectsOtherInput(t *testing.T) {
	_, err := Parse(iotest.ErrReader(io.ErrClosedPipe), "t", DialectAuto)
	assert.ErrorIs(t, err, io.ErrClosedPipe)

	_, err = Parse(strings.NewReader(strings.Repeat("U\n", maxSource/2+1)), "t", DialectAuto)
	assert.ErrorContains(t, err, "not a template file")

	_, err = Parse(strings.NewReader("U"), "t", Dialect(9))
	assert.ErrorContains(t, err, "unknown template dialect Dialect(9)")
}

func TestDetectDialect(t *testing.T) {
	for _, tt := range []struct {
		source string
		want   Dialect
	}{
		{"", DialectCRFPP},
		{"U:%x[0,0]\nB\n", DialectCRFPP},
		{"U:%x[-1,0]/%x[1,1] # 5% off\n", DialectCRFPP},
		{"# u %m[0,0,\"a\"] %p[0,0,1]\nU:%x[0,0]\n", DialectCRFPP},
		{"U:%y[0,0]\n", DialectCRFPP},
		{"U:%p of it\n", DialectCRFPP},
		{"hello\n", DialectCRFPP},
		{"u:%x[0,0]\n", DialectWapiti},
		{"U:%x[0,0]\nb\n", DialectWapiti},
		{"*\n", DialectWapiti},
		{"U:%X[0,0]\n", DialectWapiti},
		{"U:%x[0,0]/%m[0,0,\"a\"]\n", DialectWapiti},
		{"U:%x[@1,0]\n", DialectWapiti},
		{"U:%x[+1,0]\n", DialectWapiti},
		{"U:%x[ 1,0]\n", DialectWapiti},
		{"U:%x[1, 0]\n", DialectWapiti},
		{"U:%x[1,+0]\n", DialectWapiti},
		{"U:%x[1,form]\n", DialectTrellis},
		{"U:%x[1, form]\n", DialectTrellis},
		{"U:%s[0,0,3]\n", DialectTrellis},
		{"u:%x[0,0]\n?u\n", DialectTrellis},
	} {
		assert.Equal(t, tt.want, detect(tt.source), "%q", tt.source)
	}
	assert.Equal(t, DialectWapiti, parse(t, "\ufeffu:a", DialectAuto).Dialect())
	assert.Equal(t, DialectTrellis, parse(t, "\ufeff?u:a", DialectAuto).Dialect())
}

func TestDialectNames(t *testing.T) {
	for _, d := range []Dialect{DialectAuto, DialectCRFPP, DialectWapiti, DialectTrellis} {
		got, err := ParseDialect(d.String())
		require.NoError(t, err)
		assert.Equal(t, d, got)
	}
	_, err := ParseDialect("mallet")
	assert.ErrorContains(t, err, "crf++, wapiti or trellis")
	assert.Equal(t, "Dialect(-1)", Dialect(-1).String())
}

func TestTransitions(t *testing.T) {
	for _, tt := range []struct {
		dialect Dialect
		source  string
		want    []string
	}{
		{DialectCRFPP, "U:%x[0,0]\nB\n", []string{"B"}},
		{DialectCRFPP, "U:%x[0,0]\nB01:%x[0,0]\n", nil},
		{DialectCRFPP, "B\nB\nB2 \n", []string{"B", "B", "B2 "}},
		{DialectWapiti, "B \n*:bias\nu:x\n*%x[0,0]\n", []string{"b", "*:bias"}},
	} {
		templates := parse(t, tt.source, tt.dialect)
		assert.Equal(t, tt.want, templates.TransitionNames(), "%q", tt.source)
		assert.Equal(t, tt.want != nil, templates.Transitions(), "%q", tt.source)
	}
}

func TestSourceIsKept(t *testing.T) {
	const source = "\ufeff# c\r\nU:%x[0,0] \nB"
	templates := parse(t, source, DialectAuto)
	assert.Equal(t, source, templates.Source())
	assert.Equal(t, "t", templates.Name())
	assert.Equal(t, templates, parse(t, templates.Source(), templates.Dialect()))
}

func FuzzParse(f *testing.F) {
	for _, source := range []string{
		"U00:%x[-1,0]/%x[0,1]\n\n# c\nB\n", "u:%m[0,0,\"^.?\\\"$\"] # c\n*:%X[@-1, +2]\r\nb", "\ufeff?u:%s[0,pos,3]\n",
		"u:%k[0,form,caps]%D[-1,form]", "u:a%v[1,1]b\n?u:%v[@-1,pos]", "U:%x[", "u:%t[0,0,\"\\", "%", "u\x00", "\xff",
	} {
		for d := DialectAuto; d <= DialectTrellis; d++ {
			f.Add(source, int(d))
		}
	}
	sentence := Rows{{"Ab-1", "N"}, {"\xffé", ""}, {"", "V"}}
	f.Fuzz(func(t *testing.T, source string, dialect int) {
		templates, err := Parse(strings.NewReader(source), "f", Dialect(dialect))
		if err != nil {
			return
		}
		require.NotEqual(t, DialectAuto, templates.Dialect())
		again, err := Parse(strings.NewReader(templates.Source()), "f", templates.Dialect())
		require.NoError(t, err)
		require.Equal(t, templates, again)
		if templates.Dialect() == DialectWapiti {
			wider, err := Parse(strings.NewReader(source), "f", DialectTrellis)
			require.NoError(t, err)
			require.Equal(t, templates.lines, wider.lines)
		}
		groups := templates.Groups()
		for k, group := range groups.List {
			require.Equal(t, k, groups.Index(group.Name))
			less, err := templates.Without(group.Name)
			if err != nil {
				require.ErrorIs(t, err, ErrNoTemplates)
				continue
			}
			require.Len(t, less.lines, len(templates.lines)-len(group.Templates))
		}
		program, err := templates.Bind(2, map[string]int{"form": 0, "pos": 1})
		if err != nil {
			require.ErrorIs(t, err, ErrColumn)
			return
		}
		e := program.NewExtractor()
		e.Reset(sentence)
		for i := range sentence {
			require.LessOrEqual(t, len(e.Unigrams(i))+len(e.Bigrams(i)), 2*len(templates.lines))
		}
	})
}
