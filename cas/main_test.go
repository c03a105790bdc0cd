package cas_test

import (
	"testing"

	"go.uber.org/goleak"
)

// No test may leave a goroutine behind, of a connection or of its own.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
