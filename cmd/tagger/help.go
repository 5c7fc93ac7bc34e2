package main

const trainHelp = `Learn a model from the labelled sentences of one or more files.

With only --model and a file, all else is picked by looking at the data (its first
1000 sentences), and said on standard error:

  format     CoNLL columns, CoNLL-U or CRFsuite attributes
  word       FORM in CoNLL-U; in CoNLL the first column, or the second where the
             first counts the tokens
  label      UPOS in CoNLL-U; in CoNLL the last column, or, where that says the same
             of all tokens, the last one that spells spans, or else the last that varies
  pos        a column between word and label with few values; none in CoNLL-U
             (--pos UPOS takes that)
  templates  preset pos for plain labels, morph for those of many features, chunk for
             spans of phrases (NP, VP ...), ner for other spans; in CoNLL with lines for
             further columns between word and label (tagger features --show FILE)
  scheme     bioes for phrases in bio or iob1, which tag writes anyway
  loss       softmax-margin with --cost entity --cost-fn 3 for names, which finds more of
             them, and with --cost-scale 3 for plain labels; cross-entropy for others
  optimizer  lbfgs for losses that are smooth (owlqn with --l1), averaged-perceptron
             for perceptron (adagrad with --l1), sgd for the ramps, adagrad for other
             losses with kinks

Columns are given by number from 1, from the end as -1, -2 ..., or by their names in
CoNLL-U; %x[0,1] in templates counts them from 0, as CRF++ does. Templates may not read the
column of the labels.

Training minimises the sum of the losses of all sentences plus l2 ||w||^2 + l1 ||w||_1.
The default l2 is 0.1, but 0.01 for risk, jensen-risk-bound and the ramps, which the cost
bounds, and 0 for perceptron. A loss that needs a good start gets, without --init, 30
iterations of cross-entropy. With --dev, the development data are scored after each step
and the best model is kept. Steps are the iterations of lbfgs and owlqn, and the epochs
of the others. An interrupt (Ctrl-C) ends training at the next step and still writes the
best model so far; the exit status is then 1.`

const tuneHelp = `Try settings of train on sentences that were not trained on, and print them in the order
of their scores, the best first, with the command that trains with those on all sentences.
Name training files only, never the test file: it would no longer tell how good a model is.

It tries the default of train, and all combinations of the lists of --loss, --optimizer,
--l2, --l1 and --cost-scale, or, with --trials N, N that are drawn from them. Each order of
magnitude of a range like 0.01..10 is as likely. A penalty for an optimizer that takes none,
or the cost scale for a loss without a cost, makes no difference.

The sentences are shuffled by the seed, and a fifth of them is held out (--holdout);
--folds K instead scores on each of K folds after training on the others and prints mean
and standard deviation, --dev FILE on that file. All other flags are those of train, and
go to the settings that have use for them. Equal scores go to the stronger penalty.

A setting that train refuses is listed with the reason. An interrupt (Ctrl-C) prints what
is done, folds of an unfinished setting included; the exit status is then 1.`

const studyHelp = `Compare losses on equal terms, and write a table, an object and figures.

For each loss, the setting (--l2, --cost-scale, --optimizer) is picked by its score on a share
of the training sentences that is held out (--holdout), never by the file of the report. It
is then trained --seeds times. Run i of every loss sees the same sentences, drawn with
replacement from the training files, and the same seed of the optimizer. No run looks at
--dev before it has ended.

The columns are means over the runs: F1 (the accuracy, where labels are plain) with its
standard deviation, precision, recall, the expected cost and the log loss of a token, the
expected calibration error, the p of a test whether the first loss has another F1, and the
seconds of a training, by the clock and of the processor.

With --test FILE the report is on that file as well, and --dev picks the settings, each after a
training on all sentences. The table of each file then has the figures of the model that was
picked, and after them the mean F1 over the runs, its deviation and its p.

--recall-curve trains with several weights of missed entities (--cost entity --cost-fn X)
instead, and draws precision against recall. An interrupt (Ctrl-C) prints the runs that all
losses have done; the exit status is then 1.`

const tagHelp = `Label the sentences of files, or of standard input.

  CoNLL      all columns as they are, and the label in a new last one
  CoNLL-U    the label in the column that the model was trained on; all else stays
  CRFsuite   (a model of attributes) one label a line

--probs adds the probability of each label: one more column, Prob=0.973100 in the MISC
column of CoNLL-U, or label:0.973100. --span-probs adds that of each span at its first
token: one more column, or SpanProb=0.973100. --nbest N writes the N best labellings of
each sentence, each below a comment "# RANK PROBABILITY" (@probability and a tab for
CRFsuite). Probabilities mean most for models trained with cross-entropy.

--fixed keeps the labels that a partly labelled input already has, where _ ? or nothing
stands for none, and finds the best others around them.

A model of CRFsuite, CRF++ or Wapiti is read as it is, and labels as its own tool does.
--output-format crfsuite, crfpp or wapiti writes what that tool does, with any model;
--probs, --nbest, --fixed, --posterior and --detail stand for its options.

Labels that spell spans are kept to their grammar (no I-PER behind O in bio), unless
--no-constraints is given; words of a tag dictionary (train --tag-dictionary) to
the labels there, unless --no-dictionary is. --posterior chooses the most probable label
of each token rather than the best labelling as a whole.

Where the input is a pipe or terminal, all sentences that have come are written before
more is waited for. --threads N labels in N goroutines, to the same output. With
--output the file appears when all is done, or not at all.`

