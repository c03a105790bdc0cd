package castest

import (
	"net/http"
	"slices"
	"strings"
)

// apiKey is the key that a request sends, "" for none.
func apiKey(h http.Header) string { return h.Get("X-API-Key") }

// authorized reports whether a request may pass: no key is asked for, or it sends one of them. The service reads headers as
// Latin-1, so that a key beyond ASCII never fits.
func (c *config) authorized(h http.Header) bool {
	if len(c.keys) == 0 {
		return true
	}
	key := apiKey(h)
	beyond := strings.IndexFunc(key, func(r rune) bool { return r >= 0x80 }) >= 0
	return key != "" && !beyond && slices.Contains(c.keys, key)
}

// caller is who the rate limit counts: the key, valid or not, or else the address.
func caller(r *http.Request) string {
	if key := apiKey(r.Header); key != "" {
		return "key:" + key
	}
	return "ip:" + address(r)
}

// address is where a request comes from. The loopback interface counts as a trusted proxy: of the addresses that it forwards, the
// last one that is not its own is the caller's.
func address(r *http.Request) string {
	const trusted = "127.0.0.1"
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, host := range slices.Backward(forwarded) {
		if host = strings.TrimSpace(host); host != "" && host != trusted {
			return host
		}
	}
	return trusted
}
