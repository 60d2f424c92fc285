"""The network as a picture: its cards, or its neurons as a textbook draws them."""
