// Package shard divides a run over many machines and joins their tables again: the table of the shards is, byte for byte,
// that of one run over the whole input.
//
// # Division
//
// Shard i of n (1 ≤ i ≤ n) of an input of N features has those at the positions from ⌊N(i-1)/n⌋ up to ⌊Ni/n⌋, the end excluded. The shards
// are disjoint and complete, and their lengths differ by at most one. So a merge appends one file to another. And features that are
// neighbours in the input, and in hydrography usually on the map, are requested by the same process, whose service has their surroundings
// in its cache. If the large catchments are all in one place of the input, use more shards than machines.
//
// Every shard reads the whole input once, to count the features, check their ids and hash the input.
//
// # Manifest
//
// A shard writes a manifest beside its table when all other files are complete; a shard without one is not finished. The manifest says which
// shard of which input it is, the parameters of the run, and the hashes of the files. [Merge] refuses tables that do not belong together,
// and names the shards that have to run again.
package shard
