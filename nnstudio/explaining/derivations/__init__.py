"""How one number of a layer's output came about, family by family.

| module               | layers                                                                 |
|----------------------|------------------------------------------------------------------------|
| :mod:`weighing`      | Dense, convolutions: products that are added up                        |
| :mod:`pooling`       | which number of a window won, or their mean                            |
| :mod:`normalising`   | γ (x − μ) / √(σ² + ε) + β                                              |
| :mod:`bending`       | activations: f(x); softmax: e^x over the sum                           |
| :mod:`merging`       | Add, Multiply, Concatenate                                             |
| :mod:`arranging`     | Flatten and the like, Upsample, Dropout: where a number came from      |
| :mod:`looking_up`    | Embedding: the row of the table                                        |
| :mod:`catalogue`     | all of them, and which layers can't be told in a line                  |
"""
