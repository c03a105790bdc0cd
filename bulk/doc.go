// Package bulk asks the service for the attributes of many features.
//
// [Extract] takes a sequence of features and yields one [Outcome] for each, in input order. [Record] puts the outcomes into a
// journal instead, from which a table is written when all are there. Requests choose their size and number themselves; a
// request that the service cannot handle is split in half until the offending feature is isolated.
package bulk
