"""What data looks like, in numbers: pure functions that work in bounded memory.

| module                | answers                                                              |
|-----------------------|----------------------------------------------------------------------|
| :mod:`sample`         | which examples are looked at, where there are too many to look at all |
| :mod:`features`       | what counts as one feature: a number or a label of each example       |
| :mod:`statistics`     | how the numbers of a feature are spread                               |
| :mod:`correlations`   | how much one feature tells of another                                 |
| :mod:`classes`        | how many examples each class has, and its mean picture                |
| :mod:`duplicates`     | which examples stand in two parts                                     |
| :mod:`warnings`       | what is likely to go wrong, with the evidence                         |

Long work tells how far it is (:mod:`nnstudio.data.progress`) and can be given up there.
"""
