"""One file a promise: the product and a raw baseline, interleaved in one run; only their ratio counts."""
