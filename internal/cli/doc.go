// Package cli prints the help of cobra commands: flags and subcommands in groups, man pages and
// Markdown pages. It also has what any command line needs: errors that say which values a flag
// accepts, flags that set variables, and quoted command lines.
package cli
