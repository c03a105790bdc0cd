package catalog

// For the tests, which see the package as its users do.
var (
	Words    = words
	Distance = distance
)

// MaxQuestion is the longest question that gets suggestions, in bytes.
const MaxQuestion = longestQuestion
