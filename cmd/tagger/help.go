package main

const rootHelp = `Train, apply and evaluate taggers: models that label the tokens of sentences with parts
of speech, chunks, named entities or any other labels. tagger reads CoNLL columns, CoNLL-U
and CRFsuite attribute files.

Start with 'tagger demo', or with 'tagger train' if you have labelled sentences. Run
'tagger completion --help' to set up completion in your shell.

The exit status is 0 after success, 1 after an error or an interrupt, and 2 after wrong
usage.`

const trainHelp = `Train a model on the labelled sentences of one or more files. This is the command to start
with: it needs only --model and a file.

Train looks at the first 1000 sentences, picks every setting that you do not give, and
prints its choices to standard error:

  format     CoNLL columns, CoNLL-U or CRFsuite attributes
  columns    word, label and, in CoNLL, part of speech
  templates  the preset for parts of speech, morphology, chunks or names
  scheme     BIOES for phrases in BIO or IOB1, otherwise the scheme of the file
  loss       softmax-margin for names and for plain labels, otherwise cross-entropy
  optimizer  L-BFGS for smooth losses, otherwise the one that suits the loss

Columns are numbers from 1, numbers from the end (-1 is the last), or names of CoNLL-U
columns. Templates count columns from 0, as in CRF++.

Training minimises the sum of the losses of all sentences plus l2 ||w||^2 + l1 ||w||_1.
With --dev, train scores the development data after each step, keeps the best model, and
stops when the score no longer improves. A step is an iteration of lbfgs and owlqn, or an
epoch of another optimizer.

Ctrl-C stops training at the next step. Train still writes the best model so far, and the
exit status is 1.

docs/explanation/training.md explains the choices and the defaults.`

const reportHelp = `Write a page about a model: its scores on labelled sentences, its weights and its errors.
The page is one HTML file that needs no other file.

It has the scores of eval with the same digits, by type with 95% intervals, and micro,
macro and weighted averages. It has the confusions, the calibration, the scores by length
of spans, the transitions and the strongest attributes. A list has the errors, the most
confident first, with their context. You can filter it by kind, label and text.

Two parts need more files. The learning curve needs the log that train --log-json wrote,
because models do not store it. The scores by word frequency, and of seen and unseen
entities, need the training files (--train), because models store only which words they
know. Report keeps all sentences in memory.`

const tuneHelp = `Find good settings for train: try several of them on held-out sentences, and print them in
order of their scores. The last line of the output is the command that trains with the
best setting on all sentences.

Name training files only. A test file that you tune on no longer measures how good the
model is.

Tune always tries the default of train. It also tries all combinations of --loss,
--optimizer, --l2, --l1 and --cost-scale, or N random ones with --trials N. Every order of
magnitude of a range such as 0.01..10 is equally likely.

Each setting is scored on held-out sentences (--holdout), by cross-validation (--folds) or
on a development file (--dev). All other flags mean the same as in train, and apply to the
settings that use them. Equal scores are ordered by penalty, the stronger one first.

A setting that train rejects is listed with the reason. Ctrl-C prints the settings that
are done, including the folds of an unfinished one, and the exit status is 1.`

const curveHelp = `Train on growing shares of the sentences and score each model, to see whether more
training data would help. The result is a table, and optionally a figure (--plot) and a
JSON object (--json).

The shares are all sentences, half of them, a quarter and so on. Each run (--seeds)
shuffles the sentences with its own seed; smaller shares are parts of larger ones. Models
are scored on --dev, or on held-out sentences. All other flags mean the same as in train.

The last line has the gain per doubling of the data between the two largest shares, its
standard error over the runs, and p: how likely such a difference is by chance, given the
sentences scored on. It says that more data would probably help if the gain exceeds its
standard error and p is below 0.05.

Ctrl-C prints the runs that are done, and the exit status is 1.`

const studyHelp = `Compare losses on equal terms, to find the one that suits your data. The result is a table,
and optionally a JSON object (--json) and figures (--plot).

For each loss, the best setting (--l2, --cost-scale, --optimizer) is picked on held-out
training sentences (--holdout), never on the file of the report. The loss is then trained
--seeds times. Run i of every loss has the same seed and the same sentences, which are
drawn with replacement from the training files. Nothing in a run depends on --dev.

The columns are means over the runs: F1 (accuracy for plain labels) and its standard
deviation, precision, recall, expected cost and log loss per token, expected calibration
error, the p value of a difference in F1 from the first loss, and seconds and CPU seconds
per training.

With --test FILE, settings are picked on --dev after training on all sentences, and there
is a table for each of the two files. It shows the model that was picked, and then mean F1,
deviation and p of the runs.

--recall-curve trains with several values of --cost-fn under --cost entity, and plots
precision against recall. Ctrl-C prints the runs that all losses have completed, and the
exit status is 1.`

