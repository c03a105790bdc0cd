package castest_test

import (
	"testing"

	"go.uber.org/goleak"
)

// No test leaves a goroutine behind, neither a server's nor a client's.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