const evalHelp = `Score a model on labelled files, known and unknown words apart; or, without --model,
compare two columns of files that are labelled already: the right labels in the last
column but one, the predicted ones in the last. With --system FILE the predicted labels
are in a file of their own, of the same sentences.

Labels that spell spans (B-PER, I-PER, O) are scored as spans, as conlleval does; other
labels one by one. Intervals tell where the figures of other test sentences would lie.
--matrix N shows how labels are confused, --calibration how far probabilities can be
taken at their word.

--compare A B FILE scores two systems on FILE, each a model or a file that it labelled,
and tests by approximate randomisation whether they differ: p is how likely a difference
as great is by chance.

--json prints one object with the keys tokens, sentences, accuracy, sentence_accuracy,
precision, recall, f1 and labels, fractions in 0..1; --markdown prints tables.`

const splitHelp = `Part the sentences of files at random, by a seed, and write each part to a file: training
data, development data, test data. Sentences stay byte for byte what they were, and in
their order.

--shares parts all sentences (80,10,10); --counts takes these numbers, and one file more in --output
gets the rest. With --by document the sentences of a document stay together. Documents
start at comments # newdoc or lines -DOCSTART-, or, in files without these, behind more than
one blank line; the shares are then of sentences, as near as documents allow.`

const convertHelp = `Rewrite labelled files. What is not asked for stays as it is, byte for byte.

--scheme rewrites labels that spell spans. Ill-formed ones are read as conlleval does and
counted in a note. --columns picks and orders columns, --separator sets them off.

--to conllu makes CoNLL-U of CoNLL: --columns says which of its columns come from where
(form=1,upos=2), misc.KEY=3 makes notes KEY=... in MISC, where O is left out. Without it,
word, part of speech and label are found as train finds them. --to conll makes CoNLL of
CoNLL-U, by default FORM and UPOS; comments, multiword ranges and empty nodes are left
out, and # newdoc becomes -DOCSTART-.`

const inspectHelp = `Tell what a model holds: its size, how it was trained, the weights of the transitions
(from the label of a row to that of a column), and the attributes of each label with the
strongest weights. --json prints one object with the keys file, bytes, weights, stripped,
scheme, templates, labels, attributes, features, dictionary (if there is one: its words), notes, transitions and
strongest. --config prints nothing but the settings of the training: with them, the same data
and the same development data, train --config makes the same model again.`

const pruneHelp = `Write a smaller model: without the features of small weights, with weights of less
precision (--weights), or without the names of the attributes (--strip). Transitions stay.

A line on the model before and one on that after tell attributes, features and bytes, and
with --eval accuracy and F1 on a labelled file.`

const importHelp = `Make a model of ours of a model of CRFsuite, CRF++ (text or binary) or Wapiti; which one it is
shows its content. It labels as the other tool does: labels are not kept to the grammar of
spans, unless --scheme says which they spell. Weights are stored in 64 bits, as they are,
unless --weights says otherwise.

tag, eval, inspect, prune, export and train --init read the other tools' models too, as they
are. An imported one is there at once, by a memory map, and labels faster.`

const exportHelp = `Write a model as a file that CRFsuite, python-crfsuite and sklearn-crfsuite load, with all
weights as they are.

What attributes are made of stays behind: a model of templates needs attribute files, which
tagger features makes of columns. A model with attributes of label pairs (templates that
start with b and read a column) cannot be written.`

const featuresHelp = `Print templates (--show), or write the attributes that they make of sentences, as an
attribute file of CRFsuite: a line a token, with its label (or _ where there is none) and
its attributes. The templates are those of a model, or those that train would take.

The files are what a model that was exported reads, and what CRFsuite or train --format
crfsuite learns from. Attributes of label pairs have no place there and are left out.`

const demoHelp = `Train a tagger for parts of speech and one for names on a small built-in corpus, as train
does, score both on its test sentences, and tag a few new ones. Takes a second. The files stay in
a folder, to go on with: train.conll, dev.conll, test.conll, pos.model and ner.model.`

const demoNext = `The sentences and both models are in %[1]s. Go on with:

  %[2]s tag --model %[3]s/ner.model %[3]s/test.conll
  %[2]s eval --model %[3]s/ner.model %[3]s/test.conll
  %[2]s train --model %[3]s/ner.model --dev %[3]s/dev.conll %[3]s/train.conll
  %[2]s train --help

These models have seen three hundred sentences; real ones see thousands. Files of yours have a
word and its label a line, and a blank line between sentences.
`
