// Package shard divides a run over many machines and joins their tables again: the table of the shards is, byte for byte,
// that of one run over the whole input.
//
// # Division
//
// Shard i of n (1 ≤ i ≤ n) of an input of N features has those at the positions from ⌊N(i-1)/n⌋ up to ⌊Ni/n⌋: n runs of
// neighbours, disjoint and complete, that differ in length by one at most. So a merge is one file after another,
// whatever n; and features that lie together in the input, which in hydrography lie together on the map, are asked by one
// process, whose service has their surroundings in its cache. Inputs whose large catchments stand together are evened
// out by more shards than machines.
//
// Every shard reads the whole input once, to count the features and to check their ids, and knows so the input's hash.
//
// # Manifest
//
// Beside its table a shard leaves a manifest, last of all, so that one without is one that has not come to its end.
// It says which shard of which input it is, by which parameters it was made, and the hashes of its files.
// [Merge] refuses what does not belong together, and names the shards that have to run again.
package shard
