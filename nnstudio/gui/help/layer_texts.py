"""What the help page of a layer says beyond what its class declares: how to think of it, when to
use it, what it takes and gives, and who described it first."""

from __future__ import annotations

from dataclasses import dataclass

from nnstudio.engine.layer import Shape


@dataclass(frozen=True)
class LayerText:
    """The hand-written part of a help page.

    Attributes:
        does: what happens, in plain words.
        use: when to take it, and when rather not.
        shapes: what it takes and gives; T is places, F features, C channels, H × W a picture.
        example: inputs whose output the page computes; none where nothing comes in.
        source: paper and year; empty for what nobody had to invent.
    """

    does: str
    use: str
    shapes: str
    example: tuple[Shape, ...]
    source: str = ""


_ANY = "Takes any shape and gives the same."
_PICTURE: tuple[Shape, ...] = ((16, 28, 28),)
_SEQUENCE: tuple[Shape, ...] = ((20, 8),)
_ROW: tuple[Shape, ...] = ((64,),)

TEXTS: dict[str, LayerText] = {
    "Input": LayerText(
        "Hands the examples of the data to the network, one after the other. It computes nothing;"
        " its shape says what one example looks like.",
        "Once per network, or once for each column of the data that the network reads.",
        "Gives the shape of one example.",
        (),
    ),
    "Dense": LayerText(
        "Each unit multiplies every input by a weight of its own, adds all that up and adds its"
        " bias. Without an activation after it, two of them could do no more than one.",
        "For rows of numbers, and as the last layer: one unit for a number to predict, one per"
        " class to choose from. For pictures, convolutions first need far fewer weights.",
        "(F) → (units). Of a sequence each place by itself: (T, F) → (T, units).",
        _ROW,
        "F. Rosenblatt, The perceptron, 1958; trained through several layers by Rumelhart, Hinton"
        " and Williams, Learning representations by back-propagating errors, 1986",
    ),
    "Conv1D": LayerText(
        "Each filter looks at a few neighbouring places at a time and slides along the sequence."
        " The same weights are used everywhere, so a pattern is found wherever it stands.",
        "For signals, time series and text where what matters is near together. It is faster than"
        " a recurrent layer, and sees no further than its kernel.",
        "(T, F) → (T′, filters); T′ follows from kernel, stride and padding.",
        _SEQUENCE,
        "Waibel and others, Phoneme recognition using time-delay neural networks, 1989",
    ),
    "Conv2D": LayerText(
        "Each filter looks at a small window of the picture and slides over all of it. The same"
        " weights are used everywhere, so an edge or a stroke is found wherever it is.",
        "For pictures. Stack a few, with pooling between, so that later filters see larger parts.",
        "(C, H, W) → (filters, H′, W′); the size follows from kernel, stride and padding.",
        ((1, 28, 28),),
        "LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document"
        " recognition, 1998",
    ),
    "ConvTranspose2D": LayerText(
        "The way of a convolution backwards: each number is multiplied by a kernel and spread over"
        " a window of the output, where windows overlap they are added.",
        "In the second half of an autoencoder, or wherever a small picture shall become a large"
        " one. Kernels that are a multiple of the stride leave no checkerboard.",
        "(C, H, W) → (filters, larger H, larger W).",
        ((16, 7, 7),),
        "Zeiler, Krishnan, Taylor and Fergus, Deconvolutional networks, 2010",
    ),
    "MaxPool1D": LayerText(
        "Of each window of neighbouring places only the greatest number of each feature goes on:"
        " whether a pattern is there counts, not exactly where.",
        "After a Conv1D, to make the sequence shorter.",
        "(T, F) → (fewer places, F).",
        _SEQUENCE,
        "Riesenhuber and Poggio, Hierarchical models of object recognition in cortex, 1999",
    ),
    "MaxPool2D": LayerText(
        "Of each window of the picture only the greatest number of each channel goes on: whether a"
        " pattern is there counts, not exactly where.",
        "After a Conv2D and its activation, to halve height and width.",
        "(C, H, W) → (C, smaller H, smaller W).",
        _PICTURE,
        "Riesenhuber and Poggio, Hierarchical models of object recognition in cortex, 1999",
    ),
    "AveragePool1D": LayerText(
        "Each window of neighbouring places is replaced by its mean, which smooths the sequence.",
        "Where how much counts more than whether at all; otherwise MaxPool1D.",
        "(T, F) → (fewer places, F).",
        _SEQUENCE,
        "LeCun and others, Gradient-based learning applied to document recognition, 1998",
    ),
    "AveragePool2D": LayerText(
        "Each window of the picture is replaced by its mean: a smaller, smoother picture.",
        "As in LeNet, or where how much counts more than whether at all; otherwise MaxPool2D.",
        "(C, H, W) → (C, smaller H, smaller W).",
        _PICTURE,
        "LeCun and others, Gradient-based learning applied to document recognition, 1998",
    ),
    "GlobalMaxPool1D": LayerText(
        "Of each feature only the greatest number of the whole sequence goes on.",
        "Between Conv1D and Dense, where it is enough that a pattern occurs somewhere.",
        "(T, F) → (F).",
        _SEQUENCE,
        "Collobert and others, Natural language processing (almost) from scratch, 2011",
    ),
    "GlobalMaxPool2D": LayerText(
        "Of each channel only the greatest number of the whole picture goes on.",
        "Between convolutions and Dense, where it is enough that something is somewhere.",
        "(C, H, W) → (C).",
        _PICTURE,
        "Oquab and others, Is object localization for free?, 2015",
    ),
    "GlobalAveragePool1D": LayerText(
        "Each feature is averaged over the whole sequence.",
        "Between a sequence and Dense, where all places count alike, as after attention.",
        "(T, F) → (F).",
        _SEQUENCE,
        "Lin, Chen and Yan, Network in network, 2013",
    ),
    "GlobalAveragePool2D": LayerText(
        "Each channel is averaged over the whole picture.",
        "At the end of a convolutional network instead of Flatten: fewer weights, less learning by"
        " heart, and pictures of any size.",
        "(C, H, W) → (C).",
        _PICTURE,
        "Lin, Chen and Yan, Network in network, 2013",
    ),
    "Upsample1D": LayerText(
        "Each place of the sequence is repeated, so that it becomes longer.",
        "In the second half of an autoencoder of sequences, followed by a Conv1D.",
        "(T, F) → (factor × T, F).",
        _SEQUENCE,
    ),
    "Upsample2D": LayerText(
        "The picture is made larger: numbers are repeated, or blend into their neighbours. Nothing"
        " is learned.",
        "Before a Conv2D in the second half of an autoencoder; together they leave fewer traces"
        " than a ConvTranspose2D.",
        "(C, H, W) → (C, larger H, larger W).",
        ((16, 7, 7),),
        "Odena, Dumoulin and Olah, Deconvolution and checkerboard artifacts, 2016",
    ),
    "Embedding": LayerText(
        "Each whole number, such as that of a word, picks a row of a table. The rows are learned:"
        " what is used alike comes to lie near together.",
        "As the first layer where the data are numbers of things rather than amounts.",
        "(T) whole numbers → (T, features).",
        ((20,),),
        "Bengio and others, A neural probabilistic language model, 2003",
    ),
    "SimpleRNN": LayerText(
        "Reads the sequence place by place. At each it looks at the new numbers and at its own last"
        " output, which is all it remembers.",
        "To understand recurrence, and for short sequences. It forgets within some ten places: GRU"
        " and LSTM don't.",
        "(T, F) → (units), or (T, units) if every place is to be given.",
        _SEQUENCE,
        "Elman, Finding structure in time, 1990",
    ),
    "LSTM": LayerText(
        "Reads the sequence with a memory beside its output. Three gates, learned as well, decide"
        " at each place what is forgotten (f), what is noted (i) and what is shown (o).",
        "For sequences whose beginning matters at the end.",
        "(T, F) → (units), or (T, units) if every place is to be given.",
        _SEQUENCE,
        "Hochreiter and Schmidhuber, Long short-term memory, 1997",
    ),
    "GRU": LayerText(
        "Reads the sequence and mixes, at each place, what it remembers with what is new; the gate"
        " z decides how much of each, the gate r how much of the past the new part sees.",
        "Like an LSTM, with a quarter fewer weights; often as good.",
        "(T, F) → (units), or (T, units) if every place is to be given.",
        _SEQUENCE,
        "Cho and others, Learning phrase representations using RNN encoder–decoder, 2014",
    ),
    "MultiHeadAttention": LayerText(
        "Each place asks a question q and is compared with what the others offer, k; it takes over"
        " from each a share of its content v, the more the better they match. Several heads ask"
        " different questions.",
        "Where places far apart belong together. It doesn't know their order: put a"
        " PositionalEncoding before it.",
        "(T, F) → (T, F).",
        ((10, 16),),
        "Vaswani and others, Attention is all you need, 2017",
    ),
    "PositionalEncoding": LayerText(
        "Adds to each place a pattern that no other place has, so that what comes after can tell"
        " first from last.",
        "Once, between Embedding and attention.",
        "(T, F) → (T, F).",
        ((10, 16),),
        "Vaswani and others, Attention is all you need, 2017",
    ),
    "ReLU": LayerText(
        "What is positive passes as it is, the rest becomes 0. Simple, quick, and where it passes"
        " its slope is 1, so that gradients don't fade.",
        "The usual choice between layers. A unit that is always negative learns nothing more:"
        " try LeakyReLU then.",
        _ANY,
        _ROW,
        "Nair and Hinton, Rectified linear units improve restricted Boltzmann machines, 2010",
    ),
    "Sigmoid": LayerText(
        "Squeezes any number into 0 … 1, so that it can be read as a chance.",
        "After the last layer for a question of yes or no. Between layers its small slope makes"
        " deep networks slow to learn.",
        _ANY,
        _ROW,
        "Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, 1986",
    ),
    "Tanh": LayerText(
        "Squeezes any number into −1 … 1, with 0 staying 0.",
        "In small networks and in recurrent layers; smoother than ReLU, slower to learn in depth.",
        _ANY,
        _ROW,
        "LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998",
    ),
    "Linear": LayerText(
        "Passes every number as it is.",
        "To say aloud that no activation is meant, such as at the output of a regression.",
        _ANY,
        _ROW,
        "Widrow and Hoff, Adaptive switching circuits, 1960",
    ),
    "Step": LayerText(
        "Fires or doesn't: the first artificial neuron. Its slope is 0 everywhere, so nothing"
        " before it can learn by gradient.",
        "To build logic by hand, with weights that you set yourself.",
        _ANY,
        _ROW,
        "McCulloch and Pitts, A logical calculus of the ideas immanent in nervous activity, 1943",
    ),
    "LeakyReLU": LayerText(
        "Like ReLU, but of what is negative a small part passes, so that no unit falls silent for"
        " good.",
        "Where many units of a ReLU are always 0.",
        _ANY,
        _ROW,
        "Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models,"
        " 2013",
    ),
    "PReLU": LayerText(
        "Like LeakyReLU, but how much passes of what is negative is learned.",
        "In deep networks with much data; it costs hardly any weights.",
        _ANY,
        _PICTURE,
        "He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015",
    ),
    "ELU": LayerText(
        "Like ReLU where it is positive; below it bends smoothly towards −α, which brings the mean"
        " of the outputs nearer to 0.",
        "Between layers, where ReLU learns unevenly and a BatchNorm isn't wanted.",
        _ANY,
        _ROW,
        "Clevert, Unterthiner and Hochreiter, Fast and accurate deep network learning by"
        " exponential linear units, 2015",
    ),
    "SELU": LayerText(
        "An ELU with two fixed numbers, chosen so that mean 0 and variance 1 are kept from layer to"
        " layer.",
        "In deep networks of Dense layers alone, with a LeCun weight start and standardised data.",
        _ANY,
        _ROW,
        "Klambauer and others, Self-normalizing neural networks, 2017",
    ),
    "GELU": LayerText(
        "Weighs each number by the chance that a normal number is smaller: a ReLU with a soft"
        " corner.",
        "In transformers, where it is the usual choice.",
        _ANY,
        _ROW,
        "Hendrycks and Gimpel, Gaussian error linear units, 2016",
    ),
    "SiLU": LayerText(
        "Weighs each number by its own sigmoid: a ReLU with a soft corner that dips below 0.",
        "In deep convolutional networks instead of ReLU. Also called swish.",
        _ANY,
        _ROW,
        "Elfwing, Uchibe and Doya, Sigmoid-weighted linear units for neural network function"
        " approximation in reinforcement learning, 2017",
    ),
    "Softplus": LayerText(
        "A ReLU without a corner: always positive, nearly 0 far to the left, nearly x far to the"
        " right.",
        "After the last layer where the answer can only be positive, such as a price.",
        _ANY,
        _ROW,
        "Dugas and others, Incorporating second-order functional knowledge for better option"
        " pricing, 2000",
    ),
    "Softsign": LayerText(
        "Squeezes any number into −1 … 1 like tanh, but approaches its limits much more slowly, so"
        " that some slope is left.",
        "As a gentler tanh.",
        _ANY,
        _ROW,
        "Bergstra and others, Quadratic polynomials learn better image features, 2009",
    ),
    "HardSigmoid": LayerText(
        "A sigmoid of three straight lines: 0, a slope, 1. Outside of −3 … 3 it learns nothing.",
        "As a gate where time counts.",
        _ANY,
        _ROW,
        "Howard and others, Searching for MobileNetV3, 2019",
    ),
    "Softmax": LayerText(
        "Turns a row of scores into probabilities: each positive, together 1. The greatest score"
        " gets the most, and a difference counts more than its height.",
        "As the last layer where one of several classes is the answer, with cross-entropy as loss.",
        "Takes any shape and gives the same; the features of each place sum to 1.",
        ((10,),),
        "Bridle, Probabilistic interpretation of feedforward classification network outputs, 1990",
    ),
    "Dropout": LayerText(
        "While training, a random share of the numbers is set to 0 and the rest made greater to"
        " match. No unit can rely on another. When predicting, all passes.",
        "After a Dense layer, when training goes much better than validation.",
        _ANY,
        _ROW,
        "Srivastava and others, Dropout: a simple way to prevent neural networks from overfitting,"
        " 2014",
    ),
    "SpatialDropout": LayerText(
        "Dropout of whole channels: neighbouring numbers of a picture say nearly the same, so"
        " dropping single ones would hide nothing.",
        "After convolutions, instead of Dropout.",
        _ANY,
        _PICTURE,
        "Tompson and others, Efficient object localization using convolutional networks, 2015",
    ),
    "GaussianNoise": LayerText(
        "Adds normal noise while training, as if there were more examples, each a little different."
        " When predicting, all passes as it is.",
        "After the input, where there are few examples.",
        _ANY,
        _ROW,
        "Bishop, Training with noise is equivalent to Tikhonov regularization, 1995",
    ),
    "BatchNorm": LayerText(
        "Brings each feature to mean 0 and variance 1 over the batch, then stretches and shifts it"
        " as learned. When predicting, means kept from training are used.",
        "Between a convolution or Dense and its activation; allows greater learning rates. Not with"
        " batches of a few examples.",
        _ANY,
        _PICTURE,
        "Ioffe and Szegedy, Batch normalization, 2015",
    ),
    "LayerNorm": LayerText(
        "Brings the features of each example to mean 0 and variance 1, then stretches and shifts"
        " them as learned. Other examples of the batch don't matter.",
        "In transformers and recurrent networks, and with small batches.",
        _ANY,
        ((10, 16),),
        "Ba, Kiros and Hinton, Layer normalization, 2016",
    ),
    "Flatten": LayerText(
        "Writes all numbers of an example in one row; none is changed.",
        "Between pictures and Dense.",
        "(C, H, W) → (C · H · W); any other shape likewise.",
        _PICTURE,
    ),
    "Reshape": LayerText(
        "Writes the same numbers into another shape, row by row; none is changed.",
        "To make a picture of a row again, such as in a decoder.",
        "Any shape → the shape that is set, with as many numbers.",
        _ROW,
    ),
    "Permute": LayerText(
        "Exchanges the axes; no number is changed.",
        "Where data come with features first and a layer wants places first.",
        "(T, F) → (F, T), or as the order is set.",
        _SEQUENCE,
    ),
    "ZeroPadding1D": LayerText(
        "Puts zeros before and after the sequence.",
        "Before a Conv1D, where the edge shall count as much as the middle.",
        "(T, F) → (more places, F).",
        _SEQUENCE,
    ),
    "ZeroPadding2D": LayerText(
        "Puts zeros around the picture.",
        "Before a Conv2D, where the edge shall count as much as the middle; for sizes that must"
        " divide.",
        "(C, H, W) → (C, larger H, larger W).",
        _PICTURE,
    ),
    "Add": LayerText(
        "Adds what comes from several branches, number by number. The gradient goes into each of"
        " them undiminished.",
        "For a short cut past some layers, which makes deep networks trainable.",
        "Any number of inputs of one shape → the same shape.",
        ((64,), (64,)),
        "He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2015",
    ),
    "Multiply": LayerText(
        "Multiplies what comes from several branches, number by number.",
        "As a gate: a branch that ends in a Sigmoid decides how much of the other passes.",
        "Any number of inputs of one shape → the same shape.",
        ((64,), (64,)),
        "Dauphin, Fan, Auli and Grangier, Language modeling with gated convolutional networks,"
        " 2016",
    ),
    "Concatenate": LayerText(
        "Puts the features or channels of several branches side by side; none is changed.",
        "Where branches see different things and what follows shall see all of it.",
        "Any number of inputs whose other axes agree → the sum of their features or channels.",
        ((64,), (32,)),
        "Szegedy and others, Going deeper with convolutions, 2014",
    ),
}
