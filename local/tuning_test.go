package local_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/local"
)

// Every change is made in every published version, and none as shipped.
func TestTuned(t *testing.T) {
	for _, version := range append([]string{service.Latest}, service.Earlier...) {
		t.Run(version, func(t *testing.T) {
			tuning := service.Start(t, version, service.Plain).Tuned()
			assert.Empty(t, tuning.LeftOut)
			assert.Equal(t, []string{
				"tls_context", "connections", "proxies", "clients", "discovery", "catalogs", "log_level",
			}, tuning.Applied)
		})
	}
	running, err := local.Start(t.Context(), local.Config{Python: service.Python(t, service.Latest), AsShipped: true})
	require.NoError(t, err)
	assert.Empty(t, running.Tuned().Applied)
	assert.Empty(t, running.Tuned().LeftOut)
	require.NoError(t, running.Close())
}
