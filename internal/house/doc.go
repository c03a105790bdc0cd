// Package house holds the rules of this repository that no compiler knows: who may import whom, how long a file may grow, what the
// public packages export. They are tests; the package itself is empty.
package house
