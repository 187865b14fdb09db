"""What people and programs send us, read into typed documents: one reader for every door."""
