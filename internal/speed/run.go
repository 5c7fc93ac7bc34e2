package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// A program is a command that is measured as a whole process.
type program struct {
	name string
	args []string
	peer bool
}

// figures are those of one run, or their medians.
type figures struct {
	wall, cpu float64 // seconds
	memory    float64 // peak in MB
}

// measure runs the programs in turn and returns the figures of each round.
func (b *bench) measure(ctx context.Context, programs []program) ([][]figures, error) {
	list := make([][]figures, len(programs))
	for range b.rounds {
		for k, p := range programs {
			f, err := timed(ctx, nil, p.args)
			if err != nil {
				return nil, err
			}
			list[k] = append(list[k], f)
		}
	}
	return list, nil
}

// timed runs a command and returns its figures. Out gets its standard output; nil discards it.
//
// The peak memory includes that of this program when it starts the command. So this program does
// not hold data sets in memory.
func timed(ctx context.Context, out io.Writer, args []string) (figures, error) {
	var messages bytes.Buffer
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Stdout, c.Stderr = out, &messages
	start := time.Now()
	if err := c.Run(); err != nil {
		return figures{}, fmt.Errorf("%s: %w: %s", c, err, bytes.TrimSpace(messages.Bytes()))
	}
	f := figures{wall: time.Since(start).Seconds(), cpu: (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds()}
	if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		f.memory = float64(usage.Maxrss) / 1024
	}
	return f, nil
}

// do runs a command that is not measured.
func (b *bench) do(ctx context.Context, args ...string) error {
	_, err := timed(ctx, nil, args)
	return err
}

// once makes a file of the work folder unless it is there. Make writes to the path that it gets.
func (b *bench) once(name string, make func(path string) error) (string, error) {
	path := b.path(name)
	if _, err := os.Stat(path); err == nil || !errors.Is(err, os.ErrNotExist) {
		return path, err
	}
	if err := make(path + ".part"); err != nil {
		return "", err
	}
	return path, os.Rename(path+".part", path)
}

// median returns the median of what of gives for each of the items.
func median[T any](items []T, of func(T) float64) float64 {
	list := make([]float64, len(items))
	for k, item := range items {
		list[k] = of(item)
	}
	slices.Sort(list)
	if len(list) == 0 {
		return math.NaN()
	}
	return (list[(len(list)-1)/2] + list[len(list)/2]) / 2
}

// ratio returns the median of the ratios of a to b, round by round.
func ratio(a, b []float64) float64 {
	list := make([]float64, min(len(a), len(b)))
	for k := range list {
		list[k] = a[k] / b[k]
	}
	return median(list, func(v float64) float64 { return v })
}

func wall(f figures) float64   { return f.wall }
func cpu(f figures) float64    { return f.cpu }
func memory(f figures) float64 { return f.memory }

func column(list []figures, of func(figures) float64) []float64 {
	values := make([]float64, len(list))
	for k, f := range list {
		values[k] = of(f)
	}
	return values
}

// compare measures programs that label the same text and prints a table. Ratios are those of the
// peer with the least wall-clock time.
func (b *bench) compare(ctx context.Context, title string, tokens int, programs []program) error {
	list, err := b.measure(ctx, programs)
	if err != nil {
		return err
	}
	fastest := -1
	for k, p := range programs {
		if p.peer && (fastest < 0 || median(list[k], wall) < median(list[fastest], wall)) {
			fastest = k
		}
	}
	fmt.Fprintf(b.out, "\n%s, %d tokens:\n\n", title, tokens)
	fmt.Fprintln(b.out, "| program | seconds | CPU seconds | tokens/s | peak MB | times as fast | by CPU time |")
	fmt.Fprintln(b.out, "|---|---:|---:|---:|---:|---:|---:|")
	for k, p := range programs {
		seconds := median(list[k], wall)
		fmt.Fprintf(b.out, "| %s | %.2f | %.2f | %.0f | %.0f |", p.name, seconds, median(list[k], cpu), float64(tokens)/seconds, median(list[k], memory))
		if fastest < 0 {
			fmt.Fprintln(b.out, " | |")
			continue
		}
		fmt.Fprintf(b.out, " %.2f | %.2f |\n", ratio(column(list[fastest], wall), column(list[k], wall)), ratio(column(list[fastest], cpu), column(list[k], cpu)))
	}
	return nil
}
