package crs

// LoadTable unpacks the table of systems, as its first use does.
func LoadTable() { load() }
