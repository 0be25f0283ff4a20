"""The report on the PIPL: what each article asks, and a planted violation that its tests find."""
