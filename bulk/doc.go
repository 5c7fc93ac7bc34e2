// Package bulk tags more text than one command is for: rows of databases, and folders of files that
// several machines share. Something else distributes the work: a scheduler, a database or a shell.
//
// [TagLines] answers one line with one line, in order. Databases, Spark and GNU parallel run such
// programs. A line that cannot be labelled has an error as its answer, so the lines of input and
// output always pair up. docs/how-to/databases.md has recipes.
//
// [TagFiles] tags each file of a shard into a file of its own. An output that exists is done, so a
// scheduler may start a shard again at any time. docs/how-to/bulk.md has recipes.
package bulk
