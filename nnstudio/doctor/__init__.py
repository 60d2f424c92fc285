"""The doctor: watches a run, says in a sentence what ails it, and proves the remedy by trying it.

| module                  | what it is about                                                    |
|-------------------------|----------------------------------------------------------------------|
| :mod:`finding`          | what is found: a sentence's code and values, and the evidence to plot |
| :mod:`checkup`          | what is measured of the network, now and then, on a few examples      |
| :mod:`case`             | everything a diagnosis may look at                                    |
| :mod:`learning_rate`    | a rate that is too high or too low                                    |
| :mod:`units`            | dead ReLUs, saturated units                                           |
| :mod:`gradients`        | gradients that vanish or explode, layers that don't learn             |
| :mod:`judging`          | an output that can't reach its targets, or a loss that doesn't suit   |
| :mod:`examples`         | inputs out of scale, rare classes, examples dealt out in their order  |
| :mod:`generalisation`   | overfitting                                                           |
| :mod:`origin`           | where a loss that is no number began                                  |
| :mod:`rare`             | how much of each class is recognised                                  |
| :mod:`diagnoses`        | all of these in order, and what explains what                         |
| :mod:`examiner`         | sits on the training thread and looks within a share of the time      |
| :mod:`remedies`         | for each finding the changes of the project that usually help         |
| :mod:`trial`            | trains with and without a remedy, and compares                        |
"""
