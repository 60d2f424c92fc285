"""Recurrent layers: they read a sequence place by place, and carry a state along."""

from nnstudio.engine.recurrent.gru import GRU
from nnstudio.engine.recurrent.lstm import LSTM
from nnstudio.engine.recurrent.simple import SimpleRNN

__all__ = ["GRU", "LSTM", "SimpleRNN"]