const tagHelp = `Label plain text, or the sentences of files, with a trained model. Without a FILE, tag reads
standard input. Without --model, it uses the built-in model of English parts of speech.

The output depends on the format of the input:

  text       the text with marks, as in [Anna PER] lives in [Oslo LOC]
  CoNLL      all columns unchanged, and the label in a new last column
  CoNLL-U    the label in the column of training, and everything else unchanged
  CRFsuite   one label per line (only for models trained on attribute files)
  documents  the same documents with the predicted spans (files of annotation tools)

--json and --html write JSON or a page for each format with words.

Input is plain text with --text, or if it cannot be columns and the model reads only words.
The tokenizer of the model splits it into sentences and words, paragraph by paragraph.

The model may also be a CRFsuite, CRF++ or Wapiti model. It then labels exactly as its own
tool does. With --output-format, tag writes the same output as that tool.

--probs and --span-probs add probabilities, which are best calibrated for models trained
with cross-entropy. --nbest N writes the N best labellings of each sentence. --fixed keeps
the labels that the input already has, and finds the best labels for the other tokens.

Span labels always form valid spans (in BIO no I-PER after O), unless you pass
--no-constraints. Words of a tag dictionary get only their labels in the dictionary, unless
you pass --no-dictionary.

If the input is a pipe or a terminal, tag writes all complete sentences before it waits for
more input. docs/reference/files.md describes the output.`

const evalHelp = `Score a model on labelled files, or score predicted labels that are already in a file.

With --model, the model predicts the labels, and the labels of the files are the gold
labels. Known and unknown words are also scored separately. With --system FILE, the
predicted labels are in another file with the same sentences. Otherwise they are in the
last column, and the gold labels in the column before it.

Span labels (B-PER, I-PER, O) are scored as spans, by the rules of conlleval. Other labels
are scored one by one. The 95% intervals show how much the scores vary between samples of
test sentences.

--compare A B FILE scores two systems on FILE and tests whether they differ, by approximate
randomization. A and B are models or labelled files. The p value is the probability of a
difference at least as large if the systems were equally good.

--calibration compares the probabilities of the predicted labels with their accuracy.

--text scores a model on the plain text of CoNLL-U files: sentences, tokens and words, and
the labels of the words, by the rules of the CoNLL 2018 shared task.

docs/reference/evaluation.md describes the measures and the output of --json.`

const tokenizeHelp = `Split the plain text of files, or of standard input, into sentences and tokens. A blank line
ends a paragraph, and no sentence extends beyond its paragraph.

--tokenizer names one of these:

  space    split at white space; each line is a sentence
  rules    rules for text of any language with spaces between words

rules:LANGUAGE adds rules of a language: de, en, es, fr or it. rules:en,hyphens also splits
words at hyphens. rules:en,lines ends a sentence at each line end. The file of a learned
tokenizer, which 'tagger train-tokenizer' writes, may stand in place of a name.

With --gold, the files are CoNLL-U. tokenize splits their text, and compares the sentences,
tokens and words with the files, by the rules of the CoNLL 2018 shared task.`

const splitHelp = `Split the sentences of files at random into several files, such as training, development
and test data. Sentences keep their order and their bytes.

--shares divides all sentences (80,10,10). --counts gives the number of sentences for each
file; if --output names one more file, it gets the rest.

With --by document, the sentences of a document stay together. A document starts at a
comment # newdoc or a line -DOCSTART-. In files without these, it starts after two or more
blank lines. Shares and counts are still numbers of sentences, met as closely as the
documents allow.`

const convertHelp = `Rewrite labelled files: in another label scheme, with other columns, or from CoNLL to
CoNLL-U and back. Everything that you do not change stays the same, byte for byte.

--scheme rewrites span labels. Ill-formed labels are read as conlleval reads them, and a
note counts them. --columns selects and orders columns, and --separator sets what
separates them.

--to conllu writes CoNLL-U. --columns then maps columns: form=1,upos=2,misc.KEY=3, where
misc.KEY writes KEY=... into MISC, except for O. Without --columns, the columns are
detected as in train.

--to conll writes CoNLL, by default the columns FORM and UPOS. It drops comments, multiword
ranges and empty nodes, and turns # newdoc into -DOCSTART-.

The other formats of --to are those of annotation tools. Rows become one document for each
sentence. Documents become rows with the labels of their spans, as --align and --layers say.
--to brat writes two files for each document into the folder of --output.`

