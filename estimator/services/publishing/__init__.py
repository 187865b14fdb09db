"""The life of a release: uploaded, mended, accepted, approved, live, rolled back."""
