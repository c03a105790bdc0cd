package castest

import (
	"container/list"
	"math"
	"sync"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// The service's own limits of its result cache.
const (
	cacheEntries = 10_000
	cacheTime    = 10 * time.Minute
)

// cache keeps results, the most recently used 10,000 of them, for ten minutes each.
type cache struct {
	now func() time.Time

	mu           sync.Mutex
	entries      map[cacheKey]*list.Element
	recent       list.List // of *cacheEntry, the most recently used first
	hits, misses int64
}

// cacheKey is what a result depends on, as the service sees it.
type cacheKey struct {
	dataset, aggregation, start, end string
	geometry                         geometryHash
}

type cacheEntry struct {
	key    cacheKey
	result *cas.AttributeResult
	until  time.Time
}

// get is a result that is still good; it is shared, and not to be changed.
func (c *cache) get(key cacheKey) (*cas.AttributeResult, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, found := c.entries[key]; found {
		entry := e.Value.(*cacheEntry)
		if !c.now().After(entry.until) {
			c.recent.MoveToFront(e)
			c.hits++
			return entry.result, true
		}
		c.recent.Remove(e)
		delete(c.entries, key)
	}
	c.misses++
	return nil, false
}

func (c *cache) set(key cacheKey, result *cas.AttributeResult) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry := &cacheEntry{key, result, c.now().Add(cacheTime)}
	if e, found := c.entries[key]; found {
		e.Value = entry
		c.recent.MoveToFront(e)
		return
	}
	if c.entries == nil {
		c.entries = map[cacheKey]*list.Element{}
	}
	c.entries[key] = c.recent.PushFront(entry)
	if c.recent.Len() > cacheEntries {
		oldest := c.recent.Back()
		c.recent.Remove(oldest)
		delete(c.entries, oldest.Value.(*cacheEntry).key)
	}
}

func (c *cache) stats() cas.CacheStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	stats := cas.CacheStats{Hits: c.hits, Misses: c.misses, Size: int64(c.recent.Len())}
	if all := c.hits + c.misses; all > 0 {
		stats.HitRate = math.RoundToEven(float64(c.hits)/float64(all)*1e4) / 1e4
	}
	return stats
}