const inspectHelp = `Show what a model contains: its size, how it was trained, the transition weights, and the
strongest attributes of each label. A row of the transition table is the previous label,
and a column is the current one. Without a MODEL, show the built-in model of English parts
of speech.

--json prints one object with the keys file, bytes, weights, stripped, scheme, templates,
labels, attributes, features, dictionary (number of words, if there is a tag dictionary),
notes, transitions and strongest.

--config prints only the training settings. 'tagger train --config' with these settings
and the same data makes the same model again.`

const pruneHelp = `Write a smaller copy of a model: without features of small weight (--below or --keep), with
less precise weights (--weights), or without attribute names (--strip). Transitions stay.

Prune prints attributes, features and bytes before and after. With --eval, it also prints
accuracy and F1 on a labelled file.`

const importHelp = `Convert a CRFsuite, CRF++ (text or binary) or Wapiti model to a trellis model. The type is
detected from the content.

The new model labels as the other tool does. In particular it may predict ill-formed spans,
unless you pass --scheme. Weights are stored in 64 bits without loss, unless you pass
--weights.

tag, eval, inspect, prune, export and train --init also read the models of other tools
directly. An imported model opens faster, because it is memory-mapped, and labels faster.`

const exportHelp = `Convert a trellis model to a file that CRFsuite, python-crfsuite and sklearn-crfsuite can
load. All weights stay as they are.

The file has no templates. If the model has templates, make attribute files for CRFsuite
with 'tagger features'. A model with attributes of label pairs (templates that start with
b and read a column) cannot be exported.`

const featuresHelp = `Print templates (--show), or write the attributes that templates extract from sentences.
The templates are those of a model (--model), or those that train would use.

The output is a CRFsuite attribute file: one line per token with its label (_ if there is
none) and its attributes. Exported models read such files, and CRFsuite and 'tagger train
--format crfsuite' can train on them. Attributes of label pairs have no place in the format
and are left out.`

const clusterHelp = `Find classes of similar words in unlabelled text by Brown clustering, for 'tagger train
--clusters'. Words are similar if they occur next to the same words. The more text, the
better.

The output has one line per word: path, word and count, separated by tabs. A path leads
through a binary tree to the cluster of the word. Prefixes of paths stand for larger
clusters.

The input is text with one sentence per line and spaces between tokens, CoNLL columns or
CoNLL-U. Labels are ignored. --format auto reads a file as text if its lines have different
numbers of tokens.

--min-count 2 leaves rare words without a cluster, so that training sees words without one,
as there will be in new text. The same sentences and flags give the same file. Ctrl-C stops
without writing a file.`

const demoHelp = `Show in a second what tagger does: train two models on a small built-in corpus, find names and
parts of speech in a short text, and score the models on test sentences. On a terminal, names
have colours; NO_COLOR turns them off.

With --write, the files stay in a folder so that you can experiment with them: train.conll,
dev.conll, test.conll, pos.model and ner.model.`

const docsHelp = `Write the documentation of all commands to the files of a folder: man pages (man) or
Markdown (markdown). The folder is created if it does not exist.

The pages have the same text as --help. They contain no date and no version, so that the
same program always writes the same pages.`

const demoNext = `Next steps:

  echo 'Maria lives in Oslo.' | %[1]s tag
  %[1]s demo --write tagger-demo
  %[1]s train --help
`

const demoFiles = `The sentences and both models are in %[1]s. Next steps:

  %[2]s tag --model %[3]s/ner.model %[3]s/test.conll
  %[2]s eval --model %[3]s/ner.model %[3]s/test.conll
  %[2]s train --model %[3]s/ner.model --pos none --dev %[3]s/dev.conll %[3]s/train.conll
  %[2]s train --help

Real models need thousands of sentences. Your own files need one word and its label per line,
and a blank line between sentences.
`

const serveHelp = `Serve models over HTTP: POST /v1/tag labels text or tokens. GET /openapi.json describes all
requests, and docs/reference/http.md too. Open the address in a browser to try the
models.

Serve reads a model file again when it changes, and after SIGHUP. Requests in progress
finish with the old model. A broken file is logged, and the old model stays. Replace a file
by renaming.

Serve listens on this machine only, unless you pass --addr. Then also pass --token-file:
clients send the token in the header "Authorization: Bearer TOKEN". Put a proxy in front of
serve for TLS.

After SIGTERM or Ctrl-C, serve answers the requests in progress, and the exit status is 0.`
