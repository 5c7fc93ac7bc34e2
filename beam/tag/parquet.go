package tag

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"

	"github.com/parquet-go/parquet-go"
)

// tagged is the name of the column that the labels go to.
const tagged = "tagged"

// parquet copies a Parquet file and adds a column with the object of each text.
func (t *fileTagger) parquet(ctx context.Context, w io.Writer) (err error) {
	file, err := os.Open(t.path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	source, err := parquet.OpenFile(file, info.Size())
	if err != nil {
		return fmt.Errorf("%s: %w", t.path, err)
	}
	schema := source.Schema()
	column, err := textColumn(schema, cmp.Or(t.o.Column, "text"))
	if err != nil {
		return fmt.Errorf("%s: %w", t.path, err)
	}
	to := parquet.NewWriter(w, wider(schema))
	for _, group := range source.RowGroups() {
		if err := t.rows(ctx, to, group, column, len(schema.Columns())); err != nil {
			return fmt.Errorf("%s: %w", t.path, err)
		}
		if err := to.Flush(); err != nil { // so that the groups of rows stay
			return err
		}
	}
	return to.Close()
}

// textColumn returns the number of a column of strings.
func textColumn(schema *parquet.Schema, name string) (int, error) {
	leaf, ok := schema.Lookup(name)
	switch {
	case !ok:
		return 0, fmt.Errorf("no column %q of texts", name)
	case leaf.Node.Type().Kind() != parquet.ByteArray || leaf.MaxRepetitionLevel > 0:
		return 0, fmt.Errorf("the column %q has the type %s, expected strings", name, leaf.Node.Type())
	}
	if _, ok := schema.Lookup(tagged); ok {
		return 0, fmt.Errorf("the file has a column %q already", tagged)
	}
	return leaf.ColumnIndex, nil
}

// rows copies the rows of a group. The new column has the number added.
func (t *fileTagger) rows(ctx context.Context, to parquet.RowWriter, group parquet.RowGroup, column, added int) error {
	from := group.Rows()
	defer from.Close()
	tagger := newDocumentTagger(t.m)
	buffer := make([]parquet.Row, 64)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, end := from.ReadRows(buffer)
		if end != nil && !errors.Is(end, io.EOF) {
			return end
		}
		for k, row := range buffer[:n] {
			object := parquet.NullValue().Level(0, 0, added)
			for _, v := range row {
				if v.Column() != column || v.IsNull() {
					continue
				}
				out, err := tagger.object(string(v.ByteArray()))
				if err != nil {
					return err
				}
				object = parquet.ByteArrayValue(append([]byte(nil), out...)).Level(0, 1, added)
			}
			buffer[k] = append(row, object)
		}
		if _, err := to.WriteRows(buffer[:n]); err != nil {
			return err
		}
		if end != nil {
			t.total.Sentences += tagger.total.Sentences
			t.total.Tokens += tagger.total.Tokens
			return nil
		}
	}
}

// wider returns a schema with the new column at the end. The other columns keep their order.
func wider(schema *parquet.Schema) *parquet.Schema {
	column := parquet.Compressed(parquet.Optional(parquet.String()), &parquet.Snappy)
	return parquet.NewSchema(schema.Name(), columns{schema, append(schema.Fields(), field{column, tagged})})
}

// columns is the root of a schema, with other columns. A parquet.Group would sort them by name.
type columns struct {
	parquet.Node
	fields []parquet.Field
}

// Fields returns the columns.
func (c columns) Fields() []parquet.Field { return c.fields }

// field is the new column.
type field struct {
	parquet.Node
	name string
}

// Name returns the name of the column.
func (f field) Name() string { return f.name }

// Value panics: rows of values have no Go struct.
func (f field) Value(reflect.Value) reflect.Value { panic("a row of values has no struct") }
