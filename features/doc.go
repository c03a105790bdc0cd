// Package features holds what a run asks about: a [Feature] is a geometry, an id that is unique in its input, and
// properties. An [IDSet] finds ids that occur twice, in about 20 bytes an id.
package features
